"""Clips in parts: the very pictures of a reading in one go, the same results however many work, and honest seams."""

import itertools
import json
import threading
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from poses import skeleton
from poses.measures import trunk_length_px
from poses.messages import Messages
from psoas_coach import parts
from psoas_coach.analysis import Progress, Settings, analyse
from psoas_coach.estimation import Estimation
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from vision.beside import Beside
from vision.clip import Clip
from vision.clip_index import Astray, Index, index_of
from vision.estimator import Estimator
from vision.sources import open_source

HALF_S = 10.6
RESULTS = ("measures.csv", "summary.json", "poses.npz", "picture.png")


def make(path: Path, codec: str = "libx264", frames: int = 120, options: dict[str, str] | None = None) -> Path:
    """Four seconds of moving noise, so that no picture is like another."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (64, 96 + frames, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options or {"g": "25"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(noise[:, number : number + 96]), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("b-frames.mp4", "libx264", {"g": "25", "bf": "3"}),
        ("open-gop.mp4", "libx264", {"g": "25", "bf": "3", "x264-params": "open-gop=1"}),
        ("all-intra.mov", "mjpeg", {}),
        ("matroska.mkv", "libx264", {"g": "20"}),
        ("vp9.webm", "libvpx-vp9", {"g": "20", "deadline": "realtime", "cpu-used": "8"}),
        ("mpeg4.mp4", "mpeg4", {"g": "12", "bf": "2"}),
    ],
)
def test_a_part_holds_the_very_pictures_of_a_reading_in_one_go(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = make(tmp_path / name, codec, options={**options, **({"strict": "-1"} if codec == "mjpeg" else {})})
    with Clip(path) as clip:
        whole = list(clip)
    index = index_of(path)
    assert index is not None
    assert len(index.stamps) == len(whole) == 120
    assert len(index.begins) > 3
    with Clip(path) as clip:
        # Back and forth, as a worker never would.
        for begin in [*index.begins[::-1], *index.begins]:
            last = min(begin + 40, 120)
            found = list(clip.part(index, int(begin), last))
            assert [frame.index for frame in found] == list(range(begin, last))
            assert [frame.time_s for frame in found] == [frame.time_s for frame in whole[begin:last]]
            assert all((a.image == b.image).all() for a, b in zip(found, whole[begin:last], strict=True))


def test_unusual_files_have_no_index(tmp_path: Path) -> None:
    assert index_of(make(tmp_path / "a.avi", "mpeg4")) is None  # no times of its own
    whole = make(tmp_path / "b.mp4")
    assert index_of(whole) is not None
    broken = tmp_path / "c.mkv"
    data = make(tmp_path / "d.mkv").read_bytes()
    broken.write_bytes(data[: len(data) // 2])
    assert index_of(broken) is None
    spoilt = bytearray(whole.read_bytes())
    middle = spoilt.index(b"mdat") + len(spoilt) // 3
    spoilt[middle : middle + 300] = b"\xff" * 300
    (tmp_path / "f.mp4").write_bytes(spoilt)
    index = index_of(tmp_path / "f.mp4")
    assert index is not None  # its packets are all there; what they hold shows only when it is decoded
    with Clip(tmp_path / "f.mp4") as clip, pytest.raises(Astray):
        for _ in clip.part(index, 0, 120):
            pass


def test_a_part_that_is_not_what_the_index_says_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4")
    index = index_of(path)
    assert index is not None
    shifted = Index(index.stamps + 1, index.begins, index.tick_s)
    missing = Index(np.delete(index.stamps, 30), index.begins, index.tick_s)
    for wrong in (shifted, missing):
        with Clip(path) as clip, pytest.raises(Astray):
            list(clip.part(wrong, 0, 60))


def even(seconds: float, rate: int = 30, key_every: int = 60) -> Index:
    count = round(seconds * rate)
    return Index(np.arange(count) * 512, np.arange(0, count, key_every), Fraction(1, 512 * rate))


@pytest.mark.parametrize(("seconds", "count"), [(5, 1), (14, 1), (20, 2), (45, 4), (60, 4), (125, 8), (600, 40)])
def test_parts_follow_from_the_clip_and_cover_it(seconds: float, count: int) -> None:
    index = even(seconds)
    found = parts.parts_of(index)
    assert len(found) == count
    assert found[0].first == found[0].warm == 0
    assert found[-1].last is None
    for before, after in itertools.pairwise(found):
        assert before.last == after.first
        assert after.warm in index.begins
        assert index.times_s[after.first] - index.times_s[after.warm] == pytest.approx(parts.WARM_UP_S, abs=0.04)


def test_a_clip_with_few_key_frames_has_fewer_parts() -> None:
    assert parts.parts_of(even(60, key_every=100_000)) == (parts.Part(0, 0, None),)
    assert len(parts.parts_of(even(60, key_every=30 * 25))) == 3
    assert parts.parts_of(None) == (parts.WHOLE,)


def numbers(count: int, closed: threading.Event) -> Generator[int, None, None]:
    try:
        yield from range(count)
        raise ValueError("the end")
    finally:
        closed.set()


def test_what_is_made_beside_keeps_its_order_and_its_error() -> None:
    closed = threading.Event()
    with Beside(numbers(50, closed), ahead=2, name="test") as beside:
        taken = []
        with pytest.raises(ValueError, match="the end"):  # noqa: PT012
            for number in beside:
                taken.append(number)
    assert taken == list(range(50))
    assert closed.is_set()


def test_whoever_stops_taking_ends_the_thread() -> None:
    closed, before = threading.Event(), threading.active_count()
    with Beside(numbers(10**9, closed), ahead=2, name="test") as beside:
        assert next(iter(beside)) == 0
    assert closed.is_set()
    assert threading.active_count() == before


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled lunge in four parts, each of some five seconds."""
    monkeypatch.setattr(parts, "PART_S", 5.0)


def settings(model_path: Path, workers: int) -> Settings:
    return Settings(chosen_exercises("auto"), "auto", Messages("en"), model_path, "full", workers=workers)


@pytest.fixture
def first_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first half of the bundled lunge, its packets as they are, in four parts."""
    monkeypatch.setattr(parts, "PART_S", 2.5)
    path = tmp_path / "half.mp4"
    with av.open(str(sample_clips()[0])) as whole, av.open(str(path), "w") as half:
        stream = whole.streams.video[0]
        to = half.add_stream_from_template(stream)
        for packet in whole.demux(stream):
            if packet.dts is not None and packet.dts * stream.time_base < HALF_S:
                packet.stream = to
                half.mux(packet)
    return path


def test_results_are_the_same_byte_for_byte_however_many_work(
    model_path: Path, tmp_path: Path, first_half: Path
) -> None:
    told: list[Progress] = []
    for workers in (1, 2, 3, 4):
        analyse(first_half, tmp_path / str(workers), settings(model_path, workers), report=told.append)
    for name in RESULTS:
        found = {(tmp_path / str(workers) / name).read_bytes() for workers in (1, 2, 3, 4)}
        assert len(found) == 1, name
    index = index_of(first_half)
    assert len(parts.parts_of(index)) == 4
    assert index is not None
    assert told[-1].frames == len(index.stamps) > 300
    assert told[-1].time_s == pytest.approx(told[-1].duration_s or 0.0)


def body_of(poses: NDArray[np.float32]) -> NDArray[np.float32]:
    """The points that are measured."""
    pairs = (skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.FOOT_INDICES)
    return poses[:, [point for pair in pairs for point in pair]]


@pytest.mark.usefixtures("short_parts")
def test_landmarks_near_seams_are_those_of_an_unsplit_run(model_path: Path, tmp_path: Path) -> None:
    clip = sample_clips()[0]
    index = index_of(clip)
    found = parts.parts_of(index)
    assert len(found) == 4
    with open_source(clip) as source, Estimator(model_path) as estimator:
        unsplit = np.array([estimator.track(frame).pose.image_px for frame in source])
    with open_source(clip) as source, Estimation(source, model_path, 2) as estimation:
        split = np.array([seen.pose.image_px for seen in estimation])
    off = np.linalg.norm(body_of(split) - body_of(unsplit), axis=-1) / trunk_length_px(unsplit)[:, None]
    near = np.concatenate([off[part.first : part.first + 15] for part in found[1:]])
    far = np.concatenate([off[part.first + 30 : part.last] for part in found[1:]])
    # Two runs of the model never quite agree again, near a seam or far from one (docs/performance.md).
    assert np.median(near) < 0.003
    assert np.quantile(near, 0.95) < 0.01
    assert np.quantile(near, 0.95) < 2.0 * np.quantile(far, 0.95)
    assert near.max() < 0.04
    assert not off[: found[1].first].any()


def test_a_part_that_goes_astray_is_read_on_in_one_go(
    model_path: Path, tmp_path: Path, first_half: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Clip.part

    def astray(self: Clip, index: Index, first: int, last: int) -> Generator[object, None, None]:
        for frame in read(self, index, first, last):
            if frame.index == 200:
                raise Astray("as if")
            yield frame

    monkeypatch.setattr(Clip, "part", astray)
    outcomes = [analyse(first_half, tmp_path / str(n), settings(model_path, n)).summary for n in (1, 3)]
    assert outcomes[0] == outcomes[1]
    rows = np.load(tmp_path / "1" / "poses.npz")
    assert rows["index"].tolist() == list(range(len(rows["index"])))
    assert len(rows["index"]) > 300
    assert (tmp_path / "1" / "measures.csv").read_bytes() == (tmp_path / "3" / "measures.csv").read_bytes()
    assert json.loads((tmp_path / "3" / "summary.json").read_text())["clip"]["broke"] == ""


@pytest.mark.usefixtures("short_parts")
def test_stopping_leaves_no_thread_behind(model_path: Path, tmp_path: Path) -> None:
    before = threading.active_count()
    told: list[Progress] = []
    outcome = analyse(
        sample_clips()[0],
        tmp_path,
        settings(model_path, 2),
        report=told.append,
        should_stop=lambda: len(told) >= 40,
    )
    assert outcome.summary.interrupted
    assert outcome.summary.frames.total == 40
    assert threading.active_count() == before
