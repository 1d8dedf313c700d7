"""The calibration of a camera as a user meets it: a board to print, a lens told and kept, and undone in a clip."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from board_camera import TrueLens, good_places, render
from calibration import sightings
from calibration.camera import Camera, Lens
from calibration.lens import SQUARES, look
from poses.problem import Problem
from psoas_coach import cameras
from psoas_coach.poses_file import FORMAT_CORRECTED, load
from psoas_coach.samples import sample_clips
from vision.image_file import png_bytes
from vision.sources import open_source

ROOT = Path(__file__).resolve().parent.parent
TRUE = TrueLens(k1=-0.2, focal_px=560.0, off_px=(6.0, -4.0))
STRONG = TrueLens(k1=-0.3, focal_px=640.0)
TODAY = date(2026, 3, 1)
Run = Callable[..., tuple[int, str, str]]
Picture = NDArray[np.uint8]


def camera_of(lens: TrueLens, name: str = "laptop") -> Camera:
    told = Lens(
        image_wh=lens.image_wh,
        focal_px=(lens.focal_px, lens.focal_px),
        centre_px=lens.centre_px,
        **{"k1": lens.k1, "k2": lens.k2, "p1": lens.p1, "p2": lens.p2},
        error_px=0.1,
        pictures=20,
        on=TODAY,
    )
    return Camera(name=name, lens=told)


LAPTOP = camera_of(TRUE)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "folder", lambda: tmp_path / "cameras")


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return [render(TRUE, place, seed=number) for number, place in enumerate(good_places(TRUE))]


def film(path: Path, frames: Sequence[Picture], rate: int = 30) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "12", "preset": "veryfast"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def held(pictures: Sequence[Picture], frames: int = 11) -> list[Picture]:
    """Each place held still for a moment, with a blurred way there that must not be taken."""
    clip: list[Picture] = []
    for picture in pictures:
        clip += [np.asarray(cv2.blur(np.roll(picture, 40 * step, axis=1), (25, 1)), np.uint8) for step in (2, 1)]
        clip += [picture] * frames
    return clip


def folder_of(pictures: Sequence[Picture]) -> Path:
    folder = Path("pictures")
    folder.mkdir()
    for number, picture in enumerate(pictures):
        (folder / f"{number:02}.png").write_bytes(png_bytes(picture))
    return folder


def test_the_board_is_an_a4_page_that_can_be_found(run: Run) -> None:
    assert run("calibrate", "camera", "--board", "board.png")[0] == 0
    with open_source(Path("board.png")) as source:
        (frame,) = source
    height, width = frame.image.shape[:2]
    assert (width, height) == (3508, 2480), "A4 at 300 dots an inch"
    small = cv2.resize(frame.image, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    found = look(np.asarray(small, np.uint8), "board")
    assert found is not None
    assert len(found.ids) == (SQUARES[0] - 1) * (SQUARES[1] - 1)
    dark = np.flatnonzero((frame.image < 128).any(axis=(1, 2)))
    rows = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    # Capitals, dots and descenders: four lines of text below the board, two of each language, clear of the edge.
    assert len(rows) == 5
    assert rows[-1][-1] < height - 40


def test_a_folder_of_pictures(run: Run, pictures: list[Picture]) -> None:
    folder = folder_of(pictures)
    (folder / "notes.txt").write_text("taken on a Sunday " * 20)
    status, out, errors = run("calibrate", "camera", folder, "--name", "laptop")
    assert status == 0, errors
    assert "notes.txt is not a video or picture" in errors
    assert "field of view 63." in out
    assert "at the edge the lens moves what is seen by up to 6" in out
    kept = cameras.known("laptop")
    assert kept.lens.focal_px == pytest.approx((TRUE.focal_px, TRUE.focal_px), rel=0.01)
    assert kept.lens.pictures == len(pictures)
    status, out, _ = run("calibrate", "camera", "--list")
    assert (status, "laptop: from 13 pictures of 640 x 480" in out) == (0, True)
    assert run("calibrate", "camera", "--delete", "laptop")[0] == 0
    status, _, errors = run("analyse", sample_clips()[0], "--camera", "laptop")
    assert (status, "There is no camera laptop" in errors) == (2, True)


def test_a_clip(run: Run, pictures: list[Picture]) -> None:
    film(Path("board.mp4"), held(pictures))
    status, out, errors = run("calibrate", "camera", "board.mp4", "--name", "phone")
    assert status == 0, errors
    lens = cameras.known("phone").lens
    assert lens.focal_px == pytest.approx((TRUE.focal_px, TRUE.focal_px), rel=0.01)
    assert len(pictures) - 2 <= lens.pictures <= len(pictures), "each place once, and no blurred way between two"
    assert "2 of 20 pictures; next: hold the board in the upper left corner" in out


def test_a_camera_is_watched_until_nothing_is_missing(
    run: Run, pictures: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    # OpenCV gives the pictures of a file just as it gives a camera's, only faster: the clock is the file's here.
    film(Path("board.mp4"), held(pictures) + [pictures[0]] * 300)
    opened, taken = [], [0]
    real = cv2.VideoCapture

    def capture(number: int) -> cv2.VideoCapture:
        opened.append(number)
        return real("board.mp4")

    def clock() -> float:
        taken[0] += 1
        return taken[0] / 30

    monkeypatch.setattr(cv2, "VideoCapture", capture)
    monkeypatch.setattr("vision.camera.time.monotonic", clock)
    monkeypatch.setattr(sightings, "ENOUGH_PICTURES", len(pictures) - 1)
    status, _, errors = run("calibrate", "camera", "3", "--name", "laptop")
    assert status == 0, errors
    assert opened == [3]
    assert taken[0] < len(held(pictures)) + 100, "it ends by itself"
    assert cameras.known("laptop").lens.focal_px[0] == pytest.approx(TRUE.focal_px, rel=0.01)
    monkeypatch.setattr(sightings, "ENOUGH_PICTURES", 99)
    status, _, errors = run("calibrate", "camera", "3", "--name", "laptop")
    assert (status, "Camera 3 gives no more pictures" in errors) == (2, True)


def test_no_such_camera_is_one_line() -> None:
    # In a process of its own: what OpenCV writes past Python must not reach the user either.
    command = [sys.executable, "-m", "psoas_coach.cli", "calibrate", "camera", "63", "--name", "no-such-camera"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Camera 63 does not open" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_bad_pictures_are_refused_with_all_reasons(run: Run, pictures: list[Picture]) -> None:
    status, out, errors = run("calibrate", "camera", folder_of(pictures[:3]), "--name", "laptop")
    assert status == 2
    assert "seen well in 3 pictures" in errors
    assert "never came near the" in errors
    assert not cameras.names()
    assert "Kept" not in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "give SOURCE"),
        (["--list", "--delete", "x"], "give SOURCE"),
        (["a.png"], "give SOURCE"),
        (["--name", "x"], "give SOURCE"),
        (["a.png", "--name", "../x"], "cannot be the name of a camera"),
        (["a.png", "--name", "x"], "a.png was not found"),
        ([".", "--name", "x"], "is an empty folder"),
        (["--delete", "x"], "There is no camera x"),
    ],
)
def test_wrong_use_is_status_2(words: list[str], says: str, run: Run) -> None:
    status, _, errors = run("calibrate", "camera", *words)
    assert status == 2
    assert says in errors


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_ends_cleanly_and_keeps_nothing(tmp_path: Path, pictures: list[Picture]) -> None:
    clip = film(tmp_path / "board.mp4", held(pictures, 30))
    code = (
        "import sys; from pathlib import Path; from psoas_coach import cameras, cli;"
        f"cameras.folder = lambda: Path({str(tmp_path / 'cameras')!r});"
        f"sys.argv = ['psoas-coach', 'calibrate', 'camera', {str(clip)!r}, '--name', 'laptop']; cli.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        assert "of 20 pictures" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=240)
    assert process.returncode == 130
    assert "Interrupted: nothing is kept" in out
    assert "Traceback" not in errors
    assert not cameras.names()


def test_what_is_written_is_read() -> None:
    assert cameras.read("laptop") is None
    path = cameras.write(LAPTOP)
    assert cameras.read("laptop") == LAPTOP
    assert cameras.known("laptop").lens.field_of_view_deg == pytest.approx(63.5, abs=0.1)
    assert [file.name for file in path.parent.iterdir()] == ["laptop.toml"]
    assert path.read_text(encoding="utf-8").startswith("# A camera of psoas-coach")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[: text.index("k1")] + "k1 = ", "damaged"),
        (lambda text: text.replace("k1 = -0.2", "k1 = -0.9"), "folds the picture over"),
        (lambda text: text.replace("k1 = -0.2", "k1 = nan"), "damaged"),
        (lambda text: text.replace("k1 =", "k4 ="), "unknown key"),
        (lambda text: text.replace("version = 1", "version = 2"), "newer psoas-coach (version 2"),
        (lambda text: text.replace('"laptop"', '"phone"'), "is that of phone"),
    ],
    ids=["cut", "folded", "nan", "unknown", "newer", "renamed"],
)
def test_what_cannot_be_trusted_is_told_and_left_as_it_is(
    damage: Callable[[str], str], told: str, run: Run, pictures: list[Picture]
) -> None:
    path = cameras.write(LAPTOP)
    damaged = damage(path.read_text(encoding="utf-8"))
    assert damaged != path.read_text(encoding="utf-8")
    path.write_text(damaged, encoding="utf-8")
    for use in (lambda: cameras.known("laptop"), lambda: cameras.write(LAPTOP)):
        with pytest.raises(Problem) as caught:
            use()
        assert told in str(caught.value)
    # Told before anybody has held up a board in vain; and the others are still listed.
    Path("one.png").write_bytes(png_bytes(pictures[0]))
    status, out, errors = run("calibrate", "camera", "one.png", "--name", "laptop")
    assert (status, told in errors, "of 20 pictures" in out) == (2, True, False)
    cameras.write(camera_of(TRUE, "webcam"))
    status, out, errors = run("calibrate", "camera", "--list")
    assert (status, told in errors, "webcam: from 20" in out) == (0, True, True)
    assert path.read_text(encoding="utf-8") == damaged
    cameras.delete("laptop")
    assert cameras.read("laptop") is None


WRITER = """
import sys
from pathlib import Path
from datetime import date
from calibration.camera import Camera, Lens
from psoas_coach import cameras
cameras.folder = lambda: Path(sys.argv[1])
both = [
    Camera(name="laptop", lens=Lens(image_wh=(640, 480), focal_px=(f, f), centre_px=(320.0, 240.0),
        error_px=0.1, pictures=20, on=date(2026, 3, 1)))
    for f in (500.0, 600.0)
]
cameras.write(both[0])
print("writing", flush=True)
while True:
    for one in both:
        cameras.write(one)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_killed_while_writing_it_is_the_old_or_the_new_one() -> None:
    chance = random.Random(0)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(cameras.folder())], stdout=subprocess.PIPE, env=os.environ, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
            time.sleep(chance.uniform(0.0, 0.05))
            writer.send_signal(signal.SIGKILL)
        assert cameras.known("laptop").lens.focal_px[0] in (500.0, 600.0)


def bent_clip(path: Path, lens: TrueLens, frames: int) -> list[Picture]:
    """The first frames of a bundled clip, given back, and a clip of what this lens makes of them, written."""
    with open_source(sample_clips()[0]) as source:
        whole = [frame.image for frame, _ in zip(source, range(frames), strict=False)]
    width, height = lens.image_wh
    # As near as fits: a lens does little in the middle of the picture.
    straight = [np.asarray(cv2.resize(one[60:390, 90:530], (width, height)), np.uint8) for one in whole]
    grid = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    where = (lens.directions(grid) * lens.focal_px + lens.centre_px - 0.5).astype(np.float32)
    bent = [cv2.remap(one, where[..., 0], where[..., 1], cv2.INTER_LINEAR) for one in straight]
    film(path, [np.asarray(one, np.uint8) for one in bent])
    return straight


def test_a_clip_is_measured_through_the_lens(run: Run, model_path: Path) -> None:
    film(Path("straight.mp4"), bent_clip(Path("bent.mp4"), STRONG, 24))
    cameras.write(camera_of(STRONG))
    for clip, out, more in (
        ("straight.mp4", "straight", ()),
        ("bent.mp4", "plain", ()),
        ("bent.mp4", "undone", ("--camera", "laptop")),
    ):
        assert run("analyse", clip, "--out", out, "--model", model_path, *more)[0] == 0
    true, bent, undone = (
        load(Path(out, clip, "poses.npz"))
        for out, clip in (("straight", "straight"), ("plain", "bent"), ("undone", "bent"))
    )
    assert (bent.arrays["image_px"] == undone.arrays["image_px"]).all(), "what the model saw is kept as it was"
    truth = np.array([pose.image_px for _, pose in true])
    before, after = (np.array([pose.image_px for _, pose in one]) - truth for one in (bent, undone))
    wrong, right = (float(np.quantile(np.hypot(*np.moveaxis(off, -1, 0)), 0.8)) for off in (before, after))
    assert wrong > 5.0, "the lens bends a lot"
    assert right < 0.5 * wrong
    used = json.loads(Path("undone/bent/summary.json").read_text())["camera"]
    assert used == {"name": "laptop", "calibrated_on": "2026-03-01"}
    assert json.loads(Path("plain/bent/summary.json").read_text())["camera"] is None
    # A replay needs neither the picture nor the file of the camera.
    cameras.delete("laptop")
    assert run("replay", "undone/bent/poses.npz", "--out", "again")[0] == 0
    for name in ("measures.csv", "summary.json"):
        first, again, plain = (Path(out, "bent", name).read_bytes() for out in ("undone", "again", "plain"))
        assert first == again
        assert first != plain


def test_a_clip_of_another_shape_is_refused_before_it_is_looked_at(run: Run, model_path: Path) -> None:
    cameras.write(camera_of(TrueLens((1280, 720), focal_px=900.0)))
    status, _, errors = run("analyse", sample_clips()[0], "--camera", "laptop", "--model", model_path, "--out", "out")
    assert status == 2
    assert "calibrated with pictures of 1280 x 720 pixels, and these are 640 x 480" in errors
    assert not list(Path().glob("out/*/*"))


def test_a_recording_that_lost_its_lens_is_not_replayed(run: Run, model_path: Path) -> None:
    bent_clip(Path("bent.mp4"), STRONG, 2)
    cameras.write(camera_of(STRONG))
    assert run("analyse", "bent.mp4", "--out", "out", "--camera", "laptop", "--model", model_path)[0] == 0
    with np.load("out/bent/poses.npz") as file:
        arrays = {name: file[name] for name in file.files}
    meta = json.loads(str(arrays["meta"]))
    assert meta["format"] == FORMAT_CORRECTED, "an older program does not read it as if there were no lens"
    for change in ({"camera": None}, {"format": 1}, {"camera": {"name": "laptop"}}):
        np.savez("lost.npz", **(arrays | {"meta": np.array(json.dumps(meta | change))}))
        status, _, errors = run("replay", "lost.npz")
        assert status == 2
        assert "does not say" in errors
