"""The colours of the picture and the mark of each verdict.

Which question this module answers: how a verdict looks. Colours are those of Okabe and Ito (Color Universal Design,
2008), which people with the common kinds of colour blindness can tell apart. No verdict is told by colour alone: each
has an outline of its own (circle, triangle, octagon) and a sign of its own (tick, exclamation mark, question mark).
All colours are RGB.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses.records import Verdict

Image = NDArray[np.uint8]
Points = NDArray[np.float64]
Colour = tuple[int, int, int]

INK: Final[Colour] = (15, 19, 26)
PAPER: Final[Colour] = (245, 247, 250)
MUTED: Final[Colour] = (176, 186, 198)
TRACK: Final[Colour] = (74, 84, 97)

OK: Final[Colour] = (0, 158, 115)
CAUTION: Final[Colour] = (230, 159, 0)
STOP: Final[Colour] = (213, 94, 0)
UNKNOWN: Final[Colour] = (132, 148, 170)

# Of the live window. Two blues of the same set of colours, which say nothing of how well it goes: time and breath. The
# darker one is dark enough for light letters on it, and so is the ground of a stop, which STOP itself is not.
SKY: Final[Colour] = (86, 180, 233)
BLUE: Final[Colour] = (0, 114, 178)
STOP_GROUND: Final[Colour] = (158, 62, 0)
RAISED: Final[Colour] = (29, 36, 47)

COLOURS: Final[Mapping[Verdict, Colour]] = MappingProxyType(
    {Verdict.OK: OK, Verdict.CAUTION: CAUTION, Verdict.STOP: STOP, Verdict.UNKNOWN: UNKNOWN}
)

# Which of several verdicts on one part of the body is shown: the order of Assessment.verdict.
SEVERITY: Final[Mapping[Verdict, int]] = MappingProxyType(
    {Verdict.OK: 0, Verdict.UNKNOWN: 1, Verdict.CAUTION: 2, Verdict.STOP: 3}
)

# cv2 takes points as whole numbers with this many binary places, so that lines move smoothly with the body.
SHIFT: Final = 4


def fixed(points: Points) -> NDArray[np.int32]:
    """Pixel coordinates as the fixed-point numbers that cv2 draws with when given ``shift=SHIFT``."""
    return (points * float(1 << SHIFT)).astype(np.int32)


def fixed_complex(points: NDArray[np.complex128]) -> NDArray[np.int32]:
    """The same of points x + y * 1j, with which directions are multiplied rather than calculated."""
    return (points * float(1 << SHIFT)).view(np.float64).reshape(*points.shape, 2).astype(np.int32)


def _regular(corners: int, first_deg: float) -> Points:
    """Corners of a regular polygon of radius 1, from the angle ``first_deg``, clockwise in the picture."""
    angles = np.radians(first_deg + np.arange(corners) * 360.0 / corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


# The shapes of the marks, in radii from the middle.
_TRIANGLE: Final = _regular(3, -90.0) * 1.08 + (0.0, 0.14)
_OCTAGON: Final = _regular(8, 22.5)
_TICK: Final = np.array([[-0.46, 0.04], [-0.12, 0.38], [0.48, -0.32]])
_STROKE: Final = np.array([[-0.17, -0.58], [0.17, -0.58], [0.1, 0.16], [-0.1, 0.16]])
_HOOK: Final = np.array(
    [(0.3 * np.cos(a), 0.3 * np.sin(a) - 0.26) for a in np.radians(np.linspace(-190.0, 65.0, 14))]
    + [(0.0, 0.1), (0.0, 0.24)]
)


def mark(
    image: Image,
    verdict: Verdict,
    centre: tuple[float, float],
    radius: float,
    body: Colour | None = None,
    sign: Colour | None = None,
) -> None:
    """Draws the mark of a verdict into ``image``, in place.

    Args:
        image: RGB picture that is changed.
        verdict: Which mark.
        centre: Its middle, x and y in pixels.
        radius: Of the circle it fits in, in pixels.
        body: Colour of the outline's inside; the verdict's own by default.
        sign: Colour of the sign within; by default the one that reads best on the verdict's own colour.
    """
    body = body or COLOURS[verdict]
    sign = sign or (INK if verdict is Verdict.CAUTION else PAPER)
    x, y = centre
    if verdict is Verdict.CAUTION:
        outline = fixed(_TRIANGLE * radius + centre)
        cv2.fillPoly(image, [outline], body, cv2.LINE_AA, SHIFT)
        # Rounds the corners.
        cv2.polylines(image, [outline], True, body, max(1, round(radius * 0.16)), cv2.LINE_AA, SHIFT)
        _exclamation(image, x, y + radius * 0.2, radius * 0.78, sign)
    elif verdict is Verdict.STOP:
        for share, colour in ((1.06, sign), (0.88, body)):
            cv2.fillPoly(image, [fixed(_OCTAGON * (radius * share) + centre)], colour, cv2.LINE_AA, SHIFT)
        _exclamation(image, x, y, radius * 0.9, sign)
    elif verdict is Verdict.OK:
        _disc(image, x, y, radius, body)
        _line(image, _TICK * radius + centre, sign, radius * 0.24)
    else:
        _disc(image, x, y, radius, body)
        _line(image, _HOOK * radius + centre, sign, radius * 0.2)
        _disc(image, x, y + radius * 0.54, max(radius * 0.13, 0.5), sign)


def _line(image: Image, points: Points, colour: Colour, width: float) -> None:
    cv2.polylines(image, [fixed(points)], False, colour, max(1, round(width)), cv2.LINE_AA, SHIFT)


def _disc(image: Image, x: float, y: float, radius: float, colour: Colour) -> None:
    scale = 1 << SHIFT
    cv2.circle(image, (round(x * scale), round(y * scale)), round(radius * scale), colour, -1, cv2.LINE_AA, SHIFT)


def _exclamation(image: Image, x: float, y: float, radius: float, colour: Colour) -> None:
    """A stroke that narrows downwards, and a dot."""
    cv2.fillPoly(image, [fixed(_STROKE * radius + (x, y))], colour, cv2.LINE_AA, SHIFT)
    _disc(image, x, y + radius * 0.45, radius * 0.16, colour)
