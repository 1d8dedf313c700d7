"""A camera as a session sees it: the newest picture only, at its own time, whatever becomes of the camera."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from poses.problem import Problem
from vision.address import without_secrets
from vision.camera import camera_number, cameras_there, told_cameras
from vision.live_source import Choice, LiveSource, fitted

RATE = 30


def film(path: Path, frames: int, wh: tuple[int, int] = (64, 48)) -> Path:
    """A clip in which each picture is as bright as its number, and every third is shown for twice as long."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "1", "preset": "ultrafast"})
        stream.width, stream.height = wh
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            picture = np.full((wh[1], wh[0], 3), 2 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number + number // 3, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Phone:
    """A phone on the local network that sends pictures over HTTP, and can be made to fail."""

    def __init__(self) -> None:
        self.wh, self.mode = (64, 48), "sends"
        self.calls: list[str] = []
        phone = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                phone.calls.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                self.end_headers()
                while phone.mode != "gone":
                    if phone.mode == "sends":
                        coded = cv2.imencode(".jpg", np.full((phone.wh[1], phone.wh[0], 3), 90, np.uint8))[1].tobytes()
                        head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(coded)}\r\n\r\n"
                        try:
                            self.wfile.write(head.encode() + coded + b"\r\n")
                        except OSError:
                            return
                    time.sleep(1 / RATE)

            def log_message(self, *words: object) -> None:
                """Not to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://me:secret@127.0.0.1:{self.server.server_port}/video?token=secret"


@pytest.fixture
def phone() -> Iterator[Phone]:
    one = Phone()
    yield one
    one.mode = "gone"
    one.server.shutdown()
    one.server.server_close()


def wait_for(what: Callable[[], object], timeout_s: float = 60.0) -> None:
    until_s = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < until_s, "it did not happen"
        time.sleep(0.01)


def test_a_clip_comes_at_its_own_times_and_what_is_late_is_dropped(tmp_path: Path) -> None:
    clip = film(tmp_path / "clip.mp4", 45)
    seen = []
    began_s, last = time.monotonic(), -1
    with LiveSource(Choice(str(clip))) as source:
        while (frame := source.newest(last, 60.0)) is not None:
            # Never early, and what its own time says is what it shows.
            assert time.monotonic() - began_s > frame.time_s - 0.01
            assert abs(int(frame.image[24, 32, 0]) - 2 * frame.index) <= 3
            assert frame.time_s == pytest.approx((frame.index + frame.index // 3) / RATE, abs=0.001)
            seen.append((frame.index, time.monotonic() - began_s - frame.time_s))
            last = frame.index
            time.sleep(0.15)
        assert source.state == "ended"
    indices = [index for index, _ in seen]
    assert indices[-1] == 44, "the last picture is kept"
    assert 3 <= len(indices) <= 16, "those in between are dropped"
    # Who gets every picture in its turn would be five seconds behind at the end.
    assert np.median([late for _, late in seen]) < 1.0, "the newest, not the next"


def test_the_clock_of_a_clip_is_its_own(tmp_path: Path) -> None:
    with LiveSource(Choice(str(film(tmp_path / "clip.mp4", 30)))) as source:
        frame = source.newest(9, 12.0)
        assert frame is not None
        assert source.now_s == pytest.approx(frame.time_s, abs=1.0)


def test_what_cannot_be_a_camera_is_told(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(cv2.imencode(".png", np.zeros((48, 64, 3), np.uint8))[1].tobytes())
    with pytest.raises(Problem, match="is one picture"):
        LiveSource(Choice(str(picture)))
    with pytest.raises(Problem, match="There is no file and no single camera called none"):
        Choice("none.mp4")
    with pytest.raises(Problem, match="Camera 63 does not open") as told:
        LiveSource(Choice("63"))
    assert told.value.why == "it is not there"
    assert told_cameras() in told.value.do


def test_a_clip_that_breaks_off_ends_with_what_came_before(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", 60)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with LiveSource(Choice(str(broken))) as source:
        wait_for(lambda: source.state == "ended")
        assert source.newest(-1, 0.0) is not None
        assert source.problem is not None
        assert "broke off" in source.problem.what


def test_a_phone_that_goes_and_comes_back_with_another_size(phone: Phone) -> None:
    choice = Choice(phone.address)
    assert "secret" not in choice.name
    with LiveSource(choice, retry_s=0.2) as source:
        first = source.newest(-1, 60.0)
        assert first is not None
        assert first.image.shape == (48, 64, 3)
        assert abs(int(first.image.mean()) - 90) < 3
        phone.mode = "gone"
        wait_for(lambda: source.state == "lost")
        assert source.problem is not None
        assert "secret" not in str(source.problem)
        lost_s = source.now_s
        phone.wh, phone.mode = (48, 96), "sends"
        wait_for(lambda: source.state == "playing")
        again = source.newest(first.index, 60.0)
        wait_for(lambda: source.resized)
        assert again is not None
        assert again.image.shape == (48, 64, 3), "one session has one size"
        assert again.time_s > lost_s > first.time_s, "the clock went on"
    assert len(phone.calls) >= 2


def test_a_phone_that_hangs_is_told(phone: Phone) -> None:
    with LiveSource(Choice(phone.address), stalled_s=0.5) as source:
        assert source.newest(-1, 60.0) is not None
        phone.mode = "hangs"
        wait_for(lambda: source.state == "stalled")
        before_s = source.now_s
        time.sleep(0.1)
        assert source.now_s > before_s
        phone.mode = "sends"
        wait_for(lambda: source.state == "playing")


def test_nobody_at_an_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/video"
        with pytest.raises(Problem, match=f"{address} does not answer"):
            LiveSource(Choice(address))


def test_an_address_is_shown_without_secrets() -> None:
    assert without_secrets("rtsp://me:word@phone.local:554/h264?key=1") == "rtsp://phone.local:554/h264"


def test_cameras_are_listed_without_opening_them(tmp_path: Path) -> None:
    for entry, index, name in (("video0", "0", "Integrated Camera"), ("video1", "1", "Integrated Camera")):
        (tmp_path / entry).mkdir()
        (tmp_path / entry / "index").write_text(f"{index}\n")
        (tmp_path / entry / "name").write_text(f"{name}\n")
    (tmp_path / "video2").mkdir()
    assert cameras_there(tmp_path) == ((0, "Integrated Camera"), (2, "video2"))
    assert camera_number("integrated", tmp_path) == 0
    assert camera_number("logi", tmp_path) is None
    assert cameras_there(tmp_path / "none") == ()


def test_another_size_is_fitted_whole_and_in_shape() -> None:
    tall = np.full((200, 100, 3), 255, np.uint8)
    page = fitted(tall, (400, 100))
    lit = np.argwhere(page[..., 0] > 128)
    assert page.shape == (100, 400, 3)
    assert lit.min(axis=0).tolist() == [0, 175]
    assert lit.max(axis=0).tolist() == [99, 224]
