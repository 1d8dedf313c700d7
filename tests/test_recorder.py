"""An annotated video plays in a browser: right pictures at right times, sound in step, and whole when interrupted."""

import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vision.recorder import VideoRecorder, _yuv420p
from vision.sources import open_source

SIZE = (64, 48)
FLASH_S = 0.6
SOUND_RATE = 48000


def grey(level: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), level, np.uint8)


def make_clip_with_click(path: Path, sound: str, video_late_s: float) -> None:
    """One second of video that turns white at FLASH_S, with a tone that begins at the same moment.

    The video begins ``video_late_s`` after the sound, as some phones record it.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4" if path.suffix != ".webm" else "libvpx", rate=30)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream(sound, rate=SOUND_RATE)
        assert isinstance(audio, av.AudioStream)
        audio.codec_context.layout = "mono"
        total = round((1.0 + video_late_s) * SOUND_RATE)
        tone = np.sin(2 * np.pi * 1000 * np.arange(total) / SOUND_RATE) * 20000
        tone[: round((FLASH_S + video_late_s) * SOUND_RATE)] = 0
        for start in range(0, total, 960):
            samples = tone[start : start + 960].astype(np.int16)[None]
            heard = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
            container.mux(audio.encode(heard))
        container.mux(audio.encode(None))
        late = round(video_late_s * 30)
        for number in range(30):
            seen = av.VideoFrame.from_ndarray(grey(255 if number / 30 >= FLASH_S else 0), format="rgb24")
            seen.pts, seen.time_base = number + late, Fraction(1, 30)
            container.mux(video.encode(seen))
        container.mux(video.encode(None))


def flash_and_click(path: Path) -> tuple[float, float, float]:
    """When the picture turns white, when the tone begins, and when the sound ends; on the file's own clock."""
    with av.open(str(path)) as container:
        flash = next(f.time for f in container.decode(video=0) if f.to_ndarray(format="gray").mean() > 128)
    with av.open(str(path)) as container:
        click, end = np.nan, 0.0
        resampler = av.AudioResampler("flt", "mono", SOUND_RATE)
        for frame in container.decode(audio=0):
            for heard in resampler.resample(frame):
                assert heard.pts is not None
                loud = np.flatnonzero(np.abs(heard.to_ndarray()[0]) > 0.2)
                begin = heard.pts / SOUND_RATE
                if np.isnan(click) and loud.size:
                    click = begin + loud[0] / SOUND_RATE
                end = begin + heard.samples / SOUND_RATE
    return flash, float(click), end


def record(source_path: Path, out: Path, frames: int | None = None) -> None:
    with open_source(source_path) as source:
        sound = source.path if source.has_audio else None
        hint = source.average_rate
        with VideoRecorder(out, width=source.width, height=source.height, rate_hint=hint, audio_from=sound) as recorder:
            for frame in source:
                if frame.index == frames:
                    return
                recorder.write(frame.image, frame.time_s)


@pytest.mark.parametrize(
    ("name", "sound", "late_s"),
    [
        ("copied.mp4", "aac", 0.0),
        ("late.mp4", "aac", 0.5),
        ("mp3.mkv", "libmp3lame", 0.5),
        ("stream.ts", "aac", 0.0),
        ("opus.webm", "libopus", 0.0),
        ("pcm.mkv", "pcm_s16le", 0.5),
    ],
)
def test_sound_stays_in_step(tmp_path: Path, name: str, sound: str, late_s: float) -> None:
    make_clip_with_click(tmp_path / name, sound, late_s)
    record(tmp_path / name, tmp_path / "out.mp4")
    flash, click, end = flash_and_click(tmp_path / "out.mp4")
    assert flash == pytest.approx(FLASH_S, abs=0.001)
    # 25 ms: no more than one block of the sound; a shift begins to be noticed at 45 ms.
    assert click == pytest.approx(FLASH_S, abs=0.025)
    assert end == pytest.approx(1.0, abs=0.05)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.audio[0].codec_context.name in {"aac", "mp3float"}


def test_the_format_plays_in_browsers_and_keeps_true_times(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    times = [0.0, 0.1, 0.1, 0.9, 2.0]  # one stamp repeated: it must not end the recording
    odd = (65, 47)
    with VideoRecorder(path, width=odd[0], height=odd[1], rate_hint=29.97) as recorder:
        for number, time_s in enumerate(times):
            recorder.write(grey(40 * number + 20, odd), time_s)
    recorder.close()
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # can be played while it still loads
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (66, 48)
        frames = list(container.decode(stream))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-4)
    levels = [int(frame.to_ndarray(format="rgb24")[10, 10, 0]) for frame in frames]
    assert levels == pytest.approx([20, 60, 100, 140, 180], abs=6)
    assert int(frames[4].to_ndarray(format="rgb24")[47, 65, 0]) == pytest.approx(180, abs=6)  # the padding


def test_colours_survive(tmp_path: Path) -> None:
    # High definition: a player, and open_source, take the colours by BT.709, so they must be written that way.
    colour = np.full((720, 1280, 3), (200, 60, 30), np.uint8)
    with VideoRecorder(tmp_path / "c.mp4", width=1280, height=720, rate_hint=30) as recorder:
        recorder.write(colour, 0.0)
    with open_source(tmp_path / "c.mp4") as source:
        image = next(iter(source)).image
    assert image[300, 300].astype(int) == pytest.approx([200, 60, 30], abs=4)


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_a_whole_file_up_to_then(tmp_path: Path, reason: type[BaseException]) -> None:
    make_clip_with_click(tmp_path / "in.mp4", "aac", 0.0)
    out = tmp_path / "out.mp4"
    with open_source(tmp_path / "in.mp4") as source, pytest.raises(reason):  # noqa: SIM117, PT012
        with VideoRecorder(out, width=64, height=48, rate_hint=30, audio_from=tmp_path / "in.mp4") as recorder:
            for frame in source:
                recorder.write(frame.image, frame.time_s)
                if frame.index == 20:
                    raise reason
    flash, _, end = flash_and_click(out)
    assert flash == pytest.approx(FLASH_S, abs=0.001)
    assert end == pytest.approx(21 / 30, abs=0.03)  # cut with the picture
    with open_source(out) as source:
        assert len(list(source)) == 21
        assert source.damage is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]


def test_without_a_picture_there_is_no_file(tmp_path: Path) -> None:
    with VideoRecorder(tmp_path / "none.mp4", width=64, height=48, rate_hint=None):
        pass
    assert list(tmp_path.iterdir()) == []


WRITER = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from poses.problem import Problem
from vision.recorder import VideoRecorder, _yuv420p
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
noise = np.random.default_rng(0)
try:
    with VideoRecorder(Path(sys.argv[1]), width=320, height=240, rate_hint=30) as recorder:
        for number in range(int(sys.argv[2])):
            recorder.write(noise.integers(0, 255, (240, 320, 3), np.uint8), number / 30)
except Problem as problem:
    print(problem)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes, which this system lacks")
@pytest.mark.parametrize("frames", [3, 60])
def test_no_room_is_told_and_nothing_is_left_behind(tmp_path: Path, frames: int) -> None:
    # A limit on the size of files stands for a full disk. 3 frames: it shows only when the file is finished.
    command = [sys.executable, "-c", WRITER, str(tmp_path / "big.mp4"), str(frames)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cannot be written (File too large)" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_compact_file_is_the_same_each_time(tmp_path: Path) -> None:
    # Grain makes the encoder choose; with its default choices this fails nearly every time.
    rng = np.random.default_rng(0)
    still = np.clip(120.0 + 40.0 * np.sin(np.arange(160) / 9.0)[None, :, None] + np.zeros((120, 1, 3)), 0, 255)
    pictures = [np.clip(still + rng.normal(0.0, 6.0, still.shape), 0, 255).astype(np.uint8) for _ in range(40)]
    made = set()
    for number in range(3):
        path = tmp_path / f"{number}.mp4"
        with VideoRecorder(path, width=160, height=120, rate_hint=10.0, compact=True) as recorder:
            for index, picture in enumerate(pictures):
                recorder.write(picture, index / 10.0)
        made.add(path.read_bytes())
    assert len(made) == 1


@pytest.mark.parametrize("rate", [8.0, 30.0])
def test_a_growing_file_can_be_played_at_any_moment(tmp_path: Path, rate: float) -> None:
    path, copy = tmp_path / "growing.mp4", tmp_path / "copy.mp4"
    with VideoRecorder(path, width=64, height=48, rate_hint=30.0, growing=True) as recorder:
        for number in range(round(5 * rate)):
            recorder.write(np.full((48, 64, 3), number % 250, np.uint8), number / rate)
            if number / rate > 2.0 and number % 7 == 0:
                # As a killed program leaves it.
                copy.write_bytes(path.read_bytes())
                with av.open(str(copy)) as video:
                    times = [frame.time or 0.0 for frame in video.decode(video=0)]
                assert number / rate - times[-1] < 1.0
                assert np.allclose(times, np.arange(len(times)) / rate, atol=1e-3)
    with av.open(str(path)) as video:
        frames = list(video.decode(video=0))
        keys = [frame.time for frame in frames if frame.key_frame and frame.time is not None]
    assert len(frames) == round(5 * rate)
    assert max(np.diff(keys)) <= 1.0 + 1.5 / rate, "a key frame a second, whatever the camera gives"
    assert b"moof" in path.read_bytes()


def test_the_planes_are_those_of_bt_709() -> None:
    image = np.random.default_rng(2).integers(0, 256, (18, 32, 3), dtype=np.uint8)
    image[:6] = (255, 0, 0)
    image[6:12] = (0, 0, 255)
    planes = _yuv420p(image)
    # ITU-R BT.709-6, 3.2 to 3.4; colour is the mean of four pixels.
    red, green, blue = (image[..., i] / 255.0 for i in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    for plane, difference, scale in ((0, blue - luma, 1.8556), (1, red - luma, 1.5748)):
        mean = difference.reshape(9, 2, 16, 2).mean(axis=(1, 3)) / scale
        got = planes[18:].reshape(2, 9, 16)[plane]
        assert np.abs(got - (128.0 + 224.0 * mean)).max() <= 1.6
    assert np.abs(planes[:18] - (16.0 + 219.0 * luma)).max() <= 1.1
