"""The page of many clips, as a reader meets it in Chromium: its order, its filters, its plots, and hostile names."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

import report_pages
from psoas_coach.report.index import Absent, Entry, write_table
from psoas_coach.summary import FindingRecord, FrameCounts, Summary
from report_pages import Visit, report, true_poses, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script> 10.mp4'
NAMES = ("clip 10.mp4", "clip 9.mp4", HOSTILE, "één 😀.mp4")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with report_pages.chromium() as started:
        yield started


def finding(rule: str, verdict: Literal["caution", "stop"], start_s: float) -> FindingRecord:
    return FindingRecord(
        exercise="low-lunge", rule=rule, measure="hip_opening_deg", side="right", verdict=verdict, start_s=start_s,
        reported_s=start_s, end_s=start_s + 1.0, peak=30.0, peak_s=start_s, sigma=2.0, limit=25.0, cue="too_far_stop",
        repetition=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four clips: two stops, hardly judged, a caution by another rule, and nothing found; and two that failed."""
    out = tmp_path_factory.mktemp("batch")
    summary = report(out / "one", true_poses("low-lunge")[:40], None, name="one.mp4").summary
    stop, care = finding("hip-opening", "stop", 1.0), finding("trunk-back-lean", "caution", 2.0)

    def seen(judged: int, *findings: FindingRecord) -> Summary:
        counts = FrameCounts(total=100, with_person=100, judged=judged)
        return summary.model_copy(update={"frames": counts, "findings": list(findings)})

    summaries = (seen(90, stop, finding("hip-opening", "stop", 4.0)), seen(20), seen(95, care), seen(100))
    strips = ("o" * 30 + "s" * 30, "u" * 60, "o" * 50 + "c" * 10, "o" * 60)
    entries = [Entry(n, out / "one", s, strip) for n, s, strip in zip(NAMES, summaries, strips, strict=True)]
    absent = [Absent("x<b>.mp4", "failed", "x<b>.mp4 is empty (0 bytes)"), Absent("late.mp4", "not_begun", "")]
    return write_table(out, entries, absent, "en")


def shown(seen: Visit) -> list[str]:
    rows = seen.page.locator("#clips tbody tr:visible th").all()
    return [str(row.get_attribute("data-at")) for row in rows]


def test_nobody_is_ranked_until_a_reader_asks(browser: "Browser", page: Path) -> None:
    with visit(browser, page) as seen:
        assert shown(seen) == list(NAMES)
        assert seen.page.locator("th[aria-sort=ascending]").inner_text().startswith("Clip")
        # By letters and numbers, with the keyboard alone.
        seen.page.locator("button.order").first.focus()
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Enter")
        assert shown(seen) == [HOSTILE, "clip 9.mp4", "clip 10.mp4", "één 😀.mp4"]
        seen.page.get_by_role("button", name="stop").click()
        assert shown(seen)[0] == "clip 10.mp4"
        assert seen.page.locator("th[aria-sort]").count() == 1
        seen.page.get_by_role("button", name="judged").click()
        assert shown(seen)[-1] == "clip 9.mp4"
        assert seen.complaints == []


def test_clips_are_chosen_by_what_was_found_and_by_name(browser: "Browser", page: Path) -> None:
    with visit(browser, page) as seen:
        options = {one.get_attribute("value"): one.inner_text() for one in seen.page.locator("#only option").all()}
        assert options["stop"] == "past a stop limit (1)"
        # What was hardly judged is its own kind, and not among the clips in which nothing was passed.
        assert options["ok"] == "judged, and no limit passed (1)"
        assert options["unknown"] == "hardly or not judged (1)"
        for tag, expected in {
            "stop": "clip 10.mp4",
            "unknown": "clip 9.mp4",
            "low-lunge.trunk-back-lean": HOSTILE,
            "ok": "één 😀.mp4",
        }.items():
            seen.page.select_option("#only", tag)
            assert shown(seen) == [expected]
        assert seen.page.locator("#shown").inner_text() == "1 of 4 clips shown"
        seen.page.select_option("#only", "")
        seen.page.fill("#search", "CLIP")
        assert shown(seen) == ["clip 10.mp4", "clip 9.mp4"]
        seen.page.keyboard.press("Enter")
        assert seen.page.url.endswith("index.html")
        assert seen.complaints == []


def test_names_are_names_and_plots_are_told(browser: "Browser", page: Path) -> None:
    with visit(browser, page) as seen:
        assert seen.page.locator("#clips tbody img[src=x]").count() == 0
        assert seen.page.get_by_role("row", name="x<b>.mp4").count() == 1
        plot = seen.page.locator("#clips tbody tr").first.get_by_role("img")
        assert plot.get_attribute("aria-label") == "stop: 0:01.0–0:02.0, 0:04.0–0:05.0"
        assert plot.locator("rect.bar-stop").evaluate("bar => bar.getBoundingClientRect().width") > 60
        assert all(url.startswith((page.parent.as_uri(), "data:")) for url in seen.requests)
        seen.page.locator("#clips a.clip-link").first.click()
        seen.until("globalThis.psoas?.page")
        assert seen.page.title() == "Report: one.mp4"
        assert seen.complaints == []


def test_it_fits_a_phone_and_speaks_dutch(browser: "Browser", page: Path) -> None:
    with visit(browser, page.with_name("index.nl.html"), 375, 800) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 375
        assert seen.page.locator("#shown").inner_text() == "alle 4 clips getoond"
        seen.page.select_option("#order", "0 down")
        assert shown(seen)[0] == "één 😀.mp4"
        assert "Niet begonnen" in seen.page.locator("table.absent").inner_text()
        assert seen.complaints == []
