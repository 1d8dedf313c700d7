"""The report as a reader meets it: the real page with a real video in Chromium, opened from the disk."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import pytest
from test_sources import set_matrix

import report_pages
from poses import skeleton
from psoas_coach.report.clip_report import Written
from psoas_coach.report.compare_page import write_comparison
from psoas_coach.report.index import write_index
from report_pages import Visit, report, sample, true_poses, visit
from stick_figure import nobody
from vision.sources import open_source

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Inside of the dots at the joints, which are drawn last: light, and opaque.
PAPER = np.array([245, 247, 250, 255])
JOINTS = (*skeleton.SHOULDERS, *skeleton.KNEES, *skeleton.ANKLES, *skeleton.WRISTS)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with report_pages.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("reports") / "bridge"
    return report(folder, true_poses("bridge"), sample("bridge"), name="bridge.mp4")


@pytest.fixture(scope="module")
def lunge(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("reports") / "low-lunge"
    return report(folder, true_poses("low-lunge"), sample("low-lunge"), name="low-lunge.mp4", lang="nl")


def ready(seen: Visit) -> None:
    """Waits until the video can be shown."""
    seen.until("document.querySelector('#stage video').readyState >= 2")


def seek(seen: Visit, time_s: float) -> None:
    """Shows a moment, and waits until the video's own picture of it is there."""
    seen.page.evaluate("time => psoas.page.player.seek(time)", time_s)
    shown = f"Math.abs(psoas.page.player.mediaTime - {time_s}) < 0.02"
    seen.until(f"!document.querySelector('#stage video').seeking && {shown}")


def dots(seen: Visit, frame: int, name: str) -> int:
    """At how many of the joints of a frame a dot is drawn."""
    drawn = seen.canvas()
    h, w = drawn.shape[:2]
    scale = min(w / 640, h / 480)
    left, top = (w - 640 * scale) / 2, (h - 480 * scale) / 2
    places = true_poses(name)[frame].image_px[list(JOINTS)] * scale + (left, top)
    corners = np.floor(places).astype(int)
    # A dot on a phone is less than three pixels wide: one of the four around its middle is all of it.
    around = [drawn[y : y + 2, x : x + 2].reshape(-1, 4).astype(int) for x, y in corners]
    return sum(int(np.abs(pixels - PAPER).max(axis=1).min() < 40) for pixels in around)


@pytest.mark.parametrize("wide", [1440, 700, 375])
def test_the_skeleton_lies_where_the_body_truly_is(browser: "Browser", bridge: Written, wide: int) -> None:
    with visit(browser, bridge.file, wide) as seen:
        ready(seen)
        seen.page.uncheck("[data-show=angles]")
        for frame in (45, 300, 640):
            seek(seen, true_poses("bridge")[frame].time_s)
            assert seen.page.evaluate("psoas.page.player.frame") == frame
            assert dots(seen, frame, "bridge") == len(JOINTS)
        # And not where another moment has it; shoulders, wrists and feet stay on the floor.
        assert dots(seen, 300, "bridge") < len(JOINTS)
        assert seen.complaints == []


def test_the_picture_under_the_skeleton_is_that_of_its_moment(browser: "Browser", bridge: Written) -> None:
    with open_source(sample("bridge")) as source:
        frames = [frame.image for frame in source if frame.index in (45, 640)]
    with visit(browser, bridge.file) as seen:
        ready(seen)
        for what in ("body", "angles", "cues"):
            seen.page.uncheck(f"[data-show={what}]")
        for frame, image in zip((45, 640), frames, strict=True):
            seek(seen, true_poses("bridge")[frame].time_s)
            shown = screenshot(seen)
            errors = [np.abs(shown - shrunk(other)).mean() for other in (image, frames[0], frames[1])]
            assert errors[0] < min(6, 0.5 * max(errors)), errors


def shrunk(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA), float)


def screenshot(seen: Visit) -> np.ndarray:
    """The picture without what stands around it, 160 x 120."""
    box = seen.page.evaluate(
        "(() => { const r = document.querySelector('#stage').getBoundingClientRect(), c = psoas.page.stage.content();"
        " return {x: r.x + c.x, y: r.y + c.y, width: c.w, height: c.h}; })()"
    )
    data = np.frombuffer(seen.page.screenshot(clip=box), np.uint8)
    return shrunk(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)))


def test_a_click_on_a_plot_or_the_timeline_seeks_the_video(browser: "Browser", bridge: Written) -> None:
    with visit(browser, bridge.file) as seen:
        ready(seen)
        video = "document.querySelector('#stage video').currentTime"
        plot = seen.page.locator(".plot-area").first
        plot.scroll_into_view_if_needed()
        seen.page.wait_for_selector(".plot-first .main-svg")
        box = plot.bounding_box()
        assert box is not None
        # The plot's own axis: half-way between its ends is the middle of the clip.
        seen.page.mouse.click(box["x"] + 46 + (box["width"] - 58) / 2, box["y"] + 60)
        end_s = seen.page.evaluate("psoas.page.clip.endS")
        assert seen.page.evaluate(video) == pytest.approx(end_s / 2, abs=0.1)
        cursor = seen.page.locator(".plot-first .cursor").bounding_box()
        assert cursor is not None
        assert cursor["x"] == pytest.approx(box["x"] + 46 + (box["width"] - 58) / 2, abs=3)
        track = seen.page.locator(".track-main")
        line = track.bounding_box()
        assert line is not None
        track.click(position={"x": 0.25 * line["width"], "y": 10})
        assert seen.page.evaluate(video) == pytest.approx(end_s / 4, abs=0.1)
        handle = seen.page.locator("#timeline .cursor").bounding_box()
        assert handle is not None
        assert handle["x"] == pytest.approx(line["x"] + 0.25 * line["width"], abs=4)
        track.click(position={"x": 1, "y": 10})
        assert seen.page.evaluate(video) < 0.1
        seen.page.locator("#findings a").first.click()
        start_s = bridge.summary.findings[0].start_s
        assert seen.page.evaluate(video) == pytest.approx(start_s, abs=0.05)
        assert seen.complaints == []


def test_everything_can_be_done_with_the_keys(browser: "Browser", bridge: Written) -> None:
    with visit(browser, bridge.file) as seen:
        ready(seen)
        press, ask = seen.page.keyboard.press, seen.page.evaluate
        press("Space")
        seen.until("psoas.page.player.frame > 5")
        # The button has no focus: the key was the page's own. What is said follows the picture.
        assert ask("document.querySelector('#play').getAttribute('aria-label')") == "Pause"
        press("Space")
        seen.until("!psoas.page.player.playing")
        press("Home")
        press("ArrowRight")
        assert ask("psoas.page.player.time") == pytest.approx(1.0, abs=0.04)
        press("k")
        assert ask("psoas.page.player.frame") == 31
        press("j")
        press("j")
        assert ask("psoas.page.player.frame") == 29
        press("n")
        assert ask("psoas.page.player.time") == pytest.approx(bridge.summary.findings[0].start_s, abs=0.04)
        before = seen.canvas().any()
        press("s")
        press("a")
        assert before
        assert not seen.canvas().any()
        order = []
        for _ in range(40):
            press("Tab")
            order.append(ask("document.activeElement.id || document.activeElement.getAttribute('role') || ''"))
            focus = ask("getComputedStyle(document.activeElement).outlineStyle")
            assert focus != "none" or order[-1] == "", order[-1]
        reached = [each for each in order if each]
        assert reached[:4] == ["language", "play", "back", "forward"]
        assert "slider" in reached
        assert seen.complaints == []


def test_the_handle_of_the_timeline_is_told_and_moved(browser: "Browser", bridge: Written) -> None:
    with visit(browser, bridge.file) as seen:
        ready(seen)
        slider = seen.page.get_by_role("slider", name="Moment")
        slider.focus()
        for _ in range(3):
            seen.page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuenow") == "3.0"
        assert (slider.get_attribute("aria-valuetext") or "").startswith("0:03.0, ")


def test_nothing_outside_the_folder_is_asked_for(browser: "Browser", bridge: Written, lunge: Written) -> None:
    for written in (bridge, lunge):
        with visit(browser, written.file) as seen:
            ready(seen)
            seen.page.evaluate("psoas.page.plots.forEach(({plot}) => plot.draw())")
            folder = written.file.parent.as_uri()
            assert len(seen.requests) > 10
            assert [url for url in seen.requests if not url.startswith((f"{folder}/", "data:", "blob:"))] == []
            # What the page forbids is refused even if something tried.
            refused = seen.page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', error => error.name)")
            assert refused == "TypeError"
            assert any("Content Security Policy" in text for text in seen.complaints)


def test_the_page_can_be_read_without_seeing_it(browser: "Browser", lunge: Written) -> None:
    with visit(browser, lunge.file) as seen:
        ready(seen)
        page = seen.page
        assert page.evaluate("document.documentElement.lang") == "nl"
        for landmark in ("banner", "main", "contentinfo"):
            assert page.get_by_role(landmark).count() == 1, landmark
        levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(each => Number(each.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.eval_on_selector_all("table", "all => all.every(each => each.caption)")
        told = page.eval_on_selector_all("[role=img]", "all => all.map(each => each.getAttribute('aria-label'))")
        assert told
        assert all(re.search(r"\d", text) for text in told)
        unnamed = page.eval_on_selector_all(
            "button, select, input, a",
            "all => all.filter(each => !each.hasAttribute('aria-hidden') && !each.textContent.trim() &&"
            " !each.getAttribute('aria-label') && !each.labels?.length).map(each => each.outerHTML)",
        )
        assert unnamed == []
        # A verdict is never told by colour alone: each sign has a name, or stands beside one.
        assert page.locator(".readings .only-read").count() > 0


def test_it_fits_a_phone_and_two_sheets_of_paper(browser: "Browser", lunge: Written, bridge: Written) -> None:
    for written in (lunge, bridge):
        with visit(browser, written.file, 375, 812) as seen:
            ready(seen)
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 375
            pdf = seen.page.pdf(prefer_css_page_size=True, print_background=True)
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
            assert seen.complaints == []


def test_the_other_language_shows_the_same_moment(browser: "Browser", bridge: Written) -> None:
    with visit(browser, bridge.file) as seen:
        ready(seen)
        seek(seen, 4.0)
        seen.page.click("#language")
        seen.until("document.documentElement.lang === 'nl' && globalThis.psoas?.page")
        ready(seen)
        assert seen.page.evaluate("psoas.page.player.time") == pytest.approx(4.0, abs=0.04)
        assert seen.page.title() == "Verslag: bridge.mp4"


def test_without_the_clip_the_skeleton_moves_alone(browser: "Browser", tmp_path: Path) -> None:
    written = report(tmp_path / "alone", true_poses("bridge")[:120], None)
    with visit(browser, written.file) as seen:
        assert seen.page.locator("#stage video").count() == 0
        assert "The clip itself is not at hand" in seen.page.inner_text("main")
        first = seen.canvas()
        seen.page.keyboard.press("Space")
        seen.until("psoas.page.player.frame > 20")
        seen.page.keyboard.press("Space")
        assert (seen.canvas() != first).any()
        assert seen.complaints == []


def test_a_video_that_cannot_be_played_is_told(browser: "Browser", tmp_path: Path) -> None:
    written = report(tmp_path / "broken", true_poses("bridge")[:120], sample("bridge"))
    clip = tmp_path / "broken" / "report_files" / "clip.mp4"
    clip.unlink()
    clip.write_bytes(b"no video at all" * 100)
    with visit(browser, written.file) as seen:
        seen.page.wait_for_selector("#unplayable:visible")
        seen.page.keyboard.press("Space")
        seen.until("psoas.page.player.frame > 10")


def test_ten_minutes_stay_usable(browser: "Browser", tmp_path: Path) -> None:
    once = true_poses("bridge")[::3]
    length = once[-1].time_s + 1 / 10
    poses = tuple(replace(pose, time_s=pose.time_s + number * length) for number in range(20) for pose in once)
    written = report(tmp_path / "long", poses, None)
    data = tmp_path / "long" / "report_files" / "data.js"
    assert data.stat().st_size < 4_000_000
    with visit(browser, written.file) as seen:
        seen.page.evaluate("psoas.page.plots.forEach(({plot}) => plot.draw())")
        drawn = seen.page.evaluate("psoas.page.plots[0].plot.target.data.at(-1).x.length")
        assert drawn < 6000
        seen.page.evaluate("for (let t = 0; t < 600; t += 20) psoas.page.player.seek(t)")
        assert seen.page.evaluate("psoas.page.player.frame") > 0.9 * len(poses)
        pdf = seen.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


def test_two_clips_play_from_the_same_moment(browser: "Browser", bridge: Written, tmp_path: Path) -> None:
    # The same repetitions two seconds later: whoever laid clips over each other from their beginnings would be told so.
    late = tuple(replace(pose, time_s=pose.time_s + 2.0) for pose in true_poses("bridge"))
    waiting = tuple(replace(late[0], time_s=number / 30) for number in range(60))
    folder = bridge.file.parent.parent
    second = report(folder / "a#b later", (*waiting, *late), None, name="later.mp4")
    page = write_comparison(folder, bridge, second, "en")
    with visit(browser, page) as seen:
        seen.until("psoas.comparison && document.querySelector('#stage-1 video').readyState >= 2")
        ask = seen.page.evaluate
        starts = [one.repetitions[2].start_s for one in (bridge.summary, second.summary)]
        assert starts[1] - starts[0] == pytest.approx(2.0, abs=0.05)
        seen.page.select_option("#pass", index=2)
        ask("psoas.comparison.seek(1.5)")
        seen.until("!document.querySelector('#stage-1 video').seeking")
        times = ask("psoas.comparison.halves.map(half => half.player.time)")
        assert times == pytest.approx([start + 1.5 for start in starts], abs=0.04)
        seen.page.locator(".plot-area").first.scroll_into_view_if_needed()
        seen.page.wait_for_selector(".plot-first .main-svg")
        lines = ask("psoas.comparison.plots[0].lines.map(line => Array.from(line.values).filter(Number.isFinite))")
        assert max(lines[0]) == pytest.approx(max(lines[1]), abs=1.0)
        seen.page.keyboard.press("Home")
        seen.page.keyboard.press("Space")
        seen.until("psoas.comparison.time > 0.6")
        seen.page.keyboard.press("Space")
        played = ask("psoas.comparison.halves.map(half => half.time)")
        assert played[0] == pytest.approx(played[1], abs=0.2)
        told = seen.page.locator("table").first.inner_text()
        assert "no change that can be told" in told
        assert [url for url in seen.requests if not url.startswith((f"{folder.as_uri()}/", "data:"))] == []
        assert seen.complaints == []


def test_the_index_leads_to_the_reports(browser: "Browser", bridge: Written) -> None:
    folder = bridge.file.parent.parent
    page = write_index(folder, [bridge, bridge], "en")
    with visit(browser, page, 375, 700) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 375
        seen.page.get_by_role("link", name="bridge.mp4").first.click()
        seen.until("globalThis.psoas?.page")
        assert seen.page.title() == "Report: bridge.mp4"
        assert seen.complaints == []


@pytest.mark.parametrize("kind", ["turned", "hevc", "gif", "wide pixels"])
def test_odd_clips_show_the_picture_that_was_analysed(browser: "Browser", tmp_path: Path, kind: str) -> None:
    """Each of ten pictures has another grey, and one bright corner: which is shown, and which way up?"""
    clip = odd_clip(tmp_path, kind)
    with open_source(clip) as source:
        frames = [(frame.time_s, frame.image) for frame in source]
    h, w = frames[0][1].shape[:2]
    poses = tuple(nobody(time_s, (w, h)) for time_s, _ in frames)
    written = report(tmp_path / "report", poses, clip)
    with visit(browser, written.file) as seen:
        ready(seen)
        for what in ("angles", "cues"):
            seen.page.uncheck(f"[data-show={what}]")
        for number in (2, 7):
            seek(seen, frames[number][0])
            # In blocks, since a GIF has few colours and H.264 blurs them.
            shown, expected = (
                cv2.resize(image, (10, 6), interpolation=cv2.INTER_AREA)
                for image in (screenshot(seen), shrunk(frames[number][1]))
            )
            assert np.abs(shown - expected).mean() < 6, number


def odd_clip(folder: Path, kind: str) -> Path:
    suffix = {"gif": "gif", "hevc": "mov"}.get(kind, "mp4")
    path = folder / f"odd.{suffix}"
    codec, pixels = {"gif": ("gif", "rgb8"), "hevc": ("libx265", "yuv420p")}.get(kind, ("libx264", "yuv420p"))
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, pixels
        if kind == "wide pixels":
            stream.codec_context.sample_aspect_ratio = Fraction(3, 2)
        for number in range(10):
            image = np.full((96, 160, 3), 12 * number, np.uint8)
            image[:32, :32] = (250, 80, 0)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if kind == "turned":
        set_matrix(path, (0, 1, -1, 0))
    return path
