"""What a live calibration consists of and what it remembers: values only."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from calibration.baseline import TRIES, Neutral, Try
from calibration.stillness import LEAST_S
from poses.records import Pose
from psoas_coach.live_state import Led
from psoas_coach.takes import LUNGE

Kind = Literal["standing", "kneeling", "comfort", "lying"]
# Those in which one leg is stretched, or about to be.
STRETCHING: Final = ("kneeling", "comfort")

# Kept still for so long it counts without a key; with one, as soon as it can be measured (safe-ranges.md 4.1: 3 s).
COUNTS_S: Final = 5.0
# Tall again for so long between two tries, before the next may begin.
BREATH_S: Final = 5.0
# So much trouble on one side is enough for today: a try that is refused is one, three tries that disagree are two.
PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to measure.

    Attributes:
        kind: What.
        turn: 0 for whichever side the person shows first, 1 for the other one.
        tries: How many are needed.
    """

    kind: Kind
    turn: int = 0
    tries: int = 1


def tasks(offered: Collection[str]) -> tuple[Task, ...]:
    """What is measured, in an order in which nobody has to get up and down more than needed.

    Args:
        offered: Exercises that nothing stands against: without the lunge nothing is stretched.
    """
    lunges = tuple(Task(*one) for turn in (0, 1) for one in (("kneeling", turn, 1), ("comfort", turn, TRIES)))
    return (
        Task("standing", 0),
        Task("standing", 1),
        *(lunges if LUNGE in offered else ()),
        *((Task("lying"),) if "bridge" in offered else ()),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured once.

    Attributes:
        place: Of its task.
        side: Side that was turned to the camera.
        neutrals: The posture, at each moment of it that was still; of somebody standing they are measured again once
            the camera's lean is known.
        attempt: A try at the comfortable end, or None.
        poses: Those of somebody standing, as the camera saw them.
    """

    place: int
    side: int
    neutrals: tuple[Neutral, ...] = ()
    attempt: Try | None = None
    poses: tuple[Pose, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationState(Led):
    """Everything a live calibration remembers but the pictures of the take under way; a value.

    Attributes:
        tasks: What is to be measured.
        results: What was measured.
        roll_deg: How far the camera leans, as far as is known; content turned clockwise.
        measured_roll: Whether that was measured here.
        refused: Why the last take was refused, ids of ``[calibrate.refused]``; empty when it was not.
        trouble_here: How much was refused of this task.
        left: Tasks that are left for today, or skipped.
        ready: Whether a try may begin: the person has knelt tall.
        going_s: Since when the person is in the stretch, by the clock of the frames; None before.
        yes_s: When the person said yes, by the clock of the frames; None when they did not.
        fits: Whether the posture is the one that is wanted.
        still_s: For how long they have kept still in it.
    """

    tasks: tuple[Task, ...]
    results: tuple[Result, ...] = ()
    roll_deg: float = 0.0
    measured_roll: bool = False
    refused: tuple[str, ...] = ()
    trouble_here: int = 0
    left: frozenset[int] = frozenset()
    ready: bool = False
    going_s: float | None = None
    yes_s: float | None = None
    fits: bool = False
    still_s: float = 0.0

    @property
    def task(self) -> Task | None:
        """What is measured now, or None after the last."""
        return self.tasks[self.place] if self.place < len(self.tasks) else None

    @property
    def side(self) -> int | None:
        """The side that has to be turned to the camera now; None where either will do."""
        task = self.task
        if task is None:
            return None
        family = STRETCHING if task.kind in STRETCHING else (task.kind,)
        for one in reversed(self.results):
            done = self.tasks[one.place]
            if done.kind in family:
                return one.side if done.turn == task.turn else 1 - one.side
        return None

    @property
    def next_place(self) -> int:
        """Where the next task is: this one while tries are missing, the number of all tasks after the last."""
        task = self.task
        if task is not None and self.place not in self.left and len(self.of(self.place)) < task.tries:
            return self.place
        later = range(self.place + 1, len(self.tasks))
        return next((place for place in later if place not in self.left), len(self.tasks))

    def of(self, place: int) -> tuple[Result, ...]:
        """What was measured of one task."""
        return tuple(one for one in self.results if one.place == place)

    @property
    def counts_s(self) -> float:
        """How long to keep still for it to count."""
        return COUNTS_S if self.yes_s is None else LEAST_S
