"""Frames come upright, square, contiguous and at their true times; every unusable file says what is wrong with it.

The files are made here with PyAV. Each picture has a red corner at its top left, so that turning and mirroring show.
"""

import os
import struct
import subprocess
import sys
import tempfile
import wave
import zlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from poses.problem import Problem
from vision.sources import Still, open_source

RED = (255, 0, 0)
Image = NDArray[np.uint8]


def picture(width: int, height: int, level: int = 100) -> Image:
    image = np.full((height, width, 3), level, np.uint8)
    image[: height // 3, : width // 3] = RED
    return image


def make_clip(
    path: Path,
    times: Sequence[Fraction],
    size: tuple[int, int] = (96, 64),
    *,
    aspect: Fraction | None = None,
    codec: str = "mpeg4",
    clock: int = 30000,
) -> Path:
    """A clip whose frames are shown at ``times``, each a little brighter than the one before."""
    with av.open(str(path), "w", options={"movflags": "faststart"} if path.suffix == ".mp4" else {}) as container:
        stream = container.add_stream(codec, rate=30)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, clock)
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
            stream.codec_context.sample_aspect_ratio = aspect
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(*size, level=40 + number * 2 % 200), format="rgb24")
            frame.pts, frame.time_base = round(time * clock), Fraction(1, clock)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def steady(count: int, rate: int = 30) -> list[Fraction]:
    return [Fraction(number, rate) for number in range(count)]


def set_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write a display matrix where phones write it: in the track header ("tkhd"), 40 bytes after its name."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = matrix
    data[at : at + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def red_corner(image: Image) -> str:
    height, width = image.shape[:2]
    corners = {
        "top left": image[4, 4],
        "top right": image[4, width - 5],
        "bottom left": image[height - 5, 4],
        "bottom right": image[height - 5, width - 5],
    }
    return max(corners, key=lambda name: int(corners[name][0]) - int(corners[name][1]))


def read(path: Path) -> tuple[list[float], list[Image]]:
    with open_source(path) as source:
        frames = list(source)
        assert all(frame.image.shape == (source.height, source.width, 3) for frame in frames)
        assert all(frame.image.flags.c_contiguous and frame.image.dtype == np.uint8 for frame in frames)
        assert [frame.index for frame in frames] == list(range(len(frames)))
        return [frame.time_s for frame in frames], [frame.image for frame in frames]


def test_variable_frame_rate_keeps_its_times_and_begins_at_zero(tmp_path: Path) -> None:
    times = [Fraction(t, 1000) for t in (500, 533, 800, 810, 1500, 2700)]
    found, _ = read(make_clip(tmp_path / "vfr.mp4", times))
    assert found == pytest.approx([0.0, 0.033, 0.3, 0.31, 1.0, 2.2], abs=1e-4)


@pytest.mark.parametrize("size", [(742, 90), (770, 90), (886, 90), (64, 128), (98, 66)])
def test_any_size_gives_contiguous_frames(tmp_path: Path, size: tuple[int, int]) -> None:
    # Widths that are no multiple of 32 come from the decoder with padded rows, which MediaPipe misreads.
    _, images = read(make_clip(tmp_path / "clip.mp4", steady(3), size))
    assert images[0].shape == (size[1], size[0], 3)
    assert red_corner(images[0]) == "top left"
    assert tuple(images[0][-5, -5]) == pytest.approx((40, 40, 40), abs=6)


def test_odd_sizes(tmp_path: Path) -> None:
    _, images = read(make_clip(tmp_path / "odd.mkv", steady(2), (97, 63), codec="ffv1"))
    assert images[0].shape == (63, 97, 3)
    assert red_corner(images[0]) == "top left"


@pytest.mark.parametrize(
    ("matrix", "corner", "turned"),
    [
        ((0, 1, -1, 0), "top right", True),  # as an upright phone writes it: a quarter turn clockwise
        ((-1, 0, 0, -1), "bottom right", False),
        ((0, -1, 1, 0), "bottom left", True),
        ((-1, 0, 0, 1), "top right", False),  # a mirrored selfie
        ((1, 0, 0, -1), "bottom left", False),
        ((0, 1, 1, 0), "top left", True),
    ],
)
def test_rotation_and_mirroring(tmp_path: Path, matrix: tuple[int, int, int, int], corner: str, turned: bool) -> None:
    path = make_clip(tmp_path / "turned.mp4", steady(2))
    set_matrix(path, matrix)
    _, images = read(path)
    assert images[0].shape == ((96, 64, 3) if turned else (64, 96, 3))
    assert red_corner(images[0]) == corner


def test_pixels_are_made_square(tmp_path: Path) -> None:
    _, images = read(make_clip(tmp_path / "wide.mp4", steady(2), aspect=Fraction(4, 3)))
    assert images[0].shape == (64, 128, 3)
    _, images = read(make_clip(tmp_path / "narrow.mp4", steady(2), aspect=Fraction(1, 2)))
    assert images[0].shape == (128, 96, 3)


def test_gif_keeps_unequal_durations(tmp_path: Path) -> None:
    animation = cv2.Animation()
    animation.frames = [picture(60, 40, level)[..., ::-1].copy() for level in (50, 120, 200)]
    animation.durations = np.array([100, 700, 200])  # type: ignore[assignment]  # the stubs are wrong: a list is refused
    path = tmp_path / "named.mp4"  # by its content, not by its name
    assert cv2.imwriteanimation(str(tmp_path / "a.gif"), animation)
    (tmp_path / "a.gif").rename(path)
    with open_source(path) as source:
        frames = list(source)
        assert (source.kind, source.is_still, source.damage) == ("animation", False, None)
        assert source.duration_s == pytest.approx(1.0)
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 0.1, 0.8])
    assert [int(frame.image[-1, -1, 0]) for frame in frames] == pytest.approx([50, 120, 200], abs=40)  # 256 colours
    assert red_corner(frames[2].image) == "top left"


def gif(width: int, height: int, boxes: list[tuple[int, int, int, int, int, int]]) -> bytes:
    """A GIF of three colours; each box is (left, top, width, height, colour, disposal), shown for 0.1 s.

    The pixels are stored in groups of one with a clear code between: no compression, so it can be written by hand.
    """
    out = b"GIF89a" + struct.pack("<HHBBB", width, height, 0b10000001, 0, 0)
    out += bytes([0, 0, 0, 255, 0, 0, 0, 0, 255, 9, 9, 9])  # black, red, blue; colour 3 is the transparent one
    for left, top, across, down, colour, disposal in boxes:
        out += b"!\xf9\x04" + struct.pack("<BHBB", disposal << 2 | 1, 10, 3, 0)
        out += b"," + struct.pack("<HHHHB", left, top, across, down, 0) + b"\x02"
        bits, at = 0, 0
        for code in [code for _ in range(across * down) for code in (4, colour)] + [5]:
            bits |= code << at
            at += 3
        data = bits.to_bytes((at + 7) // 8, "little")
        for start in range(0, len(data), 255):
            part = data[start : start + 255]
            out += bytes([len(part)]) + part
        out += b"\0"
    return out + b";"


def test_gif_frames_build_on_each_other(tmp_path: Path) -> None:
    # A later frame of a GIF holds only what changed; what it is put upon follows from the disposal of the one before.
    path = tmp_path / "parts.gif"
    # All red; a blue box, to be undone; a transparent box, under which the red must show again, not the blue.
    path.write_bytes(gif(8, 8, [(0, 0, 8, 8, 1, 1), (2, 2, 4, 4, 2, 3), (2, 2, 4, 4, 3, 1)]))
    times, images = read(path)
    assert times == pytest.approx([0.0, 0.1, 0.2])
    assert [tuple(image[4, 4]) for image in images] == [RED, (0, 0, 255), RED]
    assert all(tuple(image[0, 0]) == RED for image in images)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_stills_by_content(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "picture.mp4"
    path.write_bytes(cv2.imencode(suffix, picture(90, 60)[..., ::-1])[1].tobytes())
    with open_source(path) as source:
        assert isinstance(source, Still)
        assert source.is_still
        frame = next(iter(source))
    assert (frame.time_s, frame.image.shape) == (0.0, (60, 90, 3))
    assert tuple(frame.image[5, 5]) == pytest.approx(RED, abs=8)


def test_exif_orientation(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", picture(90, 60)[..., ::-1])[1].tobytes()
    # One entry: tag 0x112 (orientation), a short, 6: the camera was held upright.
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
    path = tmp_path / "upright.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    _, images = read(path)
    assert images[0].shape == (90, 60, 3)
    assert red_corner(images[0]) == "top right"


def test_a_clip_is_read_once_and_closes_early(tmp_path: Path) -> None:
    with open_source(make_clip(tmp_path / "clip.mp4", steady(30))) as source:
        for _ in source:
            break
        with pytest.raises(RuntimeError, match="once"):
            next(iter(source))
    source.close()


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi"])
def test_a_file_cut_in_half_gives_its_frames_and_says_where_it_breaks(tmp_path: Path, name: str) -> None:
    # The key frames are 0.4 s apart, so half of the bytes is about half of the time.
    path = make_clip(tmp_path / name, steady(180), clock=30)
    with open_source(path) as source:
        assert len(list(source)) == 180
        assert source.damage is None
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_source(path) as source:
        times = [frame.time_s for frame in source]
        assert source.damage is not None
        assert f"breaks off at {times[-1]:.1f} s of" in source.damage
    assert 1.0 < times[-1] < 5.0


def test_a_trimmed_clip_is_not_called_broken(tmp_path: Path) -> None:
    # Phones trim by an edit list ("elst"): all frames stay in the file, the later ones are not shown.
    path = make_clip(tmp_path / "trimmed.mp4", steady(60))
    data = bytearray(path.read_bytes())
    clock = int.from_bytes(data[(at := data.index(b"mvhd") + 16) : at + 4], "big")
    for name, offset in ((b"elst", 12), (b"mvhd", 20), (b"tkhd", 24)):  # where their durations stand
        start = data.index(name) + offset
        data[start : start + 4] = struct.pack(">I", round(0.7 * clock))
    path.write_bytes(data)
    with open_source(path) as source:
        times = [frame.time_s for frame in source]
        assert source.damage is None
        assert source.duration_s == pytest.approx(0.7)
    assert len(times) == 21


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", steady(60), codec="libx264")
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(data)
    with open_source(path) as source:
        times = [frame.time_s for frame in source]
        assert source.damage is not None
        assert "could not be decoded" in source.damage
    assert times[-1] > 1.5


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def clip_bytes(folder: Path, name: str = "whole.mp4", codec: str = "mpeg4") -> bytes:
    return make_clip(folder / name, steady(30), codec=codec).read_bytes()


def sound_only(folder: Path) -> bytes:
    with wave.open(str(folder / "s.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 8000)
    return (folder / "s.wav").read_bytes()


def without_index(folder: Path) -> bytes:
    data = clip_bytes(folder)
    start = data.index(b"moov") - 4
    return data[:start] + data[start + int.from_bytes(data[start : start + 4], "big") :]


def jpeg_half(folder: Path) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (80, 120, 3), np.uint8)
    data = cv2.imencode(".jpg", noise)[1].tobytes()
    return data[: len(data) // 2]


BAD: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "empty": (lambda _: b"", "is empty (0 bytes)"),
    "text": (lambda _: b"knee over toes\n" * 200, "is not a video or picture"),
    "noise": (lambda _: np.random.default_rng(1).bytes(5000), "is not a video or picture"),
    "play list": (lambda _: b"#EXTM3U\n#EXTINF:2,\nhttp://example.org/a.ts\n", "is not a video or picture"),
    "sound only": (sound_only, "holds sound but no pictures"),
    "no index": (without_index, "is an unfinished MP4 or MOV file"),
    "first bytes only": (lambda folder: clip_bytes(folder)[:60], "is an unfinished MP4 or MOV file"),
    "no frames": (lambda folder: clip_bytes(folder).split(b"mdat")[0], "Not one picture in"),
    "unknown codec": (
        lambda folder: clip_bytes(folder, codec="libx264").replace(b"avc1", b"zzzz"),
        "stored in a way that is not known",
    ),
    "damaged MKV": (lambda folder: clip_bytes(folder, "w.mkv")[:40], "is damaged"),
    "half a JPEG": (jpeg_half, "is damaged"),
    "half a PNG": (lambda _: png(40, 40)[:45], "is damaged"),
    "nonsense BMP": (lambda _: b"BM" + bytes(100), "is damaged"),
    "huge PNG": (lambda _: png(9000, 9000), "are 9000 x 9000 pixels"),
    "impossible PNG": (lambda _: png(30000, 30000), "is damaged"),
    "huge GIF": (lambda _: gif(9000, 9000, [(0, 0, 2, 2, 1, 1)]), "are 9000 x 9000 pixels"),
    "HEIC": (lambda _: struct.pack(">I4s4s", 24, b"ftyp", b"heic") + bytes(40), "photograph in HEIC form"),
    "animated WebP": (lambda _: b"RIFF\0\0\0\0WEBPVP8X" + bytes(14) + b"ANIM" + bytes(9), "is an animated WebP"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_each_say_what_is_wrong(tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    make, message = BAD[kind]
    path = tmp_path / "recording.mp4"
    path.write_bytes(make(tmp_path))
    with pytest.raises(Problem) as caught:
        open_source(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""  # neither FFmpeg nor an image decoder writes to the terminal


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for name, message in {
        "missing.mp4": "was not found",
        ".": "is a folder",
        "pipe": "is not a regular file",
        "dangling": "is not a regular file",
    }.items():
        with pytest.raises(Problem, match=message):
            open_source(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "secret.mp4", steady(2))
    path.chmod(0)
    try:
        path.open("rb").close()
    except PermissionError:
        with pytest.raises(Problem, match=r"cannot be read \(Permission denied\)"):
            open_source(path)
        return
    # Permissions do not bind this user (root): ask as one whom they bind.
    code = "import sys, os\nfrom pathlib import Path\nfrom vision.sources import open_source\nos.setuid(65534)\n"
    code += "try:\n    open_source(Path(sys.argv[1]))\nexcept Exception as error:\n    print(error)\n"
    # All that lies above it, however many folders the tests are run in.
    for folder in [tmp_path, *tmp_path.parents]:
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "cannot be read (Permission denied)" in done.stdout, done.stderr
