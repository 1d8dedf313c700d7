"""The page of a history as a reader meets it: real sessions' rows, Chromium, from the disk, and nothing else."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import report_pages
from benchmarks.history import measured, past
from poses.messages import Messages
from psoas_coach.history import words
from psoas_coach.history.page import write_page
from psoas_coach.history.rows import Everything
from psoas_coach.history.store import History
from psoas_coach.history.weeks import Period, period
from report_pages import Visit, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TODAY = date(2026, 3, 6)
DRAWN = "psoas.history && psoas.history.drawn"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with report_pages.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    with History(tmp_path_factory.mktemp("history") / "history.sqlite") as history:
        for one in past(130, TODAY):
            history.keep(one)
        measured(history, 50, TODAY)
        return history.of("anna")


@pytest.fixture(scope="module")
def shown(kept: Everything) -> Period:
    return period("anna", kept, TODAY, 12)


@pytest.fixture(scope="module")
def page(kept: Everything, shown: Period, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("page"), shown, kept, TODAY, "en")


def bars(seen: Visit, plot: str) -> list[tuple[str, list[float | None]]]:
    """What Plotly was given for a plot, as the page holds it."""
    found = seen.page.evaluate(f"document.getElementById('{plot}').data.map((one) => [one.name, one.y])")
    return [(name, list(values)) for name, values in found]


def test_the_plots_show_what_was_counted(browser: "Browser", page: Path, shown: Period) -> None:
    with visit(browser, page) as seen:
        seen.until(DRAWN)
        done = dict(bars(seen, "plot-done"))
        assert list(done) == ["left", "right", "both legs"]
        for number, name in enumerate(done):
            wanted = [week.doing[number].judged_s / 60.0 for week in shown.weeks]
            assert done[name] == pytest.approx(wanted, abs=0.001)
        calm = dict(bars(seen, "plot-calm"))
        assert calm["Stops"] == pytest.approx([week.per_minute(week.stops) for week in shown.weeks], abs=0.001)
        assert calm["Cautions"] == pytest.approx([week.per_minute(week.cautions) for week in shown.weeks], abs=0.001)
        ends = dict(bars(seen, "plot-limits"))
        assert ends["left"] == pytest.approx([one.end_deg for one in shown.limits[0].ends], abs=0.06)
        limits = "document.getElementById('plot-limits').data"
        half = seen.page.evaluate(f"{limits}.map((one) => [one.mode, one.error_y.value])")
        assert half == [["markers", 4], ["markers", 4]], "bars of 4 degrees, and no line from one to the next"
        for name in ("done", "calm", "limits"):
            assert seen.page.locator(f"#plot-{name} .main-svg").count() > 0
        assert seen.complaints == []


def test_it_can_be_read_before_plotly_has_come_and_without_it(browser: "Browser", page: Path, tmp_path: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert not re.search(r'<script src="[^"]*plotly', html), "it would be waited for"
    with visit(browser, page) as seen:
        assert seen.page.locator("table.weeks tbody tr").count() == 12
        seen.until(DRAWN)


def test_every_week_stands_in_the_table_with_its_days(browser: "Browser", page: Path, shown: Period) -> None:
    with visit(browser, page) as seen:
        rows = seen.page.locator("table.weeks tbody tr")
        assert rows.count() == len(shown.weeks)
        for number, week in enumerate(reversed(shown.weeks)):
            row = rows.nth(number)
            assert row.locator("th").inner_text() == str(week.monday)
            days = row.locator(".days li")
            looks = [str(days.nth(day).get_attribute("class")).removeprefix("day-") for day in range(7)]
            assert [look in ("session", "hurt") for look in looks] == [day.sessions > 0 for day in week.days]
            assert [look == "hurt" for look in looks] == [words.hurt(day) for day in week.days]
            assert [look == "to-come" for look in looks] == [not day.sessions and day.on > TODAY for day in week.days]
        assert "hurt" in seen.page.inner_html("table.weeks"), "one of them did"
        seen.page.locator("details summary").click()
        assert seen.page.locator("table.sessions tbody tr").count() == len(shown.sessions)


def test_nothing_outside_its_folder_is_asked_for(browser: "Browser", page: Path) -> None:
    for file in (page, page.with_name("history.nl.html")):
        with visit(browser, file) as seen:
            seen.until(DRAWN)
            assert all(url.startswith(page.parent.as_uri()) for url in seen.requests), seen.requests
            assert len([url for url in seen.requests if url.endswith("plotly.min.js")]) == 1
            assert seen.complaints == []


def test_the_other_language_is_a_click_away(browser: "Browser", page: Path) -> None:
    with visit(browser, page) as seen:
        seen.page.click("#language")
        seen.until("document.documentElement.lang === 'nl'")
        seen.until(DRAWN)
        assert seen.page.inner_text("h1") == "Wat er gedaan is: anna"
        assert words.day_told(Messages("nl"), TODAY) in seen.page.inner_text(".sub")
        assert [name for name, _ in bars(seen, "plot-done")] == ["links", "rechts", "beide benen"]


@pytest.mark.parametrize("wide", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read_in_the_dark(browser: "Browser", page: Path, wide: int, scheme: str) -> None:
    with visit(browser, page, wide) as seen:
        seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        seen.until(DRAWN)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= wide
        styles = [f"getComputedStyle(document.body).{name}" for name in ("backgroundColor", "color")]
        told = [seen.page.evaluate(style) for style in styles]
        ground, ink = ([int(part) for part in re.findall(r"\d+", colour)[:3]] for colour in told)
        assert abs(sum(ground) - sum(ink)) > 400, (ground, ink)
        assert (sum(ground) < 200) == (scheme == "dark")


def test_on_paper_it_has_its_plots_and_no_list_of_sessions(browser: "Browser", page: Path, tmp_path: Path) -> None:
    with visit(browser, page, 700) as seen:
        seen.until(DRAWN)
        seen.page.emulate_media(media="print")
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not seen.page.locator("table.sessions").is_visible()
        for name in ("done", "calm", "limits"):
            box = seen.page.locator(f"#plot-{name}").bounding_box()
            assert box is not None
            assert seen.page.evaluate(f"document.getElementById('plot-{name}').layout.width") <= box["width"] + 25
        pdf = seen.page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", 'a"b'])
def test_a_name_is_only_a_name(browser: "Browser", kept: Everything, tmp_path: Path, name: str) -> None:
    # No profile can be called so, but a history may come from anywhere.
    path = write_page(tmp_path / "page", period(name, kept, TODAY, 4), kept, TODAY, "en")
    with visit(browser, path) as seen:
        seen.until(DRAWN)
        assert seen.page.inner_text("h1") == f"What was done: {name}"
        assert seen.complaints == []


def test_an_empty_history_has_a_page_too(browser: "Browser", tmp_path: Path) -> None:
    path = write_page(tmp_path / "page", period(None, Everything(), TODAY, 4), Everything(), TODAY, "en")
    with visit(browser, path) as seen:
        assert "No session in these weeks" in seen.page.inner_text("main")
        assert seen.page.locator(".plot").count() == 0
        assert seen.complaints == []
    assert (tmp_path / "page").stat().st_mode & 0o077 == 0, "nobody else may look into it"
    data = re.search(r'id="words">(.*?)</script>', path.read_text(encoding="utf-8"), flags=re.S)
    assert data is not None
    assert json.loads(data[1])["limits"] == {}
