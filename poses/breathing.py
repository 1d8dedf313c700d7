"""What a breathing exercise is: its pace, how long it takes, and what is said of the breath where one is seen.

Values only, made by ``poses.breathing_file`` from TOML. It is no ``Exercise``: no joint has a limit in it, nothing is
stopped, and what is told of the breath is never a verdict.
"""

from dataclasses import dataclass, replace

from poses.breath import Still


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a breath: in, held breathed in, out, and a pause breathed out."""

    in_s: float
    full_s: float
    out_s: float
    empty_s: float = 0.0

    @property
    def cycle_s(self) -> float:
        """How long a breath takes."""
        return self.in_s + self.full_s + self.out_s + self.empty_s

    @property
    def without_holding(self) -> "Pace":
        """The same for whoever must not hold their breath."""
        return replace(self, full_s=0.0, empty_s=0.0)


@dataclass(frozen=True, slots=True)
class Watch:
    """When something is said of a breath that is seen.

    Attributes:
        fast_per_min: More breaths a minute than this are fast.
        belly_share: A smaller share of the belly is breathing into the chest.
        still: When a breath counts as held.
        cues: What is said of each: "fast", "chest", "held".
    """

    fast_per_min: float
    belly_share: float
    still: Still
    cues: tuple[tuple[str, str], ...]

    def cue(self, of: str) -> str:
        """The cue of one of these."""
        return dict(self.cues)[of]


@dataclass(frozen=True, slots=True)
class BreathingExercise:
    """A breathing exercise as data.

    Attributes:
        id: File name without its suffix; the key of its texts.
        pace: At which it is paced.
        usual: The pace it is named after, only for a plan that asks for it; None where there is no other.
        cycles: How many breaths are paced.
        most_cycles: How many a plan may ask for.
        settle_s: So long there is to settle before it begins.
        counts: Whether seconds are counted aloud.
        watch: What is said of a breath that is seen; None where none is looked at.
    """

    id: str
    pace: Pace
    usual: Pace | None
    cycles: int
    most_cycles: int
    settle_s: float
    counts: bool
    watch: Watch | None
