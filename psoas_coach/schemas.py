"""The JSON Schemas of everything this program writes or reads that is JSON or TOML, for ``psoas-coach schema``.

Each has an ``$id`` with the version of its shape. A shape that changes gets another version: a test holds each beside
the one that was published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from calibration import camera, profile
from calibration.phantom.script_file import MotionFile
from calibration.screening import Answer, AnswersFile
from poses.exercise_file import ExerciseFile
from poses.movement_file import MovementTable
from poses.problem import Problem
from psoas_coach import live_record, summary
from psoas_coach.calibration_lines import CalibrationEvent
from psoas_coach.event_lines import LiveEvent
from psoas_coach.history import migrations
from psoas_coach.history.rows import Everything
from psoas_coach.plan import PlanFile

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class ScreenedOffer(BaseModel):
    """What answers make of one exercise."""

    model_config = ConfigDict(extra="forbid")
    level: Literal["offered", "eased", "ask", "withheld"]
    notes: list[str]
    because: list[str]


class Screened(BaseModel):
    """What ``screen --out`` keeps: the answers, and what follows from them."""

    model_config = ConfigDict(extra="forbid")
    emergency: list[str]
    doctor_soon: list[str]
    offers: dict[str, ScreenedOffer]
    see: list[str]
    unanswered: list[str]
    answers: dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Schema:
    """One of them.

    Attributes:
        name: What it is asked for by.
        version: Of its shape.
        what: What it is the shape of.
        make: Makes it, without its name.
    """

    name: str
    version: int
    what: str
    make: Callable[[], dict[str, Any]]

    @property
    def id(self) -> str:
        """Its name everywhere: a URN, since there is no address that could be promised."""
        return f"urn:psoas-coach:schema:{self.name}:{self.version}"

    def content(self) -> dict[str, Any]:
        """The schema."""
        made = self.make()
        about = made.pop("description", None)
        described = self.what if about is None else f"{self.what}. {about}"
        return {"$schema": _DIALECT, "$id": self.id, **made, "title": self.name, "description": described}


def _read(kind: Any) -> Callable[[], dict[str, Any]]:  # noqa: ANN401 - whatever pydantic knows the shape of
    """Of what is read too, where what has a default may be missing."""
    return lambda: TypeAdapter(kind).json_schema(mode="validation")


def _written(kind: Any, **also: object) -> Callable[[], dict[str, Any]]:  # noqa: ANN401 - as above
    """Of what is only written, where nothing is missing; ``also``: what stands in the file besides."""

    def make() -> dict[str, Any]:
        made = TypeAdapter(kind).json_schema(mode="serialization")
        made.get("properties", {}).update(also)
        if also:
            made["required"] = [*also, *made.get("required", [])]
        return made

    return make


_INTEGER: Final = {"type": "integer"}
_HISTORY: Final = {"schema_version": {"const": migrations.VERSION}, "program_version": {"type": "string"}}
SCHEMAS: Final = (
    Schema("summary", summary.SCHEMA_VERSION, "summary.json of a clip or a session", _written(summary.Summary)),
    Schema("live-event", 1, "A line of live --headless, and of events.jsonl", _written(LiveEvent)),
    Schema("calibration-event", 1, "A line of calibrate person --headless", _written(CalibrationEvent)),
    Schema(
        "session", live_record.VERSION, "session.json of a live session", _written(live_record.About, version=_INTEGER)
    ),
    Schema("history", migrations.VERSION, "What history export --format json writes", _written(Everything, **_HISTORY)),
    Schema("screening", 1, "What screen --out writes", _written(Screened)),
    Schema("profile", profile.VERSION, "A profile (TOML)", _read(profile.Profile)),
    Schema("camera", camera.VERSION, "A camera that was calibrated (TOML)", _read(camera.Camera)),
    Schema("exercise", 1, "An exercise (TOML)", _read(ExerciseFile)),
    Schema("movement", 1, "The table [movement] of an exercise (TOML)", _read(MovementTable)),
    Schema("plan", 1, "A plan of a live session (TOML)", _read(PlanFile)),
    Schema("answers", 1, "Answers to the questions before (TOML)", _read(AnswersFile)),
    Schema("motion", 1, "A motion of the phantom (TOML)", _read(MotionFile)),
)


def schema(name: str) -> Schema:
    """One of them by its name.

    Raises:
        Problem: There is none of that name.
    """
    found = next((one for one in SCHEMAS if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in SCHEMAS)
        raise Problem(f"There is no schema {name}", "only what is written or read has one", f"Use one of {known}")
    return found
