"""Reports for tests, made of bundled clips and their known truth; and the Chromium that shows them.

What a page draws is compared with where the phantom's joints truly are: the poses in these reports are the phantom's
own, projected by its camera, so no pose model is asked.
"""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import landmarks_m
from poses import skeleton
from poses.exercise_file import built_in
from poses.messages import Language
from poses.records import Pose
from psoas_coach.poses_file import Origin
from psoas_coach.report.clip_report import Written, write_report
from psoas_coach.report.follow import Follower
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from psoas_coach.session import Session
from psoas_coach.summary import Summariser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


def sample(name: str) -> Path:
    """A bundled clip."""
    return next(clip for clip in sample_clips() if clip.stem == name)


@lru_cache(maxsize=4)
def true_poses(name: str) -> tuple[Pose, ...]:
    """The poses of a bundled clip as a perfect observer would see them."""
    studio = Studio(SCRIPTS[name])
    poses = []
    for time_s in studio.performance.times(30.0).tolist():
        figure = studio.performance.placed(time_s)
        points = landmarks_m(figure)
        image = studio.camera.project(points, studio.size).astype(np.float32)
        middle = points[list(skeleton.HIPS)].mean(axis=0)
        world = ((points - middle) @ studio.camera.axes.T).astype(np.float32)
        poses.append(Pose(time_s, image, world, np.ones(skeleton.COUNT, np.float32), studio.size))
    return tuple(poses)


def report(
    folder: Path,
    poses: tuple[Pose, ...],
    clip: Path | None,
    *,
    name: str = "clip.mp4",
    lang: Language = "en",
    still: bool = False,
    asked_for: str = "auto",
) -> Written:
    """A report of poses over a clip."""
    exercises = built_in() if asked_for == "auto" else chosen_exercises(asked_for)
    session, summariser = Session(exercises, still=still), Summariser(exercises, asked_for)
    follower = Follower(exercises, still=still)
    for index, pose in enumerate(poses):
        step = session.step(index, pose)
        summariser.write(step)
        follower.write(step)
    summariser.end(session.finish())
    origin = Origin(clip=name, kind="image" if still else "video", model="full", still=still)
    folder.mkdir(parents=True, exist_ok=True)
    return write_report(folder, follower.followed(), summariser.summary(origin), origin, exercises, lang, clip)


@contextmanager
def chromium() -> "Iterator[Browser]":
    """The Chromium of the system, headless; where it must be there (CI), its lack fails."""
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    if path is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("not installed: chromium, and in CI it has to be")
        pytest.skip("not installed: chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page that is being looked at, and everything it asked for or complained about.

    Attributes:
        page: The page.
        requests: Addresses it asked for.
        complaints: What it wrote to the console as a warning or an error, and errors of its scripts.
    """

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self.complaints.append(f"{request.url}: {request.failure}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))

    def until(self, true: str) -> None:
        """Waits until something is true on the page; playwright's own way of waiting is refused by the page itself."""
        end_s = time.monotonic() + 60.0
        while not self.page.evaluate(f"Boolean({true})"):
            assert time.monotonic() < end_s, f"never true: {true}"
            self.page.wait_for_timeout(20)

    def _said(self, message: "ConsoleMessage") -> None:
        if message.type in {"warning", "error"}:
            self.complaints.append(message.text)

    def canvas(self, selector: str = "#stage canvas") -> NDArray[np.uint8]:
        """What is drawn over the picture, RGBA."""
        url = self.page.eval_on_selector(selector, "canvas => canvas.toDataURL()")
        data = np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8)
        drawn = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        assert drawn is not None
        return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_BGRA2RGBA), np.uint8)


@contextmanager
def visit(browser: "Browser", file: Path, wide: int = 1280, high: int = 900) -> Iterator[Visit]:
    """Opens a page from the disk, without a network."""
    context = browser.new_context(viewport={"width": wide, "height": high}, offline=True)
    try:
        seen = Visit(context.new_page())
        seen.page.goto(file.as_uri())
        yield seen
    finally:
        context.close()
