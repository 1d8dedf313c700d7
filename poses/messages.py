"""The words of the program, in the person's language.

Which question this module answers: what is this id called, or how is this said, in English or Dutch. The texts lie in
``poses/texts``; a key that is missing is an error in the program, not something to paper over.
"""

import sys
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Language = Literal["en", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Messages:
    """All texts of one language, by the path of keys in its file."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = _texts(language)

    def __call__(self, *path: str, **values: object) -> str:
        """The text at a path of keys, with its ``{placeholders}`` filled in.

        Raises:
            KeyError: Where the language has no such text.
        """
        found: Any = self._texts
        for key in path:
            found = found[key]
        if not isinstance(found, str):
            raise KeyError(".".join(path))
        return found.format(**values) if values else found

    def number(self, value: float, places: int = 1) -> str:
        """A number as the language writes it, with its own decimal sign and a true minus."""
        return f"{value:.{places}f}".replace("-", "\u2212").replace(".", self("report", "decimal"))


@cache
def _texts(language: Language) -> dict[str, Any]:
    path = Path(__file__).parent / "texts" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def cue_ids() -> frozenset[str]:
    """Ids of all cues that have a text."""
    return frozenset(_texts("en")["cues"])


def unseen_ids() -> frozenset[str]:
    """Ids of all that exercises may name as not seen."""
    return frozenset(_texts("en")["unseen"])
