"""Makes the pictures of docs/history.md: made-up sessions in a real history, shown by Chromium and on a terminal.

Run ``python docs/history_pictures.py`` in the project's folder; it takes some seconds and needs Chromium. What is made
up is the past: nobody's own is shown, and a real one would take three months.
"""

import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.history import made_up
from poses.messages import Language
from psoas_coach.history.page import write_page
from psoas_coach.history.rows import ComfortRow, FeltRow, PersonRow
from psoas_coach.history.store import History
from psoas_coach.history.weeks import period

IMAGES = Path(__file__).parent / "images"
TODAY = date(2026, 3, 6)
WEEKS = 12
# On which days of each week there was a session; one week was free.
DAYS = ((0, 3), (1, 4), (0, 2, 5), (1, 3), (0, 4), (), (2, 5), (0, 2, 4), (1, 5), (0, 3), (1, 3, 5), (0, 3))
# Where a first mild stretch was felt, left and right, every other week.
ENDS = ((8.2, 11.0), (8.9, 10.4), (8.0, 12.1), (9.6, 11.5), (9.1, 12.4), (9.9, 12.0))


def filled(path: Path) -> None:
    """Three months of somebody."""
    first = TODAY - timedelta(days=TODAY.weekday(), weeks=WEEKS - 1)
    rows: list[PersonRow] = []
    with History(path) as history:
        number = 0
        for week, days in enumerate(DAYS):
            for day in days:
                on = first + timedelta(weeks=week, days=day)
                number += 1
                # In one of them something hurt.
                kind = 97 if (week, day) == (6, 5) else number
                history.keep(made_up(kind, datetime(on.year, on.month, on.day, 18, 30 + day)))
        for turn, ends in enumerate(ENDS):
            on = first + timedelta(weeks=2 * turn)
            for side, end_deg in (("left", ends[0]), ("right", ends[1])):
                rows.append(
                    ComfortRow("anna", on, "left" if side == "left" else "right", end_deg, end_deg - 1, end_deg + 1)
                )
            rows.append(FeltRow("anna", datetime(on.year, on.month, on.day, 19), 0, turn % 3, False))
        history.keep_of_person(rows)


def shoot(browser: Browser, page: Path, name: str, wide: int, high: int | None, *, dark: bool, paper: bool) -> None:
    """Makes one picture."""
    context = browser.new_context(
        viewport={"width": wide, "height": high or 900},
        color_scheme="dark" if dark else "light",
        device_scale_factor=2 if wide < 500 else 1,
        offline=True,
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    while not tab.evaluate("Boolean(psoas.history)"):
        tab.wait_for_timeout(20)
    if paper:
        tab.emulate_media(media="print")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.wait_for_timeout(300)
    seen = cv2.imdecode(np.frombuffer(tab.screenshot(full_page=high is None), np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    done, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 86])
    assert done
    (IMAGES / f"{name}.jpg").write_bytes(data.tobytes())
    print(f"{name}: {len(data) // 1000} kB")
    context.close()


def main() -> None:
    """Makes all pictures."""
    path = which("chromium") or which("google-chrome")
    if path is None:
        sys.exit("Chromium is not installed")
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        filled(folder / "history.sqlite")
        with History(folder / "history.sqlite") as history:
            kept = history.of("anna")
        shown = period("anna", kept, TODAY, WEEKS)
        languages: tuple[Language, ...] = ("en", "nl")
        pages = {lang: write_page(folder / lang, shown, kept, TODAY, lang) for lang in languages}
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        shoot(browser, pages["en"], "history", 1280, None, dark=False, paper=False)
        shoot(browser, pages["nl"], "history-dark-nl", 1280, 1000, dark=True, paper=False)
        shoot(browser, pages["en"], "history-phone", 375, 1400, dark=False, paper=False)
        shoot(browser, pages["en"], "history-paper", 700, None, dark=False, paper=True)


if __name__ == "__main__":
    os.environ.setdefault("TZ", "UTC")
    main()
