"""The report of one clip: the clip itself, the data of its frames, and the page over both.

Pages, data and clip lie in the clip's folder of results, which can be sent to somebody as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poses.exercise import Exercise
from poses.messages import LANGUAGES, Language, Messages
from poses.problem import Problem
from psoas_coach.files import make_folder
from psoas_coach.poses_file import Origin
from psoas_coach.report import payload
from psoas_coach.report.facts import Clip
from psoas_coach.report.follow import Followed, Follower
from psoas_coach.report.media import Shown, put
from psoas_coach.report.page import PLOTLY, Page, write
from psoas_coach.report.told import Spoken, for_scripts
from psoas_coach.report.view import view_of
from psoas_coach.summary import Summary

NAME: Final = "report"
FILES: Final = f"{NAME}_files"
# Everything a report consists of, in a folder of results.
PAGES: Final = (f"{NAME}.html", *(f"{NAME}.{language}.html" for language in LANGUAGES), FILES)
STYLES: Final = ("page.css", "stage.css", "timeline.css", "print.css")
_SCRIPTS: Final = (
    PLOTLY, "words.js", "decode.js", "player.js", "skeleton.js", "sketches.js", "stage.js", "now.js", "timeline.js",
    "plots.js", "keys.js", payload.DATA, "page.js",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written.

    Attributes:
        file: Its page.
        spoken: What may have to be named where it is compared with another.
        shown: The clip in it.
        summary: What was found.
        image_wh: Width and height of its pictures.
    """

    file: Path
    spoken: Spoken
    shown: Shown
    summary: Summary
    image_wh: tuple[int, int]


def write_report(
    folder: Path,
    followed: Followed,
    summary: Summary,
    origin: Origin,
    exercises: Sequence[Exercise],
    lang: Language,
    clip: Path | None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Written:
    """Writes the report of a clip into its folder of results.

    Args:
        folder: The folder.
        followed: Every frame.
        summary: What was found.
        origin: Where the frames come from.
        exercises: With the limits that were gone by.
        lang: The user's language; the page is there in the others too.
        clip: The clip, or None where it is not at hand.
        should_stop: Asked while a copy of the clip is made.

    Raises:
        Problem: The report cannot be written.
    """
    files = make_folder(folder / FILES)
    shown = put(clip, files, should_stop) if clip is not None else Shown()
    payload.save(files / payload.DATA, payload.payload(followed, summary, shown))
    picture = "picture.png" if (folder / "picture.png").is_file() else ""
    about = Clip(followed, summary, origin, shown, tuple(exercises), _has_sound(clip, shown), picture)
    spoken = Spoken.of(followed)

    def fill(texts: Messages) -> tuple[dict[str, Any], dict[str, Any]]:
        return for_scripts(texts, [spoken]), {"view": view_of(texts, about, FILES)}

    page = Page(NAME, "report.html", "title", {"clip": summary.clip.name}, STYLES, _SCRIPTS)
    file = write(folder, page, lang, fill, own=(payload.DATA,))
    return Written(file, spoken, shown, summary, followed.image_wh)


def report_or_reason(
    folder: Path,
    follower: Follower | None,
    summary: Summary,
    origin: Origin,
    exercises: Sequence[Exercise],
    lang: Language,
    clip: Path | None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Written | None, Problem | None]:
    """The report, or why there is none: all else that an analysis made is kept.

    Args:
        folder: See ``write_report``, as all else.
        follower: What followed the session, or None where no report is wanted.
        summary: What was found.
        origin: Where the frames come from.
        exercises: With the limits that were gone by.
        lang: The user's language.
        clip: The clip, or None.
        should_stop: Asked while a copy of the clip is made.
    """
    if follower is None:
        return None, None
    try:
        followed = follower.followed()
        return write_report(folder, followed, summary, origin, exercises, lang, clip, should_stop), None
    except Problem as problem:
        return None, problem


def _has_sound(clip: Path | None, shown: Shown) -> bool:
    from vision.sources import open_source

    if clip is None or shown.kind != "video":
        return False
    try:
        with open_source(clip) as source:
            return source.has_audio
    except Problem:
        return False
