"""Makes the pictures of docs/report.md: the bundled clips, analysed by the real pipeline, shown by Chromium.

Run ``python docs/report_pictures.py`` in the project's folder; it takes some minutes and needs Chromium.
``python docs/report_pictures.py FOLDER`` keeps what it analysed there, and takes it from there the next time.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Literal

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from calibration.phantom.scripts import FPS, SCRIPTS, SIZE, render_script
from psoas_coach.run import analyse_clips
from psoas_coach.samples import sample_clips
from vision.recorder import VideoRecorder

_TALL = 3500
IMAGES = Path(__file__).parent / "images"


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the page, the moment, and how it is looked at.

    Attributes:
        name: Of the picture.
        page: Below the folder of results.
        moment_s: Which moment is shown, or None.
        wide: Of the window, in CSS pixels.
        high: The same; None for the whole page.
        scheme: Light or dark.
        on_paper: As it is printed.
    """

    name: str
    page: str
    moment_s: float | None = None
    wide: int = 1440
    high: int | None = 1010
    scheme: Literal["light", "dark"] = "light"
    on_paper: bool = False


SHOTS = (
    Shot("report", "low-lunge/report.html", 12.0),
    Shot("report-dark", "bridge/report.nl.html", 20.0, scheme="dark"),
    Shot("report-whole", "low-lunge/report.html", 12.0, wide=1200, high=None),
    Shot("report-phone", "low-lunge/report.html", 12.0, wide=375, high=1560),
    Shot("report-phone-dark", "bridge/report.nl.html", 20.0, wide=375, high=1560, scheme="dark"),
    Shot("report-paper", "bridge/report.html", None, wide=700, high=None, on_paper=True),
    Shot("report-index", "index.html", None, wide=1100, high=620),
    Shot("report-compare", "pair/compare.html", None),
)


def shoot(browser: Browser, results: Path, shot: Shot) -> None:
    """Makes one picture."""
    phone = shot.wide < 500
    context = browser.new_context(
        viewport={"width": shot.wide, "height": shot.high or 900},
        color_scheme=shot.scheme,
        device_scale_factor=2 if phone else 1,
        offline=True,
    )
    page = context.new_page()
    moment = "" if shot.moment_s is None else f"#t={shot.moment_s}"
    page.goto((results / shot.page).as_uri() + moment)
    if page.locator("#stage video").count():
        page.wait_for_selector("#stage video")
    if shot.on_paper:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    elif page.locator(".stage").count() > 1:
        page.evaluate("psoas.comparison.seek(3)")
    elif shot.high is None:
        page.evaluate("psoas.page.plots.forEach(({plot}) => plot.draw())")
    # The picture of the moment, and the plots that came into view.
    page.wait_for_timeout(700)
    save(shot.name, page, whole=shot.high is None)
    context.close()


def save(name: str, page: Page, *, whole: bool) -> None:
    """Writes a picture of a page as JPEG."""
    seen = cv2.imdecode(np.frombuffer(page.screenshot(full_page=whole), np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    if seen.shape[0] > _TALL:
        # The whole page shows how it is made up; its letters stand in the other pictures.
        seen = cv2.resize(seen, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 84])
    assert done
    (IMAGES / f"{name}.jpg").write_bytes(data.tobytes())
    print(f"{name}: {len(data) // 1000} kB")


def analyse(results: Path) -> None:
    """The bundled clips, and one of them beside a lunge that is held where it should be."""
    calm = results / "lunge-slow.mp4"
    results.mkdir(parents=True, exist_ok=True)
    with VideoRecorder(calm, width=SIZE[0], height=SIZE[1], rate_hint=FPS) as recorder:
        for frame, _ in render_script(SCRIPTS["lunge-slow"]):
            recorder.write(frame.image, frame.time_s)
    clips = sample_clips()
    analyse_clips(clips, results, exercise="auto", model="full", lang="en", video=False)
    pair = [clips[0], calm]
    analyse_clips(pair, results / "pair", exercise="auto", model="full", lang="en", video=False, compare=True)


def main() -> None:
    """Makes all pictures."""
    path = which("chromium") or which("google-chrome")
    if path is None:
        sys.exit("Chromium is not installed")
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        results = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        if not (results / "pair").exists():
            analyse(results)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            shoot(browser, results, shot)


if __name__ == "__main__":
    main()
