"""Clips of people who lie on their back and breathe, or do not, for ``benchmarks.breath``: drawn, and looked at.

Which question this module answers: what does the program see of somebody who breathes so fast and so deep. Sixty
seconds of a body that only breathes show few different pictures, so each is drawn once and gets its grain anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.breath import Breather, Breathing
from calibration.phantom.kinematics import Figure
from calibration.phantom.script import Script
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.variety import variant
from poses.records import Frame

FPS: Final = 10.0
SIZE: Final = (640, 480)
# As oblique as is judged without asking to turn, and as high as a camera stands for who lies (safe-ranges.md 4.4).
_MOST_YAW_DEG: Final = 15.0
_HEIGHT_M: Final = (0.4, 0.8)
# Pictures without grain that are kept, in steps of 1/64 of a brightness.
_KEPT: Final = 320
_FINE: Final = np.float32(64.0)


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who breathes, or does not.

    Attributes:
        name: Of the case.
        seed: Who it is, and where.
        script: What they do.
    """

    name: str
    seed: int
    script: Script

    @property
    def rate_per_min(self) -> float:
        """Breaths a minute; 0 for none."""
        return round(self.script.breathing.rate_per_min, 6) if self.script.breathing is not None else 0.0

    @property
    def belly_mm(self) -> float:
        """How far the belly rises."""
        return self.script.breathing.belly_mm if self.script.breathing is not None else 0.0

    @property
    def stops_s(self) -> float:
        """When the last breath is drawn; infinite where none is the last."""
        return self.script.breathing.stops_s if self.script.breathing is not None else float("inf")

    @property
    def trunk_m(self) -> float:
        """Length of the person's trunk."""
        return variant(self.seed).body.trunk_m


def breathing_case(seed: int, rate_per_min: float, belly_mm: float, chest_share: float = 0.4) -> Case:
    """Somebody who breathes; out takes longer than in, and breaths differ by 6 %."""
    cycle_s = 60.0 / rate_per_min
    how = Breathing(belly_mm, chest_share * belly_mm, 0.4 * cycle_s, 0.0, 0.5 * cycle_s, 0.1 * cycle_s, varies=0.06)
    script = replace(SCRIPTS["belly-breathing"], breathing=how)
    return Case(f"{rate_per_min:g} a minute, {belly_mm:g} mm", seed, script)


def still_case(script: str, seed: int) -> Case:
    """Somebody who does what a script says; where it says nothing of a breath, none is drawn."""
    motion = SCRIPTS[script]
    return Case(script, seed, motion if motion.breathing is not None else replace(motion, breathing=Breathing()))


def breather(case: Case) -> Breather:
    """The breaths of a case, as they are truly drawn."""
    return Breather(case.script.breathing or Breathing(), case.seed, case.script.duration_s)


def frames(case: Case, *, fps: float = FPS, size: tuple[int, int] = SIZE) -> Iterator[Frame]:
    """The pictures of a case, in order."""
    drawn = variant(case.seed)
    rng = np.random.default_rng([case.seed, 9])
    yaw, height = float(rng.uniform(-_MOST_YAW_DEG, _MOST_YAW_DEG)), float(rng.uniform(*_HEIGHT_M))
    view = replace(drawn.view, yaw_deg=yaw, height_m=height, farther=1.0)
    studio = Studio(case.script, seed=case.seed, fps=fps, size=size, variant=replace(drawn, view=view))
    lights: dict[bytes, NDArray[np.uint16]] = {}
    for index in range(len(studio)):
        figure = studio.performance.placed(index / fps)
        same = _alike(figure)
        if (light := lights.get(same)) is None:
            light = np.asarray(np.rint(studio.renderer.light([[figure]]) * _FINE), np.uint16)
            if len(lights) < _KEPT:
                lights[same] = light
        grain = np.random.default_rng([case.seed, 1, index])
        yield Frame(index, index / fps, studio.renderer.sensor.develop(light.astype(np.float32) / _FINE, grain))


def _alike(figure: Figure) -> bytes:
    """The same for figures that look the same."""
    places = [part.tobytes() for frame in figure.frames.values() for part in (frame.origin, frame.turn)]
    return b"".join([*places, np.array([figure.breath, figure.belly_m, figure.chest_m]).tobytes()])
