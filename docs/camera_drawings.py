"""Draws where to put the camera, for docs/calibration.md and docs/exercises.

Each has what the camera sees, the room from above, and the lens's height.

Run ``python docs/camera_drawings.py`` in the project's folder; half a minute.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.phantom.render import Renderer
from calibration.phantom.scripts import SCRIPTS, Performance
from docs.pictures import write

SIZE = (480, 360)
# Drawn this many times larger and shrunk: smooth lines.
FINE = 3
PAPER, INK, MAT, LIGHT = (250, 249, 246), (52, 56, 66), (176, 206, 198), (255, 226, 160)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera stands for an exercise: the script and moment that are shown, heights and distances in metres.

    ``body``: from where to where the body reaches from above, and where the head is, in centimetres of the drawing:
    across it, or towards the camera for whoever faces it.
    """

    name: str
    script: str
    time_s: float
    height: str
    height_m: float
    distance: str
    distance_m: float
    body: tuple[float, float, float]
    from_front: bool = False


PLACES = (
    Place("camera-low-lunge", "low-lunge", 6.0, "0.5 - 0.7 m", 0.6, "2 - 3 m", 2.2, (100.0, 200.0, 152.0)),
    Place("camera-bridge", "bridge", 3.3, "0.4 - 0.6 m", 0.5, "2 - 3 m", 2.2, (90.0, 205.0, 80.0)),
    Place("camera-dead-bug", "dead-bug-full", 5.2, "0.4 - 0.6 m", 0.5, "2 - 3 m", 2.6, (90.0, 205.0, 80.0)),
    Place("camera-supine-hip-opening", "hip-opening", 14.0, "0.4 - 0.6 m", 0.5, "2 - 3 m", 2.6, (90.0, 215.0, 80.0)),
    Place("camera-standing-core", "standing-march", 3.0, "0.9 - 1.0 m", 0.95, "3 m", 3.3, (140.0, 176.0, 148.0)),
    Place(
        "camera-standing-core-front",
        "standing-march-front",
        4.4,
        "0.9 - 1.0 m",
        0.95,
        "3 m",
        3.3,
        (80.0, 116.0, 88.0),
        from_front=True,
    ),
    Place("camera-standing", "standing", 4.0, "0.9 - 1.0 m", 0.95, "3 m", 3.3, (140.0, 166.0, 148.0)),
)


def seen(place: Place) -> NDArray[np.uint8]:
    """What the camera sees."""
    script = SCRIPTS[place.script]
    camera = replace(script.camera, height_m=place.height_m, distance_m=place.distance_m)
    return Renderer(camera, SIZE, script.room).draw(Performance(script).placed(place.time_s), np.random.default_rng(0))


class Paper:
    """A sheet to draw on, in centimetres of the room from its upper left corner."""

    def __init__(self, px_per_cm: float) -> None:
        self._scale = px_per_cm * FINE
        self.sheet = np.full((SIZE[1] * FINE, SIZE[0] * FINE, 3), PAPER, np.uint8)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """A place on the sheet, in pixels."""
        return round(x * self._scale), round(y * self._scale)

    def line(self, a: tuple[float, float], b: tuple[float, float], wide_cm: float = 2.0) -> None:
        """A line with round ends."""
        cv2.line(self.sheet, self.at(*a), self.at(*b), INK, max(1, round(wide_cm * self._scale)), cv2.LINE_AA)

    def area(self, corners: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
        """A filled shape."""
        cv2.fillPoly(self.sheet, [np.array([self.at(*corner) for corner in corners])], colour, cv2.LINE_AA)

    def disc(self, middle: tuple[float, float], radius_cm: float) -> None:
        """A filled circle."""
        cv2.circle(self.sheet, self.at(*middle), round(radius_cm * self._scale), INK, -1, cv2.LINE_AA)

    def words(self, text: str, x: float, y: float) -> None:
        """A few words from here to the right."""
        cv2.putText(self.sheet, text, self.at(x, y), INK, cv2.FontFace("sans"), 13 * FINE, 500)

    def measure(self, text: str, a: tuple[float, float], b: tuple[float, float], words: tuple[float, float]) -> None:
        """An arrow both ways, with how long it is."""
        for start, end in ((a, b), (b, a)):
            cv2.arrowedLine(self.sheet, self.at(*start), self.at(*end), INK, FINE, cv2.LINE_AA, tipLength=0.06)
        self.words(text, *words)


def room(place: Place) -> NDArray[np.uint8]:
    """The room from above on the left, the lens's height on the right."""
    paper = Paper(0.8)
    # From above: the camera looks at the person's side, or front.
    paper.area([(150, 330), (10, 90), (290, 90)], LIGHT)
    paper.area([(60, 62), (240, 62), (240, 118), (60, 118)], MAT)
    first, last, head = place.body
    if place.from_front:
        paper.line((150, first), (150, last), 14.0)
        paper.disc((150, head), 13.0)
    else:
        paper.line((first, 90), (last, 90), 14.0)
        paper.disc((head, 90), 13.0)
    paper.area([(136, 330), (164, 330), (164, 352), (136, 352)], INK)
    paper.area([(142, 330), (158, 330), (154, 320), (146, 320)], INK)
    paper.measure(place.distance, (262, 318), (262, 100), (270, 215))
    # From the side: how high the lens stands.
    floor, height = 352.0, place.height_m * 100.0
    paper.line((360, floor), (590, floor), 3.0)
    paper.area([(395, floor), (425, floor), (425, floor - height + 10), (395, floor - height + 10)], MAT)
    top, low = floor - height - 12, floor - height + 12
    paper.area([(392, top), (424, top), (424, low), (392, low)], INK)
    paper.area([(424, top + 5), (436, top + 2), (436, low - 2), (424, low - 5)], INK)
    paper.measure(place.height, (462, floor - 3), (462, floor - height), (470, floor - height / 2.0 + 4))
    return np.asarray(cv2.resize(paper.sheet, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Writes a drawing for each exercise."""
    for place in PLACES:
        write(place.name, np.concatenate([seen(place), room(place)], axis=1))


if __name__ == "__main__":
    main()
