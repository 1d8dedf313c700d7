"""Kinds of video that cameras, phones and editors make: each is read as it was filmed, or refused with a reason.

The files are made here with the encoders that PyAV brings; where a wheel lacks one, its test is skipped and says so.
"""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from poses.problem import Problem
from vision.clip import Clip
from vision.clip_index import index_of
from vision.sources import open_source

SIZE = 128, 96
RED, BLUE = (220, 30, 30), (30, 30, 220)
# What an encoder may change of a flat colour.
OFF = 14


def needs(codec: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this wheel of PyAV has no encoder {codec}")
    try:
        av.Codec(codec, "w")
    except ValueError:
        pytest.skip(f"this wheel of PyAV can read {codec} and not write it")


def make(
    path: Path,
    codec: str,
    *,
    pixels: str = "yuv420p",
    rate: int = 30,
    count: int = 20,
    size: tuple[int, int] = SIZE,
    options: dict[str, str] | None = None,
    interlaced: bool = False,
) -> Path:
    """Red at the top left and blue elsewhere, a white bar that moves to the right."""
    needs(codec)
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if interlaced:
            stream.codec_context.flags |= 0x20040000  # interlaced coding and motion search
        for number in range(count):
            image = np.full((height, width, 3), BLUE, np.uint8)
            image[: height // 2, : width // 2] = RED
            image[-8:, : 4 + number] = 255
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "options"),
    [
        ("hevc.mp4", "libx265", "yuv420p", {"x265-params": "log-level=none"}),
        ("hevc-10-bit.mov", "libx265", "yuv420p10le", {"x265-params": "log-level=none"}),
        ("vp9.webm", "libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
        ("vp8.webm", "libvpx", "yuv420p", {"deadline": "realtime"}),
        ("av1.mp4", "libsvtav1", "yuv420p", {"preset": "12"}),
        ("av1-10-bit.mkv", "libsvtav1", "yuv420p10le", {"preset": "12"}),
        ("h264.mp4", "libx264", "yuv420p", {}),
        ("h264-10-bit.mp4", "libx264", "yuv420p10le", {}),
        ("h264-4-2-2.mov", "libx264", "yuv422p", {}),
        ("h264-full-colour.mkv", "libx264", "yuv444p", {}),
        ("prores.mov", "prores_ks", "yuv422p10le", {}),
        ("mpeg2.ts", "mpeg2video", "yuv420p", {}),
        ("motion-jpeg.avi", "mjpeg", "yuvj420p", {}),
    ],
)
def test_every_picture_comes_in_its_colours_and_at_its_time(
    tmp_path: Path, name: str, codec: str, pixels: str, options: dict[str, str]
) -> None:
    path = make(tmp_path / name, codec, pixels=pixels, options=options)
    with open_source(path) as source:
        assert (source.width, source.height) == SIZE
        frames = list(source)
        assert source.damage is None
    assert len(frames) == 20
    assert [frame.time_s for frame in frames] == pytest.approx([number / 30 for number in range(20)], abs=0.002)
    for frame in frames[::6]:
        assert frame.image[20, 20].astype(int) == pytest.approx(RED, abs=OFF)
        assert frame.image[60, 100].astype(int) == pytest.approx(BLUE, abs=OFF)


def test_interlaced_pictures_are_read_whole(tmp_path: Path) -> None:
    path = make(tmp_path / "i.ts", "mpeg2video", interlaced=True, rate=25)
    with open_source(path) as source:
        frames = list(source)
    assert len(frames) == 20
    assert frames[10].time_s == pytest.approx(0.4, abs=0.002)
    assert frames[10].image.shape == (96, 128, 3)


@pytest.mark.parametrize(("rate", "count"), [(240, 120), (120, 60), (5, 10), (1, 4)])
def test_slow_motion_and_few_frames_keep_their_time(tmp_path: Path, rate: int, count: int) -> None:
    path = make(tmp_path / "rate.mp4", "libx264", rate=rate, count=count)
    with open_source(path) as source:
        assert source.average_rate == pytest.approx(rate)
        times = [frame.time_s for frame in source]
    assert times == pytest.approx([number / rate for number in range(count)], abs=1e-4)


@pytest.mark.parametrize(
    ("codec", "pixels", "size"), [("libx264", "yuv444p", (127, 95)), ("libvpx-vp9", "yuv420p", (101, 77))]
)
def test_odd_sizes_lose_no_column(tmp_path: Path, codec: str, pixels: str, size: tuple[int, int]) -> None:
    path = make(tmp_path / "odd.mkv", codec, pixels=pixels, size=size)
    with open_source(path) as source:
        frames = list(source)
    assert frames[0].image.shape == (size[1], size[0], 3)
    assert len(frames) == 20


def test_a_phone_s_mov_is_turned_whether_read_whole_or_in_parts(tmp_path: Path) -> None:
    path = make(tmp_path / "phone.mov", "libx264", options={"g": "5"})
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    # A quarter turn clockwise, as a phone held upright writes it.
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    with Clip(path) as clip:
        whole = list(clip)
    index = index_of(path)
    assert index is not None
    with Clip(path) as clip:
        part = list(clip.part(index, int(index.begins[2]), 20))
    assert whole[0].image.shape == (128, 96, 3)
    assert whole[0].image[20, 80].astype(int) == pytest.approx(RED, abs=OFF)
    first = int(index.begins[2])
    assert all((a.image == b.image).all() for a, b in zip(part, whole[first:], strict=True))


def test_what_cannot_be_decoded_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "libx264")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"vvc1").replace(b"avcC", b"vvcC"))
    with pytest.raises(Problem) as caught:
        open_source(path)
    assert str(path) in str(caught.value)
