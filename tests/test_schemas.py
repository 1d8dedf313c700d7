"""The published shapes: what the program really writes and reads has them, what it does not have is refused."""

import json
import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from sittings import Run
from test_calibrate_session import LUNGES as LUNGE_TASKS
from test_calibrate_session import STANDING, TALL
from test_calibrate_session import Sitting as Calibration
from test_live_hands import HAND, LUNGES, UPRIGHT
from test_live_hands import Sitting as WithArms
from test_live_session import BRIDGES, Sitting, lunges, plan

import stick_figure as sf
from benchmarks.history import measured, past
from calibration.baseline import Baseline, Comfort, Neutral
from calibration.camera import Camera, Lens
from calibration.profile import Profile
from calibration.progress import Done
from calibration.screening import table
from poses import correction
from poses.exercise_file import built_in_file, built_in_ids
from poses.messages import Messages
from psoas_coach import cameras, profiles, screening
from psoas_coach.analysis import replay
from psoas_coach.calibrate_state import BREATH_S
from psoas_coach.calibration_lines import CalibrationEvent
from psoas_coach.event_lines import LiveEvent
from psoas_coach.history.exported import export
from psoas_coach.history.store import History
from psoas_coach.live_events import Event
from psoas_coach.live_state import Glimpse
from psoas_coach.poses_file import Origin, PosesRecorder
from psoas_coach.run import chosen_exercises
from psoas_coach.schemas import SCHEMAS, schema

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHAPES = Path(__file__).parent / "schema_shapes.json"
MOTIONS = Path(__file__).resolve().parent.parent / "calibration" / "phantom" / "motions"


def faults(name: str, value: object) -> list[str]:
    """What is wrong with a value, by the published schema, read back from its own text."""
    content = json.loads(json.dumps(schema(name).content()))
    Draft202012Validator.check_schema(content)
    found = Draft202012Validator(content).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def toml(text: str) -> Any:  # noqa: ANN401 - whatever stands in it
    """A TOML text as JSON has it: days and times as text."""
    return json.loads(json.dumps(tomllib.loads(text), default=lambda day: day.isoformat()))


def shape(node: object, path: str = "") -> set[str]:
    """The names of all values in a schema, by the way to them."""
    found: set[str] = set()
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                found |= {f"{path}.{name}" for name in value}
                for name, one in value.items():
                    found |= shape(one, f"{path}.{name}")
            elif key == "$defs":
                for name, one in value.items():
                    found |= shape(one, f"{path}#{name.lstrip('_')}")
            else:
                found |= shape(value, path)
    elif isinstance(node, list):
        for one in node:
            found |= shape(one, path)
    return found


def test_a_shape_that_changes_gets_another_version() -> None:
    now = {one.id: sorted(shape(one.content())) for one in SCHEMAS}
    published = json.loads(SHAPES.read_text(encoding="utf-8"))
    for ident, names in now.items():
        assert names == published.get(ident), (
            f"{ident} has another shape: give it a new version, or put it into {SHAPES}"
        )
    assert set(now) == set(published)


def test_all_are_listed_and_each_is_printed(run: Run) -> None:
    status, listed, errors = run("schema")
    assert (status, errors) == (0, "")
    assert [line.split("  ")[0] for line in listed.splitlines()] == [one.name for one in SCHEMAS]
    for one in SCHEMAS:
        status, told, _ = run("schema", one.name)
        content = json.loads(told)
        assert status == 0
        assert content["$id"] == f"urn:psoas-coach:schema:{one.name}:{one.version}"
        assert "_File" not in told
        assert not re.search(r"/(home|tmp|work|usr)/", told)
    assert "There is no schema none" in run("schema", "none")[2]


def test_a_summary(tmp_path: Path) -> None:
    recorder, moves = PosesRecorder(), [0.0, 10.0, 36.0, 36.0, 36.0, 10.0]
    for index in range(300):
        number, part = divmod(index, 50)
        deg = moves[number] + (moves[min(number + 1, 5)] - moves[number]) * part / 50
        recorder.write(index, sf.on_the_knee(sf.pose(sf.lunge(deg), index / 30)))
    recorder.save(tmp_path / "poses.npz", Origin(clip="a.mp4", kind="video", model="full"))
    made = replay(tmp_path / "poses.npz", tmp_path / "out", chosen_exercises("auto"), "auto")
    written = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    assert written["findings"]
    assert faults("summary", written) == []
    unknown = {**written, "findings": [{**written["findings"][0], "sigma": None}]}
    assert faults("summary", unknown) == []
    assert faults("summary", {**written, "score": 9}) != []
    assert faults("summary", {**written, "ended": "tired"}) != []


def lines_of(events: list[Event]) -> list[Any]:
    return [json.loads(event.line()) for event in events]


def kinds(model: type[LiveEvent] | type[CalibrationEvent]) -> set[str]:
    """All kinds of events of a model."""
    union = get_args(model.model_fields["root"].annotation)
    return {kind for one in union for kind in get_args(one.model_fields["event"].annotation)}


def test_every_kind_of_event_of_a_session() -> None:
    held = Sitting(plan(lunges(), BRIDGES)).do(8.0, sf.lunge(-10.0), until="exercise").lunge(32.0)
    held.do(20.0, sf.ON_THE_FLOOR, until="exercise")
    for _ in range(3):
        held.there_and_back(sf.ON_THE_FLOOR, sf.FLAT_BRIDGE, 3.0)
    stopped = Sitting(plan(lunges())).do(8.0, sf.lunge(-10.0), until="exercise")
    for _ in range(3):
        stopped.there_and_back(sf.lunge(-10.0), sf.lunge(36.0), 1.0)
    stopped.take(Glimpse(stopped.now_s, trouble="lost"))
    for key in (" ", " ", "p", "q"):
        stopped.press(key)
    arms = WithArms(LUNGES).do(6.5).do(2.5, HAND)
    events = [*held.events, *stopped.events, *[event for shown in arms.shown for event in shown.events]]
    lines = lines_of(events)
    assert {line["event"] for line in lines} == kinds(LiveEvent) - {"begin", "kept"}, "these tell where files are"
    assert [fault for line in lines for fault in faults_of_line(LIVE, line)] == []
    assert faults("live-event", {"time_s": 1.0, "event": "applause"}) != []
    assert UPRIGHT


LIVE = Draft202012Validator(schema("live-event").content())
CALIBRATION = Draft202012Validator(schema("calibration-event").content())


def faults_of_line(validator: Draft202012Validator, line: object) -> list[str]:
    return [f"{line}: {error.message[:200]}" for error in validator.iter_errors(line)]


def test_every_kind_of_event_of_a_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    believing = sf.uncorrected(sigma_deg=2.0)
    monkeypatch.setattr(correction, "built_in", lambda: believing)
    whole = Calibration(roll_deg=2.0).do(3.0, None).do(12.0, STANDING, until="measured").do(BREATH_S + 0.2, STANDING)
    whole.turn().do(12.0, STANDING, until="measured").do(BREATH_S + 0.2, STANDING)
    refused = Calibration(LUNGE_TASKS).do(3.0, TALL).kneel().tries(12.0).go_in(12.0, lean_deg=12.0)
    for key in ("r", "b", " ", " ", "p", "p", "q"):
        refused.press(key)
    again = Calibration(LUNGE_TASKS).do(3.0, TALL).kneel().tries(12.0)
    again.shown.append(again.machine.advance(Glimpse(again.frame / 15.0, trouble="lost")))
    for key in "abcdefghijklmnopqrstuvwxyz":
        again.press(key)
    lines = lines_of([*whole.events, *refused.events, *again.events])
    seen = {line["event"] for line in lines}
    assert {"measured", "part", "say", "key", "ended", "trouble", "pain", "roll"} <= seen
    assert seen <= kinds(CalibrationEvent)
    assert [fault for line in lines for fault in faults_of_line(CALIBRATION, line)] == []


def test_a_history(tmp_path: Path) -> None:
    with History(tmp_path / "history.sqlite") as history:
        for kept in past(98, date(2026, 3, 5)):
            history.keep(kept)
        measured(history, 10, date(2026, 3, 5))
        everything = history.everything()
    export(everything, "json", tmp_path / "history.json")
    written = json.loads((tmp_path / "history.json").read_text(encoding="utf-8"))
    assert written["pains"]
    assert faults("history", written) == []
    del written["sessions"][0]["began"]
    assert faults("history", written) != []


def neutral(**degrees: float) -> Neutral:
    return Neutral.model_validate(
        {"side": "left", "hip_opening_deg": 1.0, "trunk_deg": -2.0, "spread_deg": 0.3, **degrees}
    )


def test_a_profile_and_a_camera() -> None:
    end = Comfort(side="left", on=date(2026, 3, 1), end_deg=8.0, tries_deg=(7.0, 8.0, 9.0))
    anna = Profile(
        name="anna",
        baseline=Baseline(on=date(2026, 3, 1), roll_deg=1.0, standing=(neutral(),)),
        comfort=(end,),
        sessions=(Done(at=datetime(2026, 3, 2, 19), pain=1),),
    ).with_answers(dict.fromkeys(table().questions, "no"), date(2026, 3, 1))
    written = toml(profiles.text_of(anna))
    assert faults("profile", written) == []
    assert faults("profile", {**written, "height_m": 1.7}) != []
    lens = Lens(
        image_wh=(640, 480),
        focal_px=(500.0, 501.0),
        centre_px=(320.0, 240.0),
        error_px=0.1,
        pictures=20,
        on=date(2026, 3, 1),
    )
    assert faults("camera", toml(cameras.text_of(Camera(name="laptop", lens=lens)))) == []


@pytest.mark.parametrize("name", built_in_ids())
def test_exercises_and_their_movement(name: str) -> None:
    written = toml(built_in_file(name).read_text(encoding="utf-8"))
    assert faults("exercise", written) == []
    assert faults("movement", written["movement"]) == []
    written["rules"][0]["cauton"] = {}
    assert len(faults("exercise", written)) == 1


def test_motions_plans_and_answers(tmp_path: Path) -> None:
    motions = sorted(MOTIONS.glob("*.toml"))
    assert len(motions) > 20
    assert [fault for one in motions for fault in faults("motion", toml(one.read_text(encoding="utf-8")))] == []
    docs = (Path(__file__).resolve().parent.parent / "docs" / "live.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(breathing.*?)```", docs, flags=re.S)
    assert faults("plan", toml(example)) == []
    assert faults("plan", {"steps": [{"exercise": "bridge", "rest_s": 1.0}]}) != []
    assert faults("answers", toml(screening.template(Messages("en")))) == []


def test_what_screening_keeps(tmp_path: Path, run: Run, answers: Path) -> None:
    run("screen", "--answers", answers, "--out", "outcome.json")
    assert faults("screening", json.loads(Path("outcome.json").read_text(encoding="utf-8"))) == []


def test_the_guard_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    make: Callable[[], dict[str, Any]] = lambda: {"properties": {"steps": {}, "soon": {}}}  # noqa: E731
    assert shape(make()) == {".steps", ".soon"}
