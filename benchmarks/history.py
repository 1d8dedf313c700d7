"""How long a long history takes: a thousand made-up sessions written, read, and shown as a page by Chromium.

``python -m benchmarks.history [SESSIONS]``. What is made up are numbers in the rows of the history; the file, the page
and the browser are the real ones.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from calibration.baseline import Side
from psoas_coach.history.page import write_page
from psoas_coach.history.rows import (
    ComfortRow,
    ExerciseRow,
    FeltRow,
    FindingRow,
    Kept,
    PainRow,
    PartRow,
    PassRow,
    PlannedRow,
    SessionRow,
    Severity,
    Worst,
)
from psoas_coach.history.store import History
from psoas_coach.history.weeks import period

_SIDES: tuple[Side, Side] = ("left", "right")
_OPENINGS = 5
_WORST: tuple[Worst, ...] = ("ok", "ok", "caution", "stop")


def made_up(number: int, began: datetime, person: str | None = "anna", *, ident: str = "") -> Kept:
    """A session as it might have been: two lunges a side and eight bridges; the same number gives the same one."""
    chance = random.Random(number)
    name = ident or f"made-up-{number}"
    parts: list[PartRow] = []
    at_s = 8.0
    for place, side in enumerate(_SIDES):
        parts.append(PlannedRow(name, place, "low-lunge", side, 2))
        worst: Worst = chance.choice(_WORST)
        parts.append(ExerciseRow(name, place, "low-lunge", side, 50.0 + chance.uniform(-4, 4), worst))
        for hold in range(2):
            start_s, held_s = at_s, chance.uniform(18, 31)
            peak = chance.gauss(9.0, 2.0)
            times = (start_s, start_s + held_s, held_s)
            parts.append(PassRow(name, 2 * place + hold, "hold", "low-lunge", side, *times, peak, True))
            at_s += held_s + 12
        if worst in ("caution", "stop"):
            verdict: Severity = "stop" if worst == "stop" else "caution"
            what = ("low-lunge", "hip-opening", "hip_opening_deg", side, verdict)
            parts.append(FindingRow(name, place, *what, at_s - 20, at_s - 17, 19.0, 15.0, 2.1))
    parts.append(PlannedRow(name, 2, "bridge", None, 8))
    parts.append(ExerciseRow(name, 2, "bridge", None, 70.0, "ok"))
    for one in range(8):
        times = (at_s, at_s + 8.0, 3.0)
        parts.append(PassRow(name, 4 + one, "repetition", "bridge", None, *times, chance.gauss(-4, 2), True))
        at_s += 9
    if number % 97 == 0:
        parts.append(PainRow(name, 0, at_s, "bridge", "exercise"))
    session = SessionRow(name, "live", person, began, "done", at_s + 76, 170.0, "full", f"/sessions/{name}")
    return Kept(session, tuple(parts))


def past(count: int, last: date, person: str | None = "anna") -> Iterator[Kept]:
    """So many sessions up to a day, five a week."""
    for number in range(count):
        weeks, of_week = divmod(number, 5)
        on = last - timedelta(days=last.weekday()) - timedelta(weeks=weeks) + timedelta(days=(0, 1, 3, 4, 6)[of_week])
        yield made_up(number, datetime(on.year, on.month, on.day, 18, 30, number % 60), person)


def measured(history: History, count: int, last: date, person: str = "anna") -> None:
    """Calibrations and what was said, a week apart, into a history."""
    chance = random.Random(1)
    rows: list[ComfortRow | FeltRow] = []
    for week in range(count // _OPENINGS):
        on = last - timedelta(weeks=week)
        for side in _SIDES:
            end_deg = (8.0 if side == "left" else 11.0) + chance.uniform(-1.5, 1.5)
            rows.append(ComfortRow(person, on, side, round(end_deg, 1), end_deg - 1.0, end_deg + 1.2))
        rows.append(FeltRow(person, datetime(on.year, on.month, on.day, 19), 0, chance.choice((0, 0, 1, 2)), False))
    history.keep_of_person(rows)


def opened_ms(page: Path, times: int = 7) -> tuple[list[float], list[float]]:
    """How long Chromium takes until a page can be read, and until its plots are drawn, each time anew."""
    path = which("chromium") or which("google-chrome")
    if path is None:
        sys.exit("Chromium is not installed")
    loaded, painted = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(times):
            context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
            tab = context.new_page()
            tab.goto("about:blank")
            began_s = time.perf_counter()
            tab.goto(page.as_uri())
            loaded.append(1000 * (time.perf_counter() - began_s))
            while not tab.evaluate("Boolean(psoas.history)"):
                tab.wait_for_timeout(10)
            painted.append(1000 * (time.perf_counter() - began_s))
            context.close()
        browser.close()
    return loaded, painted


def main() -> None:
    """Measures and prints."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    today = date.today()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        began_s = time.perf_counter()
        with History(folder / "history.sqlite") as history:
            for kept in past(count, today):
                history.keep(kept)
            measured(history, count, today)
            written_s = time.perf_counter() - began_s
            began_s = time.perf_counter()
            everything = history.of("anna")
        read_s = time.perf_counter() - began_s
        weeks = count // 5 + 1
        began_s = time.perf_counter()
        page = write_page(folder / "page", period("anna", everything, today, weeks), everything, today, "en")
        made_s = time.perf_counter() - began_s
        size = (folder / "history.sqlite").stat().st_size / 1e6
        print(f"{count} sessions: written in {written_s:.2f} s ({size:.1f} MB), read in {read_s:.2f} s")
        print(f"page of {weeks} weeks: made in {made_s:.2f} s, {page.stat().st_size / 1e6:.2f} MB")
        for name, found in zip(("can be read", "plots drawn"), opened_ms(page), strict=True):
            told = ", ".join(f"{value:.0f}" for value in sorted(found))
            print(f"{name} after {statistics.median(found):.0f} ms in the median ({told})")


if __name__ == "__main__":
    main()
