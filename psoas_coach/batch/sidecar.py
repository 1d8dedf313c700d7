"""What is said about one clip, or about all clips of a folder: a TOML file beside it.

``lunge.mp4.toml`` speaks of ``lunge.mp4``, ``psoas-coach.toml`` of every clip in its own folder. What the clip's file
says counts before the folder's, and that before the command line. They are read as strictly as exercises are: a
misspelt key would leave a clip to be judged by wrong limits without a word.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from poses.exercise_file import built_in_ids
from poses.problem import Problem
from poses.strict_toml import Strict, read_strictly

SUFFIX: Final = ".toml"
FOLDER_FILE: Final = "psoas-coach.toml"
_WHY: Final = "a clip must not be judged by what was not meant"


class Sidecar(Strict):
    """What may be said of a clip.

    Attributes:
        exercise: Id of the exercise, or "auto".
        side: Which side is stretched, as whoever filmed it knows: compared with what was seen, and decides nothing.
        person: Name of the profile whose limits count.
        camera: Name of the camera whose lens is undone.
        roll: How far the camera leaned, in degrees, content turned clockwise.
    """

    exercise: str | None = None
    side: Literal["left", "right"] | None = None
    person: str | None = None
    camera: str | None = None
    roll: Annotated[float, Field(ge=-5, le=5)] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What counts for one clip; the attributes are those of ``Sidecar``."""

    exercise: str = "auto"
    side: str | None = None
    person: str | None = None
    camera: str | None = None
    roll: float = 0.0


def said_of(clip: Path, usual: Said) -> Said:
    """What counts for a clip.

    Args:
        clip: The clip.
        usual: What counts where nothing is said.

    Raises:
        Problem: A file beside it cannot be read, or has faults.
    """
    for path in (clip.parent / FOLDER_FILE, clip.with_name(clip.name + SUFFIX)):
        if path.is_file():
            usual = _over(usual, _read(path))
    if usual.exercise not in ("auto", *built_in_ids()):
        raise Problem(
            f"There is no exercise {usual.exercise}, which is asked for {clip.name}",
            "only known exercises have limits",
            f"Use auto, or one of {', '.join(built_in_ids())}",
        )
    return usual


@lru_cache(maxsize=256)
def _read(path: Path) -> Sidecar:
    return read_strictly(path, Sidecar, "what is said about clips", _WHY)


def _over(usual: Said, special: Sidecar) -> Said:
    said = special.model_dump(exclude_none=True)
    return Said(**{name: said.get(name, getattr(usual, name)) for name in Said.__dataclass_fields__})
