"""The same movement measures the same however its file is made: width, shape, rotation, frame rate."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from poses.exercise_file import built_in
from poses.measures import INDEX
from psoas_coach.samples import sample_clips
from psoas_coach.session import Session
from vision.estimator import Estimator
from vision.sources import open_source

Image = NDArray[np.uint8]
# The stretch goes from 7 to 12 s: out of the good stretch and far beyond it.
FROM_S, TO_S = 7.0, 11.0
OPENING = INDEX["hip_opening_deg"]
# Encoding anew and another placing in the model's window move a joint by a fraction of a pixel.
TOLERANCE_DEG = 1.5


@pytest.fixture(scope="module")
def pictures() -> list[tuple[float, Image]]:
    with open_source(sample_clips()[0]) as source:
        return [(frame.time_s, frame.image) for frame in source if FROM_S <= frame.time_s < TO_S]


def write(path: Path, pictures: Iterable[tuple[float, Image]], *, rotation: int = 0) -> Path:
    """An H.264 file with true time stamps; a rotation is stored as a display matrix, as phones do."""
    frames = list(pictures)
    start = frames[0][0]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "16", "preset": "veryfast"})
        stream.height, stream.width = frames[0][1].shape[:2]
        # 4:4:4 allows odd sizes.
        stream.pix_fmt = "yuv444p"
        stream.codec_context.time_base = Fraction(1, 90_000)
        for time_s, image in frames:
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts = round((time_s - start) * 90_000)
            frame.time_base = Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if rotation:
        _store_rotation(path, rotation)
    return path


def _store_rotation(path: Path, degrees: int) -> None:
    """Writes the matrix into the track header, since PyAV cannot: 16.16 fixed point, clockwise."""
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd")
    # Version 0: 4 type, 4 flags, 20 times and ids, 16 reserved, layer and volume, then nine words of matrix.
    place = at + 4 + 4 + 20 + 16
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    words = [cos << 16, sin << 16, 0, -sin << 16, cos << 16, 0, 0, 0, 1 << 30]
    data[place : place + 36] = b"".join(int(word).to_bytes(4, "big", signed=True) for word in words)
    path.write_bytes(bytes(data))


def openings(path: Path, model_path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Media times and the front-of-hip opening of the stretched leg."""
    times, values = [], []
    session = Session(built_in())
    with open_source(path) as source, Estimator(model_path) as estimator:
        for frame in source:
            step = session.step(frame.index, estimator.estimate(frame))
            times.append(frame.time_s)
            values.append(step.raw.values[1, OPENING])
    return np.array(times), np.array(values)


@pytest.fixture(scope="module")
def plain(
    pictures: list[tuple[float, Image]], model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    path = write(tmp_path_factory.mktemp("plain") / "plain.mp4", pictures)
    times, values = openings(path, model_path)
    assert values.max() - values.min() > 25.0, "the movement is there to be measured"
    return times, values


def assert_same(
    plain: tuple[NDArray[np.float64], NDArray[np.float64]], other: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    times, values = other
    expected = np.interp(times, *plain)
    assert np.median(np.abs(values - expected)) < TOLERANCE_DEG
    assert np.abs(values - expected).max() < 3 * TOLERANCE_DEG


@pytest.mark.parametrize("width", [742, 770, 886])
def test_widths_that_are_padded_in_memory(
    width: int,
    pictures: list[tuple[float, Image]],
    plain: tuple[NDArray[np.float64], NDArray[np.float64]],
    model_path: Path,
    tmp_path: Path,
) -> None:
    # Arrays whose rows are padded once made MediaPipe find nobody at just these widths.
    extra = width - 640
    wide = (
        (time_s, np.pad(image, ((0, 0), (extra // 2, extra - extra // 2), (0, 0)), mode="edge"))
        for time_s, image in pictures
    )
    assert_same(plain, openings(write(tmp_path / "wide.mp4", wide), model_path))


def test_portrait(
    pictures: list[tuple[float, Image]],
    plain: tuple[NDArray[np.float64], NDArray[np.float64]],
    model_path: Path,
    tmp_path: Path,
) -> None:
    tall = ((time_s, np.pad(image[:, 90:530], ((150, 150), (0, 0), (0, 0)), mode="edge")) for time_s, image in pictures)
    assert_same(plain, openings(write(tmp_path / "tall.mp4", tall), model_path))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_metadata(
    degrees: int,
    pictures: list[tuple[float, Image]],
    plain: tuple[NDArray[np.float64], NDArray[np.float64]],
    model_path: Path,
    tmp_path: Path,
) -> None:
    # Stored turned against the rotation that the file asks for, so that it is upright when shown.
    turned = ((time_s, np.rot90(image, degrees // 90)) for time_s, image in pictures)
    path = write(tmp_path / "turned.mp4", turned, rotation=degrees)
    with av.open(str(path)) as container:
        stored = container.streams.video[0]
        assert (stored.width, stored.height) == ((480, 640) if degrees != 180 else (640, 480))
    assert_same(plain, openings(path, model_path))


def test_variable_frame_rate(
    pictures: list[tuple[float, Image]],
    plain: tuple[NDArray[np.float64], NDArray[np.float64]],
    model_path: Path,
    tmp_path: Path,
) -> None:
    # A phone in dim light: frames missing at random, time stamps true.
    kept = np.random.default_rng(5).random(len(pictures)) > 0.4
    path = write(tmp_path / "variable.mp4", (one for one, keep in zip(pictures, kept, strict=True) if keep))
    times, values = openings(path, model_path)
    assert np.unique(np.round(np.diff(times), 3)).size > 2
    assert_same(plain, (times, values))
