"""``compare.html``: the page of two clips side by side; it takes clips and data from the folders of their reports."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poses.messages import Language, Messages
from psoas_coach.report import payload
from psoas_coach.report.clip_report import FILES, STYLES, Written
from psoas_coach.report.compare import align, counted, pairs
from psoas_coach.report.facts import exercises_seen
from psoas_coach.report.index import address
from psoas_coach.report.media import Shown
from psoas_coach.report.page import PLOTLY, Page, write
from psoas_coach.report.told import for_scripts
from psoas_coach.wording import rule_name

_NAME: Final = "compare"
_SCRIPTS: Final = (
    PLOTLY, "words.js", "decode.js", "player.js", "skeleton.js", "sketches.js", "stage.js", "now.js", "timeline.js",
    "plots.js", "keys.js", "compare.js",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two clips, as the template fills it in."""

    name: str
    exercises: str
    link: str
    data: str
    media: Shown
    media_url: str
    width: int
    height: int
    still: bool = False


def write_comparison(out: Path, first: Written, second: Written, lang: Language) -> Path:
    """Writes the page that lays two clips side by side.

    Returns:
        The page in the user's language.

    Raises:
        Problem: They cannot be compared, or the page cannot be written.
    """
    alignment = align(first.summary, second.summary)
    rules = [pair for pair in first.spoken.rules if pair in second.spoken.rules and pair[0] == alignment.exercise]

    def fill(texts: Messages) -> tuple[dict[str, Any], dict[str, Any]]:
        words = for_scripts(texts, [first.spoken, second.spoken])
        words["compare"] = {"exercise": alignment.exercise, "by": alignment.by}
        context = {
            "halves": [_half(texts, written, lang) for written in (first, second)],
            "exercise": texts("exercises", alignment.exercise),
            "by": alignment.by,
            "pairs": pairs(texts, first.summary, second.summary, alignment),
            "counted": counted(texts, first.summary, second.summary, alignment.exercise),
            "plots": [(rule, rule_name(texts, alignment.exercise, rule)) for _, rule in rules],
        }
        return words, context

    names = {"first": first.summary.clip.name, "second": second.summary.clip.name}
    return write(
        out, Page(_NAME, "compare.html", "compare_title", names, (*STYLES, "compare.css"), _SCRIPTS), lang, fill
    )


def _half(texts: Messages, written: Written, main: Language) -> Half:
    folder = written.file.parent
    file = "report.html" if texts.language == main else f"report.{texts.language}.html"
    width, height = written.image_wh
    return Half(
        name=written.summary.clip.name,
        exercises=exercises_seen(texts, written.summary),
        link=address(folder, file),
        data=address(folder, f"{FILES}/{payload.DATA}"),
        media=written.shown,
        media_url=address(folder, f"{FILES}/{written.shown.file}") if written.shown.file else "",
        width=max(width, 1),
        height=max(height, 1),
    )
