"""A script performed by one body: where every joint is at any time.

Which question this module answers: what figure a script makes of a body at a moment. Within a scene the posture follows
its controls; between two scenes all joint angles move from the one posture to the other, the lowest point on the floor.
"""

import itertools
from dataclasses import fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.body import Body
from calibration.phantom.breath import Breather, Drawn
from calibration.phantom.kinematics import Figure, Frame3, Posture, put
from calibration.phantom.motion import Controls, Restlessness, at, minimum_jerk
from calibration.phantom.script import NO_PLACE, POSTURES, Companion, Scene, Script, Walker
from calibration.phantom.upright import touching_down, walking
from calibration.phantom.variety import variant

# What is posed without being an angle.
_NOT_BLENDED: Final = ("breath",)


def moved(figure: Figure, x_m: float, z_m: float, heading_deg: float) -> Figure:
    """A figure turned about the vertical axis (positive: from facing +x towards -z) and put elsewhere on the floor."""
    c, s = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    turn, shift = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]), np.array([x_m, 0.0, z_m])
    frames = {name: Frame3(turn @ f.origin + shift, turn @ f.turn) for name, f in figure.frames.items()}
    return replace(figure, frames=frames)


def blend(before: Posture, after: Posture, share: float) -> Posture:
    """A posture on the way from one to another: every angle, and the place of the pelvis, by the same share."""
    values = {
        f.name: (1.0 - share) * getattr(before, f.name) + share * getattr(after, f.name)
        for f in fields(Posture)
        if f.name not in _NOT_BLENDED
    }
    return replace(before, **values)


class Performance:
    """A script performed by one body: its figure at any time.

    Args:
        script: What is done.
        seed: Breathing, sway and tremor.
        body: Whose body; the reference body when None.
    """

    def __init__(self, script: Script, seed: int = 0, body: Body | None = None) -> None:
        self.script, self.body = script, body or Body()
        self._restless = [Restlessness(script.life, scene.sways, seed) for scene in script.scenes]
        how = script.breathing
        self.breather = Breather(how, seed, script.duration_s) if how is not None else None

    def figure(self, time_s: float) -> Figure:
        """The posed skeleton at a time, facing +x, before it is put at its place in the room."""
        return self._at(time_s)[0]

    def placed(self, time_s: float) -> Figure:
        """The posed skeleton at its place in the room."""
        return self.moment(time_s)[1]

    def moment(self, time_s: float) -> tuple[Figure, Figure]:
        """The posed skeleton facing +x, and the same at its place in the room."""
        figure, place = self._at(time_s)
        if not any(place.values()):
            return figure, figure
        return figure, moved(figure, place["place_m"] * self.body.scale, 0.0, place["heading_deg"])

    def others(self, time_s: float) -> list[Figure]:
        """Who else is in the room."""
        here = [walker for walker in self.script.walkers if walker.start_s <= time_s <= walker.end_s]
        there = [one for one in self.script.companions if one.start_s <= time_s <= one.end_s]
        return [_walker(walker, time_s) for walker in here] + [_companion(one) for one in there]

    def times(self, fps: float) -> NDArray[np.float64]:
        """The time of every frame."""
        return self.script.times(fps)

    def exercise(self, time_s: float) -> str | None:
        """What is being done: the exercise of the scene, or its posture; None between two scenes."""
        for scene in self.script.scenes:
            if scene.keys[0].time_s <= time_s <= scene.keys[-1].time_s:
                return scene.posture if scene.exercise is None else scene.exercise
        return None

    def drawn(self, time_s: float) -> Drawn | None:
        """The breath at a time, or None where the script says nothing of it."""
        return None if self.breather is None else self.breather.at(time_s)

    def _at(self, time_s: float) -> tuple[Figure, Controls]:
        scenes = self.script.scenes
        for i, (before, after) in enumerate(itertools.pairwise(scenes)):
            start, end = before.keys[-1].time_s, after.keys[0].time_s
            if start < time_s < end:
                share = minimum_jerk((time_s - start) / (end - start))
                a, from_place = self._posture(i, time_s)
                b, to_place = self._posture(i + 1, time_s)
                place = {name: (1 - share) * from_place[name] + share * to_place[name] for name in NO_PLACE}
                return put(self.body, touching_down(self.body, blend(a, b, share))), place
        now = max(i for i, scene in enumerate(scenes) if i == 0 or scene.keys[0].time_s <= time_s)
        posture, place = self._posture(now, time_s)
        return put(self.body, posture), place

    def _posture(self, index: int, time_s: float) -> tuple[Posture, Controls]:
        """The posture of a scene; before its first key and after its last it rests there."""
        scene, restless = self.script.scenes[index], self._restless[index]
        controls = _controls(scene, time_s)
        for name, offset in restless.offsets(time_s).items():
            controls[name] += offset
        breath = restless.breath(time_s)
        if (drawn := self.drawn(time_s)) is not None:
            breath = 0.0
            for name, risen_mm in (("belly_m", drawn.belly_mm), ("chest_m", drawn.chest_mm)):
                controls[name] = controls.get(name, 0.0) + risen_mm / 1000.0
        if scene.leans is not None:
            controls[scene.leans] += self.script.life.breath_deg * breath
        place = {name: controls.get(name, missing) for name, missing in NO_PLACE.items()}
        return POSTURES[scene.posture](self.body, controls, breath), place


def _controls(scene: Scene, time_s: float) -> Controls:
    controls = at(scene.keys, time_s)
    for wave in scene.waves:
        if wave.start_s < time_s < wave.end_s:
            controls[wave.control] += wave.offset(time_s)
    return controls


def _walker(walker: Walker, time_s: float) -> Figure:
    body = variant(walker.variant).body
    way = walker.to_x_m - walker.from_x_m
    gone = abs(way) * (time_s - walker.start_s) / (walker.end_s - walker.start_s)
    figure = put(body, walking(body, {"place_m": gone}, 0.0))
    x = walker.from_x_m + float(np.sign(way)) * gone
    return moved(figure, x, walker.z_m, 0.0 if way > 0.0 else 180.0)


def _companion(one: Companion) -> Figure:
    body = variant(one.variant).body
    figure = put(body, POSTURES[one.posture](body, one.controls, 0.0))
    return moved(figure, one.x_m, one.z_m, one.heading_deg)
