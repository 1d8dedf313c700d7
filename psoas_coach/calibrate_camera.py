"""``psoas-coach calibrate camera``: the board to print, and the lens from pictures, a clip or a camera."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from calibration import sightings
from calibration.camera import Camera as Kept
from calibration.lens import SQUARES, Fitted, Unfit, board_picture, fit, look
from calibration.sightings import LOOK_EVERY_S, Sighting, next_wish, with_one_more
from poses.problem import Problem
from poses.records import Frame
from psoas_coach import cameras
from psoas_coach.files import replacing
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.terminal import console, tell_problem
from vision import lettering
from vision.camera import Camera
from vision.image_file import png_bytes
from vision.sources import Source, Still, open_source

EXIT_DONE = 0
EXIT_UNUSABLE = 2

# An A4 page at 300 dots an inch, and squares of 29.2 mm on it.
_PAGE_WH: Final = (3508, 2480)
_SQUARE_PX: Final = 345
_TOP_PX: Final = 90
_LETTERS_PX: Final = 42
# Whoever prints the board may speak either.
_USE: Final = (
    "Print at any size and fix it flat to something stiff, or show it on a tablet. Hold it still before the camera in "
    "20 places or more: tilted to all sides, near and far, and near all corners of the picture.",
    "Druk af op elke grootte en plak het vlak op iets stijfs, of toon het op een tablet. Houd het stil voor de camera "
    "op 20 plaatsen of meer: gekanteld naar alle kanten, dichtbij en ver weg, en dicht bij alle hoeken van het beeld.",
)

Report = Callable[[str, tuple[Sighting, ...]], None]


def write_board(path: Path) -> None:
    """Writes the board as a PNG of one A4 page, with how to use it in English and Dutch.

    Raises:
        Problem: It cannot be written.
    """
    width, height = _PAGE_WH
    page = np.full((height, width, 3), 255, dtype=np.uint8)
    board = board_picture(_SQUARE_PX)
    left = (width - SQUARES[0] * _SQUARE_PX) // 2
    page[_TOP_PX : _TOP_PX + board.shape[0], left : left + board.shape[1]] = board[..., None]
    # Markers need white around them to be found.
    y = _TOP_PX + board.shape[0] + _SQUARE_PX // 4
    for text in _USE:
        block = lettering.fit(text, (board.shape[1], 2 * _LETTERS_PX), _LETTERS_PX, 2, lettering.REGULAR)
        for line in block.lines:
            lettering.write(page, line, left, y, block.size, (0, 0, 0))
            y += round(block.size * lettering.LEADING)
        y += block.size // 2
    with replacing(path) as file:
        file.write_bytes(png_bytes(page))


def calibrate(sources: Sequence[str], name: str, screen: Console) -> int:
    """Finds the lens of a camera and keeps it under a name.

    Args:
        sources: Pictures, folders of pictures, clips, or the number of a camera.
        name: What the camera is called.
        screen: Where it is told how it went.

    Returns:
        The exit status.

    Raises:
        Problem: A source cannot be used, or the name cannot.
    """
    # Before anybody holds up a board: what is kept there now may be damaged, and then nothing could be kept.
    cameras.read(name)
    with polite() as asked_to_stop, _progress(screen) as report:
        found = _gather(sources, report, asked_to_stop)
        interrupted = asked_to_stop()
    if interrupted:
        screen.print(f"Interrupted: nothing is kept of {len(found)} pictures", markup=False)
        return EXIT_INTERRUPTED
    try:
        fitted = fit(found, date.today())
    except Unfit as unfit:
        errors = console(stderr=True)
        errors.print("psoas-coach: These pictures do not tell the lens:", style="bold red")
        for fault in unfit.faults:
            errors.print(f"  - {fault}", markup=False)
        return EXIT_UNUSABLE
    path = cameras.write(Kept(name=name, lens=fitted.lens))
    tell(screen, name, fitted)
    screen.print(f"Kept: {path}", markup=False)
    screen.print(f"Use it: psoas-coach analyse CLIP --camera {name}", markup=False)
    return EXIT_DONE


def tell(screen: Console, name: str, fitted: Fitted) -> None:
    """What was found of a lens."""
    lens = fitted.lens
    (width, height), (moved_px, moved_deg) = lens.image_wh, lens.distortion_at_edge
    for line in (
        f"{name}: from {lens.pictures} pictures of {width} x {height} pixels, {lens.on.isoformat()}",
        f"  field of view {lens.field_of_view_deg:.1f} degrees from left to right",
        f"  at the edge the lens moves what is seen by up to {moved_px:.1f} pixels, {moved_deg:.2f} degrees",
        f"  corners of the board are met to within {lens.error_px:.2f} pixels",
        *([f"  left out, blurred or bent: {', '.join(fitted.left_out)}"] if fitted.left_out else []),
    ):
        screen.print(line, markup=False)


def tell_all(screen: Console) -> None:
    """Every camera that is kept, and where they lie; what is wrong with one is told in its place."""
    for name in cameras.names():
        try:
            tell(screen, name, Fitted(cameras.known(name).lens, ()))
        except Problem as problem:
            tell_problem(problem)
    screen.print(str(cameras.folder()), style="dim", markup=False)


def _gather(sources: Sequence[str], report: Report, asked_to_stop: Callable[[], bool]) -> tuple[Sighting, ...]:
    """The board in all sources, one after another."""
    found: tuple[Sighting, ...] = ()
    for named in sources:
        path = Path(named)
        if named.isascii() and named.isdigit() and not path.exists():
            with Camera(int(named)) as camera:
                found = _watch(camera, f"camera {named}", found, report, asked_to_stop, endless=True)
            continue
        for one in _files(path):
            if asked_to_stop():
                break
            try:
                source = open_source(one)
            except Problem as problem:
                if not path.is_dir():
                    raise
                tell_problem(problem)
                continue
            found = _read(source, one.name, found, report, asked_to_stop)
    return found


def _files(path: Path) -> list[Path]:
    """The files of a folder, or the one file that was named."""
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    if not files:
        raise Problem(f"{path} is an empty folder", "pictures of the board are needed", "Put them there, ten or more")
    return files


def _read(
    source: Source,
    name: str,
    found: tuple[Sighting, ...],
    report: Report,
    asked_to_stop: Callable[[], bool],
) -> tuple[Sighting, ...]:
    """What one file adds: a picture is taken as it is, of a clip only what is still, sharp and new."""
    with source:
        if not isinstance(source, Still):
            return _watch(source, name, found, report, asked_to_stop)
        for frame in source:
            seen = look(frame.image, name)
            found = found if seen is None else (*found, seen)
            report(name if seen else f"{name}: no board", found)
    return found


def _watch(
    frames: Iterable[Frame],
    name: str,
    found: tuple[Sighting, ...],
    report: Report,
    asked_to_stop: Callable[[], bool],
    *,
    endless: bool = False,
) -> tuple[Sighting, ...]:
    """Adds what helps of a clip; of a camera, which does not end, until nothing is missing."""
    before: Sighting | None = None
    next_s = 0.0
    for frame in frames:
        if asked_to_stop() or (endless and not next_wish(found)):
            break
        if frame.time_s < next_s:
            continue
        next_s = frame.time_s + LOOK_EVERY_S
        seen = look(frame.image, f"{name} at {frame.time_s:.1f} s")
        if seen is not None:
            found = with_one_more(found, seen, before)
        before = seen
        report(f"{name}, {frame.time_s:.0f} s" + ("" if seen else ": no board"), found)
    return found


@contextmanager
def _progress(screen: Console) -> Iterator[Report]:
    """Shows what is looked at, how many pictures there are, and what the next should show.

    As lines, one for each picture, where no line can be written over.
    """
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
    last = -1
    with bar:
        task = bar.add_task("Looking for the board", total=None)

        def report(what: str, found: tuple[Sighting, ...]) -> None:
            nonlocal last
            wish = next_wish(found)
            said = f"{len(found)} of {sightings.ENOUGH_PICTURES} pictures" + (f"; next: {wish}" if wish else "")
            if bar.disable and len(found) != last:
                screen.print(f"{what}: {said}", markup=False)
            bar.update(task, description=f"{what}: {said}")
            last = len(found)

        yield report
