"""The picture the user sees: the frame with everything the program knows of it drawn on top.

Which question this module answers: where on the picture each thing stands, so that it can be read and hides as little
of the body as possible. It decides nothing about the movement, knows no language and keeps no state: the same step
always gives the same picture.

What is said is at the top, since ceilings are empty where floors are not: lying and kneeling people have their legs,
which are what is judged, in the lower part of the picture. The panel is at the left in a wide picture and at the
bottom in a high one, and keeps its place whether anything is said or not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from poses.exercise import Exercise
from poses.records import Reading, Step, Verdict
from vision import angles, figure, lettering, panel
from vision.cards import Box, Card, blank, finish, lay
from vision.palette import COLOURS, INK, PAPER, SEVERITY, STOP, Colour, Image, Points, mark
from vision.panel import SMALL, SMALLEST

_MINUS: Final = "\u2212"
# A picture whose shorter side has fewer pixels is too small for any letters.
_LEAST: Final = 96


@dataclass(frozen=True, slots=True)
class OverlayWords:
    """Everything that is written on the picture, in the user's language.

    Attributes:
        exercise: Name of the exercise, or what to say when it is none that is known.
        side: Which side is looked at, or "".
        cue: Text of the cue of this step, or "".
        problem: What cannot be judged and what to do about it, in one line, or "".
        rules: Label of each rule, by its id; a rule without one is labelled with its id.
        verdicts: What each verdict is called.
        degree: Sign of degrees, written after the number.
        percent: Sign of a hundredth, written after ratios.
    """

    exercise: str
    side: str = ""
    cue: str = ""
    problem: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[Verdict, str] = field(default_factory=dict)
    degree: str = "°"
    percent: str = "%"


@dataclass(frozen=True, slots=True)
class Layout:
    """The fixed places of one size of picture, in pixels.

    Attributes:
        unit: Scale of lines and small letters: 1 where the shorter side is 720.
        margin: Between cards and the edge of the picture.
        banner: The space for what is said; the banner starts in its upper left corner.
        banner_size: Size of its letters when they fit.
        banner_lines: How many lines it may have.
        panel: The space for the panel.
        panel_low: Whether the panel stands on the lower edge of its space rather than hangs from the upper one.
        columns: In how many columns the panel's rows are set.
        notice: The space for a second message, which stands on its lower edge.
    """

    unit: float
    margin: int
    banner: Box
    banner_size: int
    banner_lines: int
    panel: Box
    panel_low: bool
    columns: int
    notice: Box


@lru_cache(maxsize=8)
def layout(w: int, h: int) -> Layout:
    """The places of everything on a picture of ``w`` times ``h`` pixels."""
    unit = min(w, h) / 720
    margin = max(4, round(18 * unit))
    small = max(unit, SMALLEST)
    gap = round(12 * unit)
    notice_high = max(24, round(0.085 * h))
    # Capitals of a fourteenth of the height can be read from three metres on a laptop; a capital is 0.72 of the size.
    size = round(0.1 * h if w >= h else min(0.1 * h, 0.13 * w))
    high = round(0.265 * h)
    if w >= h:
        wide = min(round(252 * small), round(0.4 * w))
        # Beside the panel where the longest cue fits there, else above it.
        beside = w >= 1.6 * h
        left, top = (margin + wide + gap, margin) if beside else (margin, margin + high + gap)
        banner = Box(left, margin, w - left - margin, high)
        panel = Box(margin, top, wide, h - top - margin)
        notice = Box(panel.right + gap, h - margin - notice_high, w - panel.right - gap - margin, notice_high)
        return Layout(unit, margin, banner, size, 2, panel, False, 1, notice)
    banner = Box(margin, margin, w - 2 * margin, round(0.28 * h))
    panel_high = round(0.3 * h)
    panel = Box(margin, h - margin - panel_high, w - 2 * margin, panel_high)
    notice = Box(margin, panel.y - margin - notice_high, w - 2 * margin, notice_high)
    return Layout(unit, margin, banner, size, 4, panel, True, 2 if w >= 400 else 1, notice)


def draw(image: Image, step: Step, exercise: Exercise | None, words: OverlayWords, *, mirrored: bool = False) -> Image:
    """Draws a step over its frame.

    Args:
        image: The frame, RGB ``uint8 (H, W, 3)``; it is not changed.
        step: What is known of it.
        exercise: The exercise whose limits hold, or None.
        words: What is written.
        mirrored: Whether to show the frame as in a mirror. Text stays readable, and the body's lines stay on the body.

    Returns:
        A new picture of the same size, C-contiguous.
    """
    out: Image = np.ascontiguousarray(cv2.flip(image, 1) if mirrored else image.copy(), dtype=np.uint8)
    h, w = out.shape[:2]
    places = layout(w, h)
    points = figure.drawable(step.pose.shown_px, (w, h))
    if mirrored:
        points[:, 0] = w - 1 - points[:, 0]
    readings = step.assessment.readings
    clear = not (words.problem or step.assessment.problems)
    praise = clear and step.verdict is not Verdict.UNKNOWN
    figure.body(out, points, step.pose.visibility, figure.bone_verdicts(readings, praise), places.unit)
    if min(w, h) < _LEAST:
        return out
    wanted = _sketches(out, points, readings, words, places.unit)
    taken = _messages(out, step, words, places)
    verdict = step.verdict
    if verdict is Verdict.OK and (not clear or any(reading.pending for reading in readings)):
        verdict = Verdict.UNKNOWN
    taken += _panel(out, readings, exercise, verdict, words, places)
    angles.tags(out, wanted, taken, places.unit)
    return out


def _sketches(
    out: Image, points: Points, readings: tuple[Reading, ...], words: OverlayWords, unit: float
) -> list[angles.Tag]:
    """Draws the readings that matter most on the body; returns the values to write beside them."""
    known = [reading for reading in readings if math.isfinite(reading.value) and reading.verdict is not Verdict.UNKNOWN]
    bad = [reading for reading in known if reading.verdict is not Verdict.OK]
    bad.sort(key=lambda reading: -SEVERITY[reading.verdict])
    shown = (bad or known[:1])[: 2 if unit < SMALL else 4]
    arcs: dict[int, int] = {}
    sketches = []
    wanted = []
    for reading in shown:
        form = figure.SKETCHES.get(reading.measure)
        if form is None or not form.points:
            continue
        vertex = form.points[1 if form.kind == "joint" else 0][reading.side]
        sketch = angles.plan(points, reading, unit, arcs.get(vertex, 0))
        arcs[vertex] = arcs.get(vertex, 0) + 1
        if sketch:
            sketches.append(sketch)
            wanted.append(angles.Tag(sketch.anchor, sketch.away, reading.verdict, _value(reading, words)))
    angles.sketch(out, sketches)
    return wanted


def write_values(out: Image, points: Points, readings: tuple[Reading, ...], unit: float) -> None:
    """Draws readings that are amiss on the body into ``out``, in place, with their values beside the joints."""
    wanted = _sketches(out, points, readings, OverlayWords(""), unit) if readings else []
    angles.tags(out, wanted, [], unit)


def _value(reading: Reading, words: OverlayWords) -> str:
    """A reading's value as it is written, or a question mark."""
    if not math.isfinite(reading.value) or reading.verdict is Verdict.UNKNOWN:
        return "?"
    in_degrees = reading.measure.endswith("_deg")
    number = round(reading.value if in_degrees else reading.value * 100)
    return f"{_MINUS if number < 0 else ''}{abs(number)}{words.degree if in_degrees else words.percent}"


def _messages(out: Image, step: Step, words: OverlayWords, places: Layout) -> list[Box]:
    """What is said: the cue, or without one what cannot be judged; both when there are both."""
    said = []
    if words.cue:
        said.append((words.cue, step.cue.verdict if step.cue else Verdict.OK))
    if words.problem:
        said.append((words.problem, Verdict.UNKNOWN))
    taken = []
    spaces = (
        (places.banner, places.banner_size, places.banner_lines),
        (places.notice, round(places.notice.h * 0.5), 2),
    )
    for (text, verdict), (box, size, lines), low in zip(said, spaces, (False, True), strict=False):
        card = _banner(text, verdict, (box.w, box.h), size, lines)
        if card.w <= box.w and card.h <= box.h:
            place = Box(box.x, box.bottom - card.h if low else box.y, card.w, card.h)
            lay(out, card, place.x, place.y)
            taken.append(place)
    return taken


@lru_cache(maxsize=4)
def _banner(text: str, verdict: Verdict, room_wh: tuple[int, int], size: int, lines: int) -> Card:
    """A message with the mark of its verdict on a block of the verdict's colour at its left."""
    urgent = verdict is Verdict.STOP
    pad = round(size * 0.34)
    sign = min(round(size * 0.55), round(room_wh[0] * 0.065))
    block = 2 * sign + pad
    # Letters below the line weigh little: lines look centred when only a part of that depth is kept free.
    foot = round(lettering.DESCENT * size * 0.4)
    # The margin after the text may be a little narrower than that before it, since lines seldom end alike.
    room = (room_wh[0] - block - round(1.75 * pad), room_wh[1] - 2 * pad - foot)
    text_block = lettering.fit(text, room, size, lines)
    h = min(max(text_block.high, 2 * sign - pad // 2) + 2 * pad + foot, room_wh[1])
    ground: Colour = STOP if urgent else INK
    rgb = blank(block + text_block.wide + round(1.75 * pad), h, ground)
    if not urgent:
        rgb[:, :block] = COLOURS[verdict]
    ink = INK if verdict is Verdict.CAUTION else PAPER
    mark(rgb, verdict, (block / 2, h / 2), sign, body=ink, sign=COLOURS[verdict])
    top = (h - text_block.high - foot) / 2
    for index, line in enumerate(text_block.lines):
        middle = top + text_block.size * (lettering.CAP / 2 + index * lettering.LEADING)
        lettering.write(rgb, line, block + pad, middle, text_block.size, PAPER, lettering.BOLD)
    return finish(rgb, round(size * 0.22), 0.94 if urgent else 0.84, ground, solid=0 if urgent else block)


def _panel(
    out: Image,
    readings: tuple[Reading, ...],
    exercise: Exercise | None,
    verdict: Verdict,
    words: OverlayWords,
    places: Layout,
) -> list[Box]:
    """The panel with its markers; returns the space it takes, if any."""
    states = tuple(
        (reading.rule, reading.verdict, reading.verdict is not Verdict.UNKNOWN and math.isfinite(reading.value))
        for reading in readings
    )
    labels = tuple(words.rules.get(reading.rule, reading.rule) for reading in readings)
    header = panel.Header(
        words.exercise, words.side if places.unit >= SMALL else "", words.verdicts.get(verdict, ""), verdict
    )
    shown = panel.shown(panel.Same(exercise), states, labels, header, places.panel, places.unit, places.columns)
    high = shown.card.h
    if high > places.panel.h:
        return []
    x, y = places.panel.x, places.panel.bottom - high if places.panel_low else places.panel.y
    lay(out, shown.card, x, y)
    for row, index, bar in zip(shown.rows, shown.readings, shown.bars, strict=True):
        value = _value(readings[index], words)
        panel.show(out, Box(x + bar.x, y + bar.y, bar.w, bar.h), row, readings[index], value, shown.sizes)
    return [Box(x, y, places.panel.w, high)]
