"""The one kind of error that reaches a user: what happened, why it matters, what to do next."""


class Problem(Exception):
    """Something the user can mend, told in one line.

    Attributes:
        what: What happened, with the value or file that was found.
        why: Why the program cannot go on.
        do: What the user can do next.
    """

    def __init__(self, what: str, why: str, do: str) -> None:
        super().__init__(what, why, do)
        self.what = what
        self.why = why
        self.do = do

    def __str__(self) -> str:
        return f"{self.what}: {self.why}. {self.do}."
