"""Keeps a live session as it goes, so that neither a crash nor a power cut takes more than its last second.

A folder with ``session.json`` (what it is), ``poses.log`` (the landmarks of each frame, records of one size, each with
its own checksum) and ``events.jsonl``. What is written goes to the system at once, and to the disk once a second by a
thread, so that no picture waits for a disk. ``recovered`` reads back a log that was cut off anywhere: up to the first
record that is not whole. A session that ended well has ``poses.npz`` instead of the log.
"""

import contextlib
import json
import os
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from calibration.camera import Camera
from poses import skeleton
from poses.problem import Problem
from poses.records import Pose
from psoas_coach import being_written
from psoas_coach.files import cannot_write, replacing
from psoas_coach.held_limits import HeldLimits
from psoas_coach.live_events import Event
from psoas_coach.poses_file import Origin, Recording, save_arrays

VERSION: Final = 2
# Without lens, lean and limits.
_FIRST: Final = 1
ABOUT, LOG, EVENTS, POSES = "session.json", "poses.log", "events.jsonl", "poses.npz"
_SYNC_S: Final = 1.0
_CLOSING_S: Final = 5.0
# Little-endian and without gaps, the same on every computer.
RECORD: Final = np.dtype(
    [
        ("index", "<i8"),
        ("time_s", "<f8"),
        ("image_wh", "<i8", (2,)),
        ("exchanged", "<f8"),
        ("company", "<f8"),
        ("image_px", "<f4", (skeleton.COUNT, 2)),
        ("world_m", "<f4", (skeleton.COUNT, 3)),
        ("visibility", "<f4", (skeleton.COUNT,)),
        ("checksum", "<u4"),
    ]
)
_SUMMED: Final = RECORD.itemsize - 4


@dataclass(frozen=True, slots=True)
class About:
    """What a session is.

    Attributes:
        name: That of its folder: when it began.
        camera: What the user named, without secrets.
        model: Name of the pose model.
        asked_for: Id of an exercise, or "auto".
        language: In which it was told.
        lens: The camera whose lens was undone, or None.
        roll_deg: How far it leaned, which was undone too.
        limits: Those that held; None in older sessions.
        id: One that no other session has; "" in older ones.
        profile: Whose it is; None where no profile was named, and in older ones.
    """

    name: str
    camera: str
    model: str
    asked_for: str
    language: str
    lens: Camera | None = None
    roll_deg: float = 0.0
    limits: HeldLimits | None = None
    id: str = ""
    profile: str | None = None

    def origin(self, *, interrupted: bool = False) -> Origin:
        """Where its poses come from, for the usual files."""
        return Origin(
            clip=self.name,
            kind="live",
            model=self.model,
            interrupted=interrupted,
            camera=self.lens,
            roll_deg=self.roll_deg,
            limits=self.limits,
        )


_ABOUT: Final = TypeAdapter(About)


class SessionRecord:
    """Writes a session down; use it as a context manager.

    A disk that cannot be written to stops nothing else: ``problem`` tells it, and no more is written.

    Attributes:
        folder: Where.
        problem: Why writing stopped, or None.
    """

    def __init__(self, folder: Path, about: About) -> None:
        """Begin the files.

        Args:
            folder: An empty folder.
            about: What the session is.

        Raises:
            Problem: They cannot be written.
        """
        self.folder, self.problem = folder, None
        self._about = about
        self._one = np.zeros(1, RECORD)
        self._stop = threading.Event()
        with replacing(folder / ABOUT) as file:
            values = {"version": VERSION, **_ABOUT.dump_python(about, mode="json")}
            file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        try:
            # Without a buffer of Python's own, which would be lost with the process.
            self._files = [FileIO(str(folder / name), "x") for name in (LOG, EVENTS)]
        except OSError as error:
            raise cannot_write(folder, error) from error
        being_written.mark(self._files[1])
        self._thread = threading.Thread(target=self._sync, name="record", daemon=True)
        self._thread.start()

    problem: Problem | None

    def __enter__(self) -> "SessionRecord":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def pose(self, index: int, pose: Pose) -> None:
        """Writes down the landmarks of a frame, as the model gave them."""
        one = self._one[0]
        one["index"], one["time_s"], one["image_wh"] = index, pose.time_s, pose.image_wh
        one["exchanged"], one["company"] = pose.exchanged, pose.company
        one["image_px"], one["world_m"], one["visibility"] = pose.shown_px, pose.world_m, pose.visibility
        one["checksum"] = zlib.crc32(self._one.tobytes()[:_SUMMED])
        self._write(0, self._one.tobytes())

    def events(self, events: Sequence[Event]) -> None:
        """Writes down what happened."""
        if events:
            self._write(1, "".join(event.line() + "\n" for event in events).encode("utf-8"))

    def close(self) -> None:
        """Finishes the files; safe to call twice."""
        self._stop.set()
        self._thread.join(_CLOSING_S)
        for file in self._files:
            with contextlib.suppress(OSError):
                file.close()

    def finish(self, *, interrupted: bool) -> Origin:
        """Closes, and turns the log into ``poses.npz``.

        Raises:
            Problem: That cannot be written; the log is still there.
        """
        self.close()
        origin = self._about.origin(interrupted=interrupted)
        save_arrays(self.folder / POSES, origin, _arrays(self.folder / LOG))
        (self.folder / LOG).unlink()
        return origin

    def _write(self, which: int, data: bytes) -> None:
        if self.problem is not None:
            return
        left = memoryview(data)
        try:
            while left:
                left = left[self._files[which].write(left) :]
        except OSError as error:
            self.problem = cannot_write(self.folder, error)

    def _sync(self) -> None:
        while True:
            last = self._stop.wait(_SYNC_S)
            for file in self._files:
                with contextlib.suppress(OSError, ValueError):
                    os.fsync(file.fileno())
            if last:
                return


def is_going_on(folder: Path) -> bool:
    """Whether a session is still being written."""
    return being_written.is_marked(folder / EVENTS)


def about_of(folder: Path) -> About:
    """What the session in a folder is.

    Raises:
        Problem: The folder holds no session, or one of a newer program.
    """
    why, do = "a session is a folder that live wrote", "Name such a folder, or the poses.npz in it"
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        version = about.pop("version")
        known = _ABOUT.validate_json(json.dumps(about), strict=True)
    except FileNotFoundError:
        raise Problem(f"{folder} holds no session", why, do) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Problem(f"{folder / ABOUT} is damaged ({type(error).__name__})", why, do) from None
    if version not in (_FIRST, VERSION):
        raise Problem(f"{folder} is of another version ({version})", why, "Use the program that wrote it")
    return known


def recovered(folder: Path) -> Recording:
    """Reads the poses of a session that broke off.

    Raises:
        Problem: The folder holds no session, or one of a newer program, or no picture.
    """
    known = about_of(folder)
    arrays = _arrays(folder / LOG)
    if not len(arrays["time_s"]):
        raise Problem(f"{folder} holds no picture", "the session broke off before the first one", "Begin a new one")
    return Recording(known.origin(interrupted=True), arrays["index"], arrays)


def _arrays(log: Path) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """The arrays of ``poses.npz`` from a log, up to the first record that is not whole or goes back in time."""
    try:
        data = log.read_bytes()
    except OSError as error:
        raise Problem(f"{log} cannot be read ({error.strerror})", "it holds the session's poses", "Check it") from error
    size, last_s = RECORD.itemsize, -np.inf
    records = np.frombuffer(data, RECORD, count=len(data) // size)
    whole = 0
    for number, record in enumerate(records):
        at = number * size
        if zlib.crc32(data[at : at + _SUMMED]) != record["checksum"] or not record["time_s"] > last_s:
            break
        whole, last_s = number + 1, record["time_s"]
    good = records[:whole]
    arrays: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
        name: good[name].astype(good[name].dtype.newbyteorder("="))
        for name in ("index", "time_s", "exchanged", "company", "image_px", "world_m", "visibility")
    }
    # Kept as events, see docs/breathing.md: nothing of a breath is judged by its landmarks alone.
    arrays["rise"] = np.full((whole, 3), np.nan)
    arrays["image_wh"] = good["image_wh"][0].astype(np.int64) if whole else np.zeros(2, np.int64)
    return arrays
