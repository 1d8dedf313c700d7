"""Standing core work seen from the front: what is said of it, and when nothing is.

Protected here: every verdict of every rule, that nothing is said of the line of the hips, which the pose model does not
show, nor of anybody who does not face the camera; and that whoever did not ask for a front view is asked to turn
sideways as ever. What is measured: ``test_frontal_measures``.
"""

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from front_figure import Front, pose
from performed import performed

import stick_figure as sf
from calibration.screening import screen
from calibration.view import check, look_at
from poses.exercise import Band
from poses.exercise_file import built_in, built_in_file, read
from poses.measures import FRONT_NAMES
from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Step, Verdict
from poses.skeleton import LEFT, RIGHT
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse, Shown
from psoas_coach.plan import Item, Plan, default_plan
from psoas_coach.run import chosen_exercises
from psoas_coach.session import Session
from psoas_coach.summary import Summary
from psoas_coach.table import MeasuresTable, columns

OK, CAUTION, STOP, UNKNOWN = Verdict.OK, Verdict.CAUTION, Verdict.STOP, Verdict.UNKNOWN
FRONT = "standing-core-front"
EXERCISES = {exercise.id: exercise for exercise in built_in()}
LINE = FRONT_NAMES.index("pelvic_line_deg")
RATE_HZ = 15.0
Run = Callable[..., tuple[int, str, str]]


def followed(
    figures: Sequence[tuple[Front, float]], *, ids: Sequence[str] = (FRONT,), turned_deg: float = 0.0
) -> list[Step]:
    """Each figure held for some seconds, with a knee up before, so that the exercise has begun."""
    session = Session([EXERCISES[name] for name in ids], corrects=sf.uncorrected())
    steps: list[Step] = []
    time_s = 0.0
    for front, seconds in [(Front(), 1.5), (Front(lifted=RIGHT), 1.5), *figures]:
        for _ in range(round(seconds * RATE_HZ)):
            steps.append(session.step(len(steps), pose(front, time_s, turned_deg=turned_deg)))
            time_s += 1.0 / RATE_HZ
    return steps


def verdict(step: Step, rule: str) -> Verdict:
    return next(one.verdict for one in step.assessment.readings if one.rule == rule)


def test_where_somebody_stood_five_seconds_ago_says_nothing_of_how_low_they_are() -> None:
    on_one_leg = (Front(line_deg=20.0, lifted=RIGHT), 11.0)
    steps = followed([on_one_leg])
    since = [(step.assessment.time_s, verdict(step, "sinking")) for step in steps if step.assessment.readings]
    # Both feet stood until 1.5 s.
    assert {told for time_s, told in since if 4.5 < time_s < 6.4} == {CAUTION}
    assert {told for time_s, told in since if time_s > 6.6} == {UNKNOWN}
    # A foot put down elsewhere, and for long enough: it is known anew.
    again = followed([on_one_leg, (Front(), 1.0), (Front(lifted=RIGHT), 1.5)])
    assert verdict(again[-1], "sinking") is OK


def test_who_goes_down_on_both_feet_is_not_told_to_stand_tall() -> None:
    for step in followed([(Front(), 1.0), (Front(bent_deg=60.0), 2.0)]):
        assert step.cue is None or step.cue.id != "stand_tall"


JUDGED = [
    (Front(lean_deg=4.0, lifted=RIGHT), "side-lean", OK, ""),
    (Front(lean_deg=-11.0, lifted=RIGHT), "side-lean", CAUTION, "side_lean"),
    (Front(lean_deg=11.0, lifted=LEFT), "side-lean", CAUTION, "side_lean"),
    (Front(lean_deg=22.0, lifted=LEFT), "side-lean", STOP, "too_far_stop"),
    # The pose model's hips do not show the pelvis: nothing is said of their line; that the trunk sinks is.
    (Front(line_deg=-24.0, lifted=LEFT), "sinking", CAUTION, "stand_tall"),
    (Front(line_deg=15.0, lifted=RIGHT), "sinking", CAUTION, "stand_tall"),
    (Front(line_deg=10.0, lifted=RIGHT), "sinking", OK, ""),
    (Front(bent_deg=30.0, lifted=RIGHT), "sinking", CAUTION, "stand_tall"),
    (Front(bent_deg=20.0, lifted=LEFT), "sinking", OK, ""),
    # Whoever leans is lower by that alone, and is told that they lean.
    (Front(lean_deg=-11.0, line_deg=20.0, lifted=RIGHT), "side-lean", CAUTION, "side_lean"),
    (Front(knee_in_deg=6.0, lifted=RIGHT), "knee-line", OK, ""),
    (Front(knee_in_deg=12.0, lifted=RIGHT), "knee-line", CAUTION, "knee_in"),
    (Front(knee_in_deg=12.0, lifted=LEFT), "knee-line", CAUTION, "knee_in"),
    (Front(knee_in_deg=27.0, lifted=LEFT), "knee-line", STOP, "knee_in"),
]


@pytest.mark.parametrize(("front", "rule", "wanted", "cue"), JUDGED)
def test_every_verdict_of_every_rule(front: Front, rule: str, wanted: Verdict, cue: str) -> None:
    last = followed([(front, 1.5)])[-1]
    assert verdict(last, rule) is wanted
    # A knee that falls in far bends, too.
    sinks = {"sinking"} if front.knee_in_deg > 25.0 else set()
    others = {one.verdict for one in last.assessment.readings if one.rule not in {rule, *sinks}}
    assert others == {OK}
    assert all(verdict(last, name) is CAUTION for name in sinks)
    assert last.assessment.verdict is wanted
    assert (last.cue.id if last.cue is not None else "") == cue


def test_a_knee_that_is_not_seen_is_unknown_and_nothing_is_judged_before_both_feet_stood() -> None:
    steps = followed([(Front(lifted=RIGHT), 1.0)])
    hidden = pose(Front(lifted=RIGHT), steps[-1].assessment.time_s + 1.0 / RATE_HZ)
    hidden.visibility[[25, 27]] = 0.4
    session = Session([EXERCISES[FRONT]])
    for number, step in enumerate(steps):
        session.step(number, step.pose)
    last = session.step(len(steps), hidden)
    assert verdict(last, "knee-line") is UNKNOWN
    assert last.assessment.verdict is UNKNOWN
    # Somebody who is on one leg from the first picture on.
    session = Session([EXERCISES[FRONT]])
    for number in range(45):
        last = session.step(number, pose(Front(line_deg=20.0, lifted=RIGHT), number / RATE_HZ))
    assert last.assessment.verdict is UNKNOWN
    assert last.cue is None
    assert last.front is not None
    assert math.isnan(last.front[1].values[LEFT, LINE])


@pytest.mark.parametrize("turned_deg", [18.0, -18.0, 90.0, 180.0])
def test_nobody_is_judged_who_does_not_face_the_camera(turned_deg: float) -> None:
    steps = followed([(Front(lean_deg=25.0, lifted=LEFT), 2.0)], turned_deg=turned_deg)
    assert {step.assessment.problems for step in steps[3:]} == {("face_camera",)}
    assert {step.verdict for step in steps} == {UNKNOWN}
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "face_camera"


def test_who_did_not_ask_for_a_front_view_is_asked_to_turn_sideways() -> None:
    assert FRONT not in {one.id for one in chosen_exercises("auto")}
    assert [one.id for one in chosen_exercises(FRONT)] == [FRONT]
    for ids in (tuple(EXERCISES), ("standing-core",)):
        steps = followed([(Front(lean_deg=25.0, lifted=LEFT), 2.0)], ids=ids)
        assert {step.assessment.problems for step in steps[3:]} == {("turn_side",)}
        assert all(step.front is None for step in steps)


def test_a_step_of_a_plan_that_asks_for_it_is_looked_at_from_the_front_and_the_next_from_the_side() -> None:
    session = Session(built_in(), corrects=sf.uncorrected())
    frames = [pose(Front(lifted=RIGHT if number > 20 else None), number / RATE_HZ) for number in range(120)]
    said = []
    for number, frame in enumerate(frames):
        session.expect(FRONT if 40 <= number < 90 else "standing-core")
        said.append(session.step(number, frame).assessment.problems)
    assert set(said[5:40]) == set(said[95:]) == {("turn_side",)}
    assert ("turn_side",) not in said[40:90]
    # Nobody has stood on both feet since.
    assert set(said[50:90]) == {("other_posture",)}


def test_as_taught_it_gives_no_word_and_every_lift_counts() -> None:
    done = performed("standing-march-front", FRONT)
    assert done.findings == ()
    assert done.cues() == set()
    assert [(name, one.number) for name, one in done.repetitions] == [(FRONT, number) for number in range(1, 5)]
    assert done.exercises() == {FRONT}


@pytest.mark.parametrize(
    ("script", "rule", "verdicts", "cue"),
    [
        ("standing-march-front-lean", "side-lean", {STOP}, "too_far_stop"),
        ("standing-march-front-knee-in", "knee-line", {CAUTION, STOP}, "knee_in"),
    ],
)
def test_done_wrongly_it_is_found_once_on_either_side(script: str, rule: str, verdicts: set[Verdict], cue: str) -> None:
    done = performed(script, FRONT)
    # A knee that falls in by 22 degrees bends by more: that lowers the trunk, too.
    assert {one.rule for one in done.findings} == {rule, *(["sinking"] if rule == "knee-line" else [])}
    done = replace(done, findings=tuple(one for one in done.findings if one.rule == rule))
    assert {one.verdict for one in done.findings} & verdicts
    assert cue in done.cues()
    peaks = [one.peak for one in done.findings]
    if rule == "knee-line":
        assert {one.side for one in done.findings} == {LEFT, RIGHT}
    else:
        assert min(peaks) < 0.0 < max(peaks)


def test_a_hip_that_drops_far_is_told_by_the_trunk_and_the_line_of_the_hips_is_not_claimed_to_be_checked() -> None:
    done = performed("standing-march-front-hip-drop", FRONT)
    assert {(one.rule, one.verdict) for one in done.findings} == {("sinking", CAUTION)}
    assert {one.side for one in done.findings} == {LEFT, RIGHT}
    assert done.cues() == {"stand_tall"}
    assert "hip-line" in EXERCISES[FRONT].unseen


def test_from_the_side_the_front_view_is_not_judged_and_from_the_front_the_side_view_is_not() -> None:
    assert performed("standing-march", FRONT).exercises() == set()
    assert performed("standing-march-front", "standing-core").exercises() == set()


def test_limits_are_those_of_the_specification() -> None:
    bands = {rule.id: (rule.target, rule.caution, rule.stop) for rule in EXERCISES[FRONT].rules}
    assert bands == {
        "side-lean": (Band(-5, 5), Band(-8, 8), Band(-15, 15)),
        "knee-line": (Band(-5, 8), Band(max=10), Band(max=15)),
        "sinking": (Band(max=0.006), Band(max=0.011), Band()),
    }
    assert EXERCISES[FRONT].unseen == ("hip-line", "back-lean", "lower-back", "knee-height", "sway")


@pytest.mark.parametrize(("language", "asks"), [("en", "Turn to face the camera"), ("nl", "Draai je naar de camera")])
def test_live_asks_to_face_the_camera_and_then_counts(language: Language, asks: str) -> None:
    plan = Plan((Item(FRONT, None, 2, 0.0, unseen=EXERCISES[FRONT].unseen),), "")
    live, judge = LiveSession(plan, built_in(), language), Session(built_in(), corrects=sf.uncorrected())
    shown: list[Shown] = []

    def do(seconds: float, front: Front, turned_deg: float = 0.0) -> None:
        for _ in range(round(seconds * RATE_HZ)):
            time_s = len(shown) / RATE_HZ
            judge.expect(live.expected)
            step = judge.step(len(shown), pose(front, time_s, turned_deg=turned_deg)) if live.watching else None
            shown.append(live.advance(Glimpse(time_s, step=step)))

    do(6.0, Front(), turned_deg=90.0)
    assert live.state.part == "set-up"
    assert asks in shown[-1].stage.cue
    do(8.0, Front())
    assert live.state.part in ("countdown", "exercise")
    assert any(Messages(language)("unseen", "back-lean") in one.stage.hint for one in shown)
    for lifted in (LEFT, RIGHT, LEFT):
        for share in (*np.linspace(0.0, 1.0, 15), 1.0, 1.0, 1.0, *np.linspace(1.0, 0.0, 15)):
            do(1.0 / RATE_HZ, Front(lifted=lifted, lift_deg=75.0 * share) if share else Front())
        do(1.5, Front())
    do(16.0, Front())
    assert live.state.part == "ended"
    said = [event.details["id"] for one in shown for event in one.events if event.kind == "say"]
    assert "face_camera" in said
    assert "turn_side" not in said


def test_a_measure_of_the_other_view_is_a_fault(tmp_path: Path) -> None:
    text = built_in_file(FRONT).read_text()
    for old, new, message in (
        ('measure = "knee_line_deg"', 'measure = "trunk_inclination_deg"', "cannot be measured in the front view"),
        ('view = "front"', 'view = "side"', "cannot be measured in the side view"),
        ('view = "front"', 'view = "top"', "Input should be 'side' or 'front'"),
    ):
        file = tmp_path / "mine.toml"
        file.write_text(text.replace(old, new, 1))
        with pytest.raises(Problem) as told:
            read(file)
        assert message in str(told.value)


@pytest.mark.parametrize(("turned_deg", "problem"), [(4.0, ""), (40.0, "face_camera")])
def test_what_would_make_the_view_better_is_told_of_the_front(turned_deg: float, problem: str) -> None:
    steps = followed([(Front(), 1.0)], turned_deg=turned_deg)
    (yaw,) = [one for one in check([look_at(step) for step in steps]) if one.id == "yaw"]
    assert yaw.problem == problem
    assert yaw.value == pytest.approx(turned_deg, abs=0.01)


def test_answers_hold_for_the_exercise_wherever_it_is_seen_from() -> None:
    for answers in ({}, {"S12": "yes"}, {"E1": "yes"}):
        offers = screen(answers).offers  # type: ignore[arg-type]
        assert offers[FRONT] == offers["standing-core"]


def test_a_plan_may_have_it_and_says_what_is_not_checked() -> None:
    (item,) = default_plan(chosen_exercises(FRONT), FRONT).items
    assert (item.exercise, item.side, item.repetitions) == (FRONT, None, 10)
    assert item.unseen == EXERCISES[FRONT].unseen


def test_the_table_has_the_front_view_where_it_was_asked_for(tmp_path: Path) -> None:
    assert not set(columns(chosen_exercises("auto"))) & {f"{name}_left" for name in FRONT_NAMES}
    steps = followed([(Front(lean_deg=6.0, lifted=LEFT), 1.0)])
    with MeasuresTable(tmp_path / "measures.csv", [EXERCISES[FRONT]]) as table:
        for step in steps:
            table.write(step)
    with (tmp_path / "measures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(steps)
    last = rows[-1]
    assert float(last["side_lean_deg_left"]) == pytest.approx(6.0, abs=0.01)
    assert float(last["knee_line_deg_right_sigma"]) > 1.0
    assert last["knee_line_deg_left"] == last["hip_opening_deg_left"] == last["near"] == ""
    assert last[f"{FRONT}.side-lean"] == "ok"


# As taught and leaning, in five seconds; the camera so near that a small picture shows enough.
SHORT = """
[camera]
distance_m = 1.35
height_m = 0.95

[[scenes]]
posture = "marching"
exercise = "standing-core-front"

[[scenes.keys]]
time_s = 0.0
trunk_deg = -1.0
lumbar_deg = 0.0
gaze_deg = -3.0
hip_back_m = 0.0
arm_deg = 2.0
foot_deg = 6.0
left_lift_deg = 0.0
right_lift_deg = 0.0
heading_deg = -90.0
side_lean_deg = 0.0

[[scenes.keys]]
time_s = 1.0
left_lift_deg = 0.0

[[scenes.keys]]
time_s = 2.0
left_lift_deg = 75.0
side_lean_deg = 0.0

[[scenes.keys]]
time_s = 3.0
side_lean_deg = 26.0

[[scenes.keys]]
time_s = 5.0
left_lift_deg = 75.0
side_lean_deg = 26.0
"""


def test_a_clip_seen_from_the_front_is_judged_through_the_real_pose_model_and_again_in_a_replay(
    run: Run, tmp_path: Path, model_path: Path
) -> None:
    (tmp_path / "short.toml").write_text(SHORT)
    status, _, told = run(
        "phantom", "render", "short.toml", "--fps", "4", "--size", "400x620", "--fov", "30", "--out", "."
    )
    assert status == 0, told
    with (tmp_path / "short.truth.csv").open() as file:
        truth = list(csv.DictReader(file))
    assert float(truth[-1]["side_lean_deg"]) == pytest.approx(26.0, abs=0.1)
    assert "side-lean-stop" in (tmp_path / "short.events.csv").read_text()
    status, _, told = run("analyse", "short.mp4", "--exercise", FRONT, "--out", "one", "--model", str(model_path))
    assert status == 0, told
    summary = Summary.model_validate_json((tmp_path / "one" / "short" / "summary.json").read_bytes())
    assert [(one.rule, one.verdict, one.cue) for one in summary.findings][-1] == ("side-lean", "stop", "too_far_stop")
    assert {one.rule for one in summary.findings} == {"side-lean"}
    assert summary.findings[-1].peak == pytest.approx(26.0, abs=8.0)
    status, _, told = run("replay", "one/short/poses.npz", "--exercise", FRONT, "--out", "two")
    assert status == 0, told
    again = next((tmp_path / "two").rglob("measures.csv"))
    assert again.read_bytes() == (tmp_path / "one" / "short" / "measures.csv").read_bytes()
    # Nobody asked for a front view here.
    status, _, told = run("replay", "one/short/poses.npz", "--out", "three")
    assert status == 0, told
    summary = Summary.model_validate_json(next((tmp_path / "three").rglob("summary.json")).read_bytes())
    assert summary.findings == []
    assert summary.problems.get("turn_side", 0) > 10
