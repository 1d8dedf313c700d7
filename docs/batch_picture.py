"""Makes the picture of docs/batch.md: a folder of stretches of the bundled clips, done by a real batch, in Chromium.

Run ``python docs/batch_picture.py`` in the project's folder; it takes some minutes and needs Chromium.
``python docs/batch_picture.py FOLDER`` keeps clips and results there, and goes on with them the next time.
"""

import shutil
import sys
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright
from report_pictures import Shot, shoot

from psoas_coach.batch.lead import Crowd, run_batch
from psoas_coach.batch.plan import Wish
from psoas_coach.batch.sidecar import Said
from psoas_coach.samples import sample_clips
from vision.recorder import VideoRecorder
from vision.sources import open_source

# Name of the clip below its folder, which bundled clip it is cut from, and from when to when.
STRETCHES = {
    "anna/bruggetje één.mp4": (1, 12.0, 17.0),
    "anna/lunge rustig.mp4": (0, 3.0, 8.0),
    "ben/lunge diep.mp4": (0, 8.0, 14.0),
    "ben/begin.mp4": (0, 0.0, 2.5),
}
SHOT = Shot("batch", "index.html", wide=1180, high=1300)


def make(clips: Path) -> None:
    """Cuts the clips, copies the bundled ones beside them, and leaves two files that give no results."""
    for name, (number, start_s, end_s) in STRETCHES.items():
        path = clips / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            open_source(sample_clips()[number]) as source,
            VideoRecorder(path, width=source.width, height=source.height, rate_hint=source.average_rate) as recorder,
        ):
            for frame in source:
                if start_s <= frame.time_s < end_s:
                    recorder.write(frame.image, frame.time_s - start_s)
    for clip in sample_clips():
        shutil.copy(clip, clips / clip.name)
    shutil.copy(sample_clips()[0], clips / "low-lunge (2).mp4")
    (clips / "not copied.mov").touch()


def main() -> None:
    """Makes the picture."""
    path = which("chromium") or which("google-chrome")
    if path is None:
        sys.exit("Chromium is not installed")
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        make(folder / "clips")
        run_batch([folder / "clips"], folder / "results", Wish(Said(), "full", "en"), Crowd())
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        shoot(browser, folder / "results", SHOT)


if __name__ == "__main__":
    main()
