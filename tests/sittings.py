"""Live sessions for tests: in a process of their own, what they wrote, and a phone as camera."""

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2

from psoas_coach.live_record import LOG, RECORD
from psoas_coach.samples import sample_clips
from vision.sources import open_source

ROOT = Path(__file__).resolve().parent.parent
LUNGE = sample_clips()[0]
Run = Callable[..., tuple[int, str, str]]
Begin = Callable[..., "list[Started]"]


class Started:
    """A session in a process of its own, at the moment it has begun."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        line = process.stdout.readline()
        self.began_s = time.monotonic()
        assert line, process.stderr.read()
        self.folder = Path(json.loads(line)["folder"])


def events_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def pictures_in(folder: Path) -> int:
    """How many pictures of a session are written down while it goes on."""
    log = folder / LOG
    return log.stat().st_size // RECORD.itemsize if log.exists() else 0


class Phone:
    """A phone on the local network that films a clip, over HTTP, and can be taken away."""

    def __init__(self, clip: Path) -> None:
        with open_source(clip) as source:
            self.pictures = [frame.image for frame in source][::2]
        self.wh, self.gone = (640, 480), False
        phone = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if phone.gone:
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                self.end_headers()
                for picture in phone.pictures:
                    if phone.gone:
                        return
                    coded = cv2.imencode(".jpg", cv2.resize(picture[..., ::-1], phone.wh))[1].tobytes()
                    head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(coded)}\r\n\r\n"
                    with contextlib.suppress(OSError):
                        self.wfile.write(head.encode() + coded + b"\r\n")
                    time.sleep(1 / 15)

            def log_message(self, *words: object) -> None:
                """Not to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.address = f"http://me:secret@127.0.0.1:{self.server.server_port}/video"

    def __enter__(self) -> "Phone":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.gone = True
        self.server.shutdown()
        self.server.server_close()
