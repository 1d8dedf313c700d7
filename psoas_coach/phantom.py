"""Writes a phantom's clip, its true angles and its true events: all three, or nothing."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from calibration.phantom.crew import Crew, Order
from calibration.phantom.events import Event
from calibration.phantom.script import Script
from calibration.phantom.script_file import read
from calibration.phantom.scripts import FPS, SCRIPTS, SIZE
from calibration.phantom.truth import BREATH_COLUMNS, COLUMNS, FRONT_COLUMNS, TruthRow
from calibration.phantom.variety import Variant, variant
from poses.problem import Problem
from psoas_coach.files import cannot_write, make_folder
from psoas_coach.interrupt import polite
from vision.recorder import VideoRecorder

_T = TypeVar("_T")

_SMALLEST_PX, _LARGEST_PX = 64, 4096


@dataclass(frozen=True, slots=True)
class Wish:
    """How a clip shall be rendered; what is None follows from the seed.

    Attributes:
        seed: 0 for the reference person in the reference room; any other for another person, room and camera;
            those from 9000 on are kept for final figures of accuracy.
        fps: Frames a second.
        size: Width and height in pixels.
        yaw_deg: Where the camera stands, round the person.
        camera_height_m: How high it stands.
        pitch_deg: Added to the pitch that aims at the person.
        roll_deg: How far the picture is turned clockwise.
        fov_deg: Horizontal field of view.
        mirrored: Whether the picture is mirrored, and with it left and right in the truth.
        exposure_s: How long the shutter stays open; motion blurs over it.
    """

    seed: int = 0
    fps: float = FPS
    size: tuple[int, int] = SIZE
    yaw_deg: float | None = None
    camera_height_m: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    fov_deg: float | None = None
    mirrored: bool | None = None
    exposure_s: float | None = None

    def variant(self) -> Variant:
        """Who is seen where, through what."""
        drawn = variant(self.seed)
        view, sensor = drawn.view, drawn.sensor
        view = replace(
            view,
            yaw_deg=_either(self.yaw_deg, view.yaw_deg),
            height_m=_either(self.camera_height_m, view.height_m),
            pitch_deg=_either(self.pitch_deg, view.pitch_deg),
            roll_deg=_either(self.roll_deg, view.roll_deg),
            hfov_deg=_either(self.fov_deg, view.hfov_deg),
        )
        sensor = replace(
            sensor,
            mirrored=_either(self.mirrored, sensor.mirrored),
            exposure_s=_either(self.exposure_s, sensor.exposure_s),
        )
        return replace(drawn, view=view, sensor=sensor)


def _either(wished: _T | None, drawn: _T) -> _T:
    return drawn if wished is None else wished


def find_script(name: str) -> Script:
    """A script that comes with the program, or one from a file.

    Raises:
        Problem: When there is no such script, or the file is not one.
    """
    if name.endswith(".toml"):
        return read(Path(name))
    if name not in SCRIPTS:
        known = ", ".join(SCRIPTS)
        raise Problem(
            f"There is no script {name}", "the phantom moves by scripts", f"Use a .toml file or one of {known}"
        )
    return SCRIPTS[name]


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of ``640x480``.

    Raises:
        Problem: When it is something else, or a size that cannot be rendered.
    """
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal():
        size = int(width), int(height)
        if all(_SMALLEST_PX <= side <= _LARGEST_PX for side in size):
            return size
    raise Problem(
        f"{text} is not a size",
        "a clip needs a width and a height in pixels",
        f"Give --size as 640x480, each from {_SMALLEST_PX} to {_LARGEST_PX}",
    )


def render(script: Script, out: Path, wish: Wish, *, screen: Console, processes: int | None = None) -> list[Path]:
    """Renders ``<script>.mp4``, ``<script>.truth.csv`` and ``<script>.events.csv`` into a folder.

    Args:
        script: What is done.
        out: The folder, made if need be.
        wish: How it is rendered.
        screen: Where progress and the time left are shown.
        processes: How many draw at the same time; as many as there are cores when None.

    Raises:
        Problem: When the files cannot be written, or the script asks for what this body cannot do.
        KeyboardInterrupt: When the user ends it; no file is left behind.
    """
    make_folder(out)
    order = Order(script, wish.seed, wish.fps, wish.size, wish.variant())
    names = [f"{script.id}{ending}" for ending in (".mp4", ".truth.csv", ".events.csv")]
    try:
        # A folder of its own, so that nothing half done is ever seen under the files' names.
        with tempfile.TemporaryDirectory(prefix=f".{script.id}.", dir=out) as temporary:
            clip, truth, happened = (Path(temporary) / name for name in names)
            with polite() as asked, Crew(order, processes) as crew:
                rows = list(_recorded(crew, clip, wish, screen, asked))
                columns = (*COLUMNS, *(FRONT_COLUMNS if script.moves_sideways else ()))
                columns = columns if script.breathing is None else (*columns, *BREATH_COLUMNS)
                _write_table(truth, columns, [[f"{row[column]:.4f}" for column in columns] for row in rows])
                _write_events(happened, crew.events())
            for name in names:
                (Path(temporary) / name).replace(out / name)
    except OSError as error:
        raise cannot_write(out, error) from error
    except BrokenProcessPool as error:
        raise Problem(
            "A process that draws frames ended", "the memory may have run out", "Try --processes 1 or a smaller --size"
        ) from error
    except ValueError as error:
        raise Problem(
            f"The script {script.id} cannot be performed ({error})",
            "the body of this seed cannot take a posture it asks for",
            "Use another --seed or change the script",
        ) from error
    return [out / name for name in names]


def _recorded(crew: Crew, clip: Path, wish: Wish, screen: Console, asked: Callable[[], bool]) -> Iterator[TruthRow]:
    """Records every frame in order and gives its truth."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    width, height = wish.size
    with (
        VideoRecorder(clip, width=width, height=height, rate_hint=wish.fps, compact=True) as recorder,
        Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar,
    ):
        task = bar.add_task(clip.stem, total=len(crew))
        for frame, row in crew.frames():
            if asked():
                raise KeyboardInterrupt
            recorder.write(frame.image, frame.time_s)
            bar.advance(task)
            yield row


def _write_events(path: Path, found: Sequence[Event]) -> None:
    _write_table(path, ("id", "start_s", "end_s"), [[e.id, f"{e.start_s:.3f}", f"{e.end_s:.3f}"] for e in found])


def _write_table(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
