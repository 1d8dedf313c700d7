"""The small clips that come with the program."""

from pathlib import Path

from poses.problem import Problem

NAMES = ("low-lunge", "bridge")


def sample_clips() -> list[Path]:
    """Paths of the bundled clips: beside the packages in a checkout, inside this package when installed.

    Raises:
        Problem: When the installation lacks them.
    """
    here = Path(__file__).parent
    for folder in (here / "samples", here.parent / "samples"):
        clips = [folder / f"{name}.mp4" for name in NAMES]
        if all(clip.is_file() for clip in clips):
            return clips
    raise Problem("The bundled clips are missing", "the demo analyses them", "Install psoas-coach again")
