"""The camera's picture in the live window, as in a mirror, with the body drawn over it.

Which question this module answers: what the person sees of themselves. Only the picture is mirrored; the landmarks are
moved along, and all that is written is written after. Verdicts are drawn on the body while an exercise is judged, else
the body stays neutral: it only says "I see you".
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.records import Reading, Step, Verdict
from vision import figure, lettering, overlay
from vision.cards import Box, lay
from vision.palette import INK, MUTED, PAPER, SEVERITY, TRACK, Image, Points
from vision.shapes import disc, pause, rounded, texture
from vision.stage import Stage
from vision.stage_layout import Places

# How bright the picture stays while nothing is judged.
_DIM: Final = 0.42
# What no message lies over.
KEPT_CLEAR: Final = (skeleton.NOSE, *skeleton.EARS, *skeleton.SHOULDERS, *skeleton.HIPS)


def draw_still(image: Image, stage: Stage, places: Places) -> None:
    """Draws into ``image``, in place, what lies around the picture: a frame when something is amiss."""
    box, unit = places.picture, places.unit
    if stage.part == "exercise" and stage.cue and stage.verdict in (Verdict.CAUTION, Verdict.STOP):
        edge = max(3, round(12 * unit))
        whole = Box(box.x - edge, box.y - edge, box.w + 2 * edge, box.h + 2 * edge)
        left, top = max(whole.x, 0), max(whole.y, 0)
        view = image[top : whole.bottom, left : whole.right]
        view[:] = texture(view.shape[1], view.shape[0], stage.verdict, edge)


def draw(image: Image, stage: Stage, places: Places) -> None:
    """Draws the picture into its place in ``image``, in place, or what stands for it before there is one."""
    box = places.picture
    view = image[box.y : box.bottom, box.x : box.right]
    radius = min(max(2, round(14 * places.unit)), box.w // 2, box.h // 2)
    if stage.frame is None:
        rounded(image, box, radius, TRACK)
        _camera(image, box, places.unit)
    else:
        corners = [(rows, columns, view[rows, columns].copy()) for rows, columns in _corners(radius)]
        _scene(view, stage, places.unit)
        for (rows, columns, behind), cover in zip(corners, _covers(radius), strict=False):
            part = view[rows, columns]
            part[:] = np.rint(behind + cover * (part - behind.astype(np.float32)))
    if stage.part == "paused":
        across = round(0.34 * min(box.w, box.h))
        if across > 8:
            lay(image, pause(across, INK, PAPER), box.x + (box.w - across) // 2, box.y + (box.h - across) // 2)


def _scene(view: Image, stage: Stage, unit: float) -> None:
    """Fills ``view`` with the mirrored picture and the body."""
    frame, step = stage.frame, stage.step
    assert frame is not None
    h, w = view.shape[:2]
    full_h, full_w = frame.image.shape[:2]
    # Averaging areas takes three times as long and shows only where the picture shrinks to less than half.
    way = cv2.INTER_AREA if full_w > 2 * w else cv2.INTER_LINEAR
    small = frame.image if (full_w, full_h) == (w, h) else cv2.resize(frame.image, (w, h), interpolation=way)
    if stage.part in ("paused", "rest"):
        small = cv2.convertScaleAbs(small, None, _DIM)
    view[:] = cv2.flip(small, 1)
    if step is not None and stage.part in ("set-up", "countdown", "exercise"):
        points = shown_points(step, (w, h))
        _body(view, points, step, stage, 1.5 * min(w, h) / 720)
    if stage.part == "set-up":
        _finder(view, max(2, round(6 * unit)))


def shown_points(step: Step, wh: tuple[int, int]) -> Points:
    """Where landmarks stand in a mirrored picture of ``wh``; NaN for those that cannot be drawn."""
    points = figure.drawable(step.pose.shown_px, step.pose.image_wh)
    scale = np.array(wh) / np.array(step.pose.image_wh)
    scaled: Points = points * scale
    scaled[:, 0] = wh[0] - 1 - scaled[:, 0]
    return scaled


def _body(view: Image, points: Points, step: Step, stage: Stage, unit: float) -> None:
    """The skeleton, and while an exercise is judged the angles that are amiss; never more than two."""
    judged = step.assessment.readings if stage.part == "exercise" else ()
    praise = not step.assessment.problems and step.verdict is not Verdict.UNKNOWN
    figure.body(view, points, step.pose.visibility, figure.bone_verdicts(judged, praise), unit)
    overlay.write_values(view, points, _worst(judged), unit)


def _worst(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    bad = [reading for reading in readings if reading.verdict in (Verdict.CAUTION, Verdict.STOP)]
    return tuple(sorted(bad, key=lambda reading: -SEVERITY[reading.verdict])[:2])


def draw_notice(image: Image, stage: Stage, places: Places) -> Box | None:
    """Lays the notice over the picture's upper or lower edge, whichever hides less of head, shoulders and hips.

    Returns:
        Where it lies, or None without one.
    """
    area, unit = places.area, places.unit
    high, inset, icon = round(58 * unit), round(16 * unit), round(62 * unit)
    if not stage.notice or high < 16 or not places.band.h:
        return None
    room = (area.w - 2 * inset - round(1.5 * icon), round(0.74 * high))
    text = lettering.fit(stage.notice, room, round(30 * unit), 2, lettering.MEDIUM)
    wide = text.wide + round(1.5 * icon)
    upper = Box(area.x + (area.w - wide) // 2, area.y + inset, wide, high)
    lower = replace(upper, y=area.bottom - inset - high)
    box = lower if hidden(stage, places, upper) > hidden(stage, places, lower) else upper
    rounded(image, box, high // 2, INK)
    x, y, size = box.x + 0.58 * high, box.y + high / 2, round(0.42 * high)
    disc(image, x, y, 0.27 * high, PAPER)
    lettering.write(image, "i", x - lettering.width("i", size, lettering.BOLD) / 2, y, size, INK, lettering.BOLD)
    lettering.write_block(image, text, box.x + icon, y - text.high / 2, PAPER, lettering.MEDIUM)
    return box


def hidden(stage: Stage, places: Places, box: Box) -> int:
    """How many points that matter lie under a box."""
    if stage.step is None or stage.frame is None:
        return 0
    points = shown_points(stage.step, (places.picture.w, places.picture.h))[list(KEPT_CLEAR)]
    x, y = points[:, 0] + places.picture.x, points[:, 1] + places.picture.y
    return int(((x >= box.x) & (x < box.right) & (y >= box.y) & (y < box.bottom)).sum())


def _corners(radius: int) -> tuple[tuple[slice, slice], ...]:
    if not radius:
        return ()
    near, far = slice(0, radius), slice(-radius, None)
    return ((near, near), (near, far), (far, near), (far, far))


@lru_cache(maxsize=8)
def _covers(radius: int) -> tuple[NDArray[np.float32], ...]:
    """How much of the picture is seen at each of its round corners."""
    offset = radius - 0.5 - np.arange(radius)
    cover = np.clip(radius + 0.5 - np.hypot(offset[:, None], offset[None, :]), 0, 1).astype(np.float32)[..., None]
    return cover, cover[:, ::-1], cover[::-1], cover[::-1, ::-1]


def _finder(view: Image, width: int) -> None:
    """Draws the corners of a view finder into ``view``, in place: what has to be inside."""
    h, w = view.shape[:2]
    inset, length = round(0.04 * min(w, h)), round(0.11 * min(w, h))
    corners = [
        np.array([[x, y + down * length], [x, y], [x + across * length, y]], np.int32)
        for x, across in ((inset, 1), (w - 1 - inset, -1))
        for y, down in ((inset, 1), (h - 1 - inset, -1))
    ]
    for colour, wide in ((INK, 2 * width), (PAPER, width)):
        cv2.polylines(view, corners, False, colour, wide, cv2.LINE_AA)


def _camera(image: Image, box: Box, unit: float) -> None:
    """A camera's outline, while there is no picture."""
    x, y, size = box.x + box.w / 2, box.y + box.h / 2, min(box.w, box.h) * 0.16
    body = Box(round(x - 1.2 * size), round(y - 0.75 * size), round(2.4 * size), round(1.6 * size))
    hump = Box(round(x - 0.45 * size), round(y - 1.05 * size), round(0.9 * size), round(0.6 * size))
    for part in (hump, body):
        rounded(image, part, round(0.22 * size), MUTED)
    disc(image, x, y + 0.05 * size, 0.55 * size, TRACK)
    disc(image, x, y + 0.05 * size, 0.36 * size, MUTED)
