"""What the user sees of a batch while it runs: bars on a terminal, plain lines elsewhere; and at its end."""

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from poses.messages import Messages
from psoas_coach.batch.crew import Crew
from psoas_coach.batch.records import Clip, Place
from psoas_coach.batch.tables import reason_of, status_of
from psoas_coach.batch.worker import progress_file
from psoas_coach.files import printable
from psoas_coach.report.facts import exercises_seen
from psoas_coach.summary import Summary, gravest

_SIGNS: Final = {"stop": "■", "caution": "▲", "ok": "●", "unknown": "?"}
# More bars than fit on a screen would push the overall one out of it.
_MOST_BARS: Final = 12


class Telling:
    """Shows how far a batch is; use it as a context manager."""

    def __init__(self, screen: Console, texts: Messages, run: Path) -> None:
        """Find out whether there is a terminal.

        Args:
            screen: Where it is shown.
            texts: In the user's language.
            run: Folder of the run, where workers say how far they are.
        """
        self._screen, self._texts, self._run = screen, texts, run
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(compact=True),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
            refresh_per_second=4,
        )
        self._all: TaskID | None = None
        self._shown: dict[int, TaskID] = {}
        self._finished, self._count, self._told = 0.0, 0, 0

    def __enter__(self) -> "Telling":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, total: float, count: int, *, numbered: bool = False) -> None:
        """Begins a stage of the work.

        Args:
            name: Of its text.
            total: How much there is, in what tasks count.
            count: Of how many clips.
            numbered: Whether each of them will be told, with its number.
        """
        if self._all is not None:
            self._bars.remove_task(self._all)
        told = self._texts("batch", name, count=str(count))
        self._all = self._bars.add_task(told, total=max(total, 1.0))
        if self._bars.disable:
            self._screen.print(told, markup=False)
        self._finished, self._count, self._told = 0.0, count if numbered else 0, 0

    def advance(self, frames: float) -> None:
        """Takes down what was finished."""
        self._finished += frames

    def tick(self, crew: Crew) -> None:
        """Shows what is under way."""
        if self._bars.disable or self._all is None:
            return
        under_way = 0.0
        running = {task.number: task for task in crew.running.values()}
        for number in [number for number in self._shown if number not in running]:
            self._bars.remove_task(self._shown.pop(number))
        for number, task in running.items():
            done = self._done(number)
            under_way += min(done, task.frames)
            if number not in self._shown and done and len(self._shown) < _MOST_BARS:
                self._shown[number] = self._bars.add_task(f"  {one_line(task.label)}", total=task.frames)
            if number in self._shown:
                self._bars.update(self._shown[number], completed=done)
        self._bars.update(self._all, completed=self._finished + under_way)

    def _done(self, number: int) -> int:
        try:
            return int(progress_file(Place(self._run, number, "")).read_text(encoding="ascii") or 0)
        except (OSError, ValueError):
            return 0

    def say(self, name: str, count: int) -> None:
        """Tells how many there are of something."""
        self._screen.print(self._texts("batch", name, count=str(count)), markup=False)

    def clip(self, clip: Clip, summary: Summary | None) -> None:
        """Tells one clip in a line."""
        self._told += 1
        lead = f"[{self._told}/{self._count}] " if self._count else ""
        self._screen.print(lead + line_of(self._texts, clip, summary), markup=False)


def line_of(texts: Messages, clip: Clip, summary: Summary | None) -> str:
    """One clip in a line."""
    name, status = one_line(clip.name), status_of(clip)
    if summary is None:
        return f"{name}: {texts('batch', status)} {reason_of(clip)}".rstrip()
    verdict = gravest(summary)
    found = [one.verdict for one in summary.findings]
    told = [f"{found.count(kind)} × {texts('verdicts', kind)}" for kind in ("stop", "caution") if kind in found]
    if not told:
        told = [texts("summary", "nothing_found" if summary.frames.judged else "nothing_judged")]
    share = f"{100 * summary.frames.judged / max(summary.frames.total, 1):.0f} % {texts('summary', 'judged')}"
    lacks = f" – {reason_of(clip)}" if clip.failure is not None else ""
    return f"{_SIGNS[verdict]} {name}: {exercises_seen(texts, summary)}, {share}, {', '.join(told)}{lacks}"


def one_line(name: str) -> str:
    """A name as it may stand on a terminal: what would move the cursor or colour the rest is a question mark."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "?", printable(name))


def counted(texts: Messages, clips: Sequence[Clip]) -> str:
    """How many clips became what, in a line."""
    found = [status_of(clip) for clip in clips]
    names = ("done", "partly", "failed", "duplicate", "not_begun")
    return ", ".join(texts("batch", f"count_{name}", count=str(found.count(name))) for name in names if name in found)
