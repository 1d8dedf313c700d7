"""The clip in the folder of its report: the user's own where browsers play it, else a copy that they do play.

The folder is made to be sent to somebody, so the clip has to lie in it. A hard link to the user's own file takes no
room; where the file system has none, the clip is copied. It is named ``clip``, whatever it was called: a name may hold
anything.
"""

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from poses.problem import Problem
from psoas_coach.files import cannot_write, replacing

NAME: Final = "clip"
SUFFIXES: Final = (".mp4", ".webm", ".jpg")


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands under the skeleton.

    Attributes:
        kind: "video", "image", or "none" where there is only the skeleton.
        file: Its name in the folder of the report's files, or "".
        start_s: What the browser's clock says at the first frame.
        problem: Why there is none although the clip is there, or None.
    """

    kind: Literal["video", "image", "none"] = "none"
    file: str = ""
    start_s: float = 0.0
    problem: Problem | None = None


def put(clip: Path, folder: Path, should_stop: Callable[[], bool] = lambda: False) -> Shown:
    """Puts a clip, or a copy that browsers play, into a folder.

    Args:
        clip: A video, an animation or a still.
        folder: Where to.
        should_stop: Asked while a copy is made; once it says yes there is none.
    """
    # Heavy libraries are loaded here, not when the command line is parsed.
    from vision.browser import plays_as_it_is, still_copy, write_video_copy
    from vision.sources import open_source

    try:
        with open_source(clip) as source:
            still = source.is_still
        if still:
            target = folder / f"{NAME}.jpg"
            with replacing(target) as temporary:
                temporary.write_bytes(still_copy(clip))
            shown = Shown("image", target.name)
        elif as_it_is := plays_as_it_is(clip):
            shown = Shown("video", link(clip, folder / f"{NAME}{as_it_is.suffix}").name, as_it_is.start_s)
        else:
            target = folder / f"{NAME}.mp4"
            written = write_video_copy(clip, target, should_stop)
            shown = Shown("video", target.name) if written else Shown()
    except Problem as problem:
        shown = Shown(problem=problem)
    _remove_others(folder, shown.file, clip)
    return shown


def known(folder: Path) -> Path | None:
    """The clip of a folder of results, as its report has it, or of a recorded session; None where there is none."""
    places = (*(folder / "report_files" / f"{NAME}{suffix}" for suffix in SUFFIXES), folder / "video.mp4")
    return next((path for path in places if path.is_file()), None)


def link(source: Path, target: Path) -> Path:
    """Makes a file appear under a second name: a hard link, or a copy where the file system has none.

    Raises:
        Problem: It cannot be written.
    """
    # Never written into: a link shares its content with the user's own file.
    source = source.resolve()
    if target.exists() and target.samefile(source):
        return target
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.unlink(missing_ok=True)
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
        temporary.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _remove_others(folder: Path, kept: str, source: Path) -> None:
    """Removes the clip of an earlier report where this one's has another ending; never the very clip that was read."""
    for path in (folder / f"{NAME}{suffix}" for suffix in SUFFIXES):
        if path.name != kept and path.resolve() != source.resolve():
            # One that a browser holds open stays; nothing shows it any more.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
