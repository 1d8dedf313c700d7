"""Reads motion scripts: strictly, and telling every fault at once.

Which question this module answers: is this TOML file a motion a phantom can perform, and if not, what is wrong with
each key. Unknown keys are errors, since a misspelt control would silently stay where it is.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from calibration.phantom.body import Colour
from calibration.phantom.breath import Breathing
from calibration.phantom.camera import Camera
from calibration.phantom.furniture import Box
from calibration.phantom.motion import Key, Life, Wave
from calibration.phantom.room import Room
from calibration.phantom.script import CONTROLS, SPARE_CONTROLS, Companion, Scene, Script, Walker
from poses.strict_toml import Strict, read_strictly

FOLDER: Final = Path(__file__).parent / "motions"

# A posture of one hour is a mistake in the unit of time.
_LONGEST_S: Final = 3600.0
_Time = Annotated[float, Field(ge=0, le=_LONGEST_S)]
_Point = Annotated[list[float], Field(min_length=3, max_length=3)]
_Channels = Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=3, max_length=3)]


def _colour(channels: list[int]) -> Colour:
    red, green, blue = channels
    return red, green, blue


class _Camera(Strict):
    distance_m: float = Field(gt=0.5, le=10)
    height_m: float = Field(gt=0, le=3)
    aim_x_m: float = Field(default=0.0, ge=-5, le=5)
    pitch_deg: float = Field(default=0.0, ge=-45, le=45)

    def camera(self) -> Camera:
        return Camera(self.distance_m, self.height_m, pitch_deg=self.pitch_deg, aim_x_m=self.aim_x_m)


class _Life(Strict):
    breaths_per_min: float = Field(default=Life().breaths_per_min, gt=0, le=60)
    breath_deg: float = Field(default=Life().breath_deg, ge=0, le=5)
    sway_deg: float = Field(default=Life().sway_deg, ge=0, le=5)
    tremor_deg: float = Field(default=Life().tremor_deg, ge=0, le=5)


class _Breathing(Strict):
    belly_mm: float = Field(ge=0, le=60)
    chest_mm: float = Field(ge=0, le=60)
    in_s: float = Field(ge=0.5, le=20)
    full_s: float = Field(default=0.0, ge=0, le=60)
    out_s: float = Field(ge=0.5, le=20)
    empty_s: float = Field(default=0.0, ge=0, le=60)
    varies: float = Field(default=0.0, ge=0, le=0.3)
    stops_s: float | None = Field(default=None, ge=0)

    def breathing(self) -> Breathing:
        return Breathing(**{name: value for name, value in self.model_dump().items() if value is not None})


class _Mat(Strict):
    x_m: float = Field(ge=-5, le=5)


class _Box(Strict):
    low: _Point
    high: _Point
    colour: _Channels

    @model_validator(mode="after")
    def _ordered(self) -> "_Box":
        if any(low >= high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(f"high {self.high} must lie above low {self.low} on each axis")
        return self

    def box(self) -> Box:
        (a, b, c), (d, e, f) = self.low, self.high
        return Box((a, b, c), (d, e, f), _colour(self.colour))


class _Walker(Strict):
    variant: int = Field(ge=0)
    start_s: _Time
    end_s: _Time
    from_x_m: float = Field(ge=-10, le=10)
    to_x_m: float = Field(ge=-10, le=10)
    z_m: float = Field(ge=-2, le=1)

    @model_validator(mode="after")
    def _moves(self) -> "_Walker":
        if self.end_s <= self.start_s or self.from_x_m == self.to_x_m:
            raise ValueError("a walker needs time and a way: end_s after start_s, to_x_m other than from_x_m")
        return self


class _Companion(Strict):
    variant: int = Field(ge=0)
    start_s: _Time
    end_s: _Time
    x_m: float = Field(ge=-10, le=10)
    z_m: float = Field(ge=-2, le=1)
    heading_deg: float = Field(ge=-180, le=180)
    posture: str
    controls: dict[str, float]

    @model_validator(mode="after")
    def _performable(self) -> "_Companion":
        if self.end_s <= self.start_s:
            raise ValueError("a companion needs time: end_s after start_s")
        # As a scene that keeps one posture.
        _Scene(posture=self.posture, keys=[self.controls | {"time_s": time_s} for time_s in (0.0, 1.0)])
        return self


class _Wave(Strict):
    control: str
    hertz: float = Field(gt=0, le=5)
    peak_to_peak: float = Field(gt=0, le=60)
    start_s: _Time
    end_s: _Time

    @model_validator(mode="after")
    def _ordered(self) -> "_Wave":
        if self.end_s <= self.start_s:
            raise ValueError(f"end_s {self.end_s:g} is not after start_s {self.start_s:g}")
        return self


class _Scene(Strict):
    posture: str
    keys: list[dict[str, float]] = Field(min_length=2)
    sways: list[str] = Field(default_factory=list)
    leans: str | None = None
    waves: list[_Wave] = Field(default_factory=list)
    exercise: str | None = None

    @field_validator("posture")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in CONTROLS:
            raise ValueError(f"no such posture; allowed are {', '.join(sorted(CONTROLS))}")
        return value

    @model_validator(mode="after")
    def _performable(self) -> "_Scene":
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        needed, spare = CONTROLS[self.posture], SPARE_CONTROLS[self.posture]
        limits = {**needed, **spare, "time_s": (0.0, _LONGEST_S)}
        for i, key in enumerate(self.keys):
            for name, value in key.items():
                if name not in limits:
                    yield f"keys.{i}.{name}: unknown control; {self.posture} has {', '.join(limits)}"
                elif not limits[name][0] <= value <= limits[name][1]:
                    yield f"keys.{i}.{name}: {value:g} is not within {limits[name][0]:g} to {limits[name][1]:g}"
                elif i and name not in self.keys[0]:
                    yield f"keys.{i}.{name}: is not given in the first key, so it has nothing to move from"
            if "time_s" not in key:
                yield f"keys.{i}.time_s: is missing"
        yield from (f"keys.0.{name}: is missing" for name in needed if name not in self.keys[0])
        times = [key.get("time_s", float("nan")) for key in self.keys]
        for i, (before, after) in enumerate(itertools.pairwise(times)):
            if after <= before:
                yield f"keys.{i + 1}.time_s: {after:g} is not after {before:g}"
        named = [("sways", name) for name in self.sways] + [("waves", wave.control) for wave in self.waves]
        for where, name in named + ([("leans", self.leans)] if self.leans is not None else []):
            if name not in self.keys[0] or name == "time_s":
                yield f"{where}: {name} is not a control of the first key"

    def scene(self) -> Scene:
        keys = (Key(key["time_s"], {n: v for n, v in key.items() if n != "time_s"}) for key in self.keys)
        waves = (Wave(**wave.model_dump()) for wave in self.waves)
        return Scene(self.posture, tuple(keys), tuple(self.sways), self.leans, tuple(waves), self.exercise)


class MotionFile(Strict):
    """A motion as it stands in its file."""

    camera: _Camera
    scenes: list[_Scene] = Field(min_length=1)
    life: _Life = _Life()
    mat: _Mat | None = None
    boxes: list[_Box] = Field(default_factory=list)
    walkers: list[_Walker] = Field(default_factory=list)
    companions: list[_Companion] = Field(default_factory=list)
    breathing: _Breathing | None = None

    @field_validator("scenes")
    @classmethod
    def _in_order(cls, scenes: list[_Scene]) -> list[_Scene]:
        if scenes[0].keys[0]["time_s"] != 0.0:
            raise ValueError("the first key of the first scene must be at time_s = 0")
        for i, (before, after) in enumerate(itertools.pairwise(scenes)):
            if after.keys[0]["time_s"] < before.keys[-1]["time_s"]:
                raise ValueError(f"scene {i + 1} begins before scene {i} has ended")
        return scenes


def read(path: Path) -> Script:
    """Reads one script; the name of the file without its suffix is the script's id.

    Raises:
        Problem: With every fault of the file, each as key, what was found and what is allowed.
    """
    why = "the phantom would do something else than was meant"
    content = read_strictly(path, MotionFile, "a motion", why)
    return Script(
        id=path.stem,
        scenes=tuple(scene.scene() for scene in content.scenes),
        camera=content.camera.camera(),
        life=Life(**content.life.model_dump()),
        room=Room() if content.mat is None else Room(mat_x_m=content.mat.x_m),
        boxes=tuple(box.box() for box in content.boxes),
        walkers=tuple(Walker(**walker.model_dump()) for walker in content.walkers),
        companions=tuple(Companion(**companion.model_dump()) for companion in content.companions),
        breathing=None if content.breathing is None else content.breathing.breathing(),
    )


def built_in_ids() -> tuple[str, ...]:
    """Ids of the scripts that come with the program, in alphabetical order."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
