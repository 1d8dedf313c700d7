"""What a session consists of: the usual plan, one from a file, and what answers leave of either."""

from pathlib import Path

import pytest

from calibration.screening import Level, Offer, screen, table
from poses.exercise_file import built_in
from poses.problem import Problem
from poses.skeleton import LEFT, RIGHT
from poses.strict_toml import FaultyFile
from psoas_coach.breathing import CYCLES, breath_at
from psoas_coach.plan import default_plan, hold_target_s, read_plan, suited

EXERCISES = built_in()


def written(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(FaultyFile) as told:
        read_plan(path, EXERCISES)
    return told.value.faults


def test_the_usual_plan() -> None:
    items = default_plan(EXERCISES).items
    assert [(item.exercise, item.side, item.repetitions, item.hold_s) for item in items] == [
        ("low-lunge", LEFT, 2, 30.0),
        ("low-lunge", RIGHT, 2, 30.0),
        ("bridge", None, 8, 5.0),
    ]
    assert {item.exercise for item in default_plan(EXERCISES, "bridge").items} == {"bridge"}


def answered(*yes: str) -> dict[str, Offer]:
    return dict(screen({name: "yes" if name in yes else "no" for name in table().questions}).offers)


@pytest.mark.parametrize(
    ("yes", "left", "breathing"),
    [
        ((), ["low-lunge", "low-lunge", "bridge"], "paced"),
        (("S11",), ["bridge"], "paced"),
        # Only after a physiotherapist agrees: nobody here can ask one.
        (("S1",), [], "paced"),
        (("D1",), [], "paced"),
        (("S9",), [], "paced_no_hold"),
        (("S10",), [], "belly"),
        (("E1",), [], ""),
    ],
)
def test_answers_gate_the_plan(yes: tuple[str, ...], left: list[str], breathing: str) -> None:
    fit = suited(default_plan(EXERCISES), answered(*yes))
    assert [item.exercise for item in fit.items] == left
    assert fit.breathing == breathing
    assert {name for name, _ in fit.left_out} == {"low-lunge", "bridge"} - set(left)
    assert all(offer.level > Level.EASED for _, offer in fit.left_out)


def test_a_hold_is_as_long_as_the_specification_says() -> None:
    assert {exercise.id: hold_target_s(exercise) for exercise in EXERCISES} == {"low-lunge": 30.0, "bridge": 5.0}


def test_a_plan_from_a_file(tmp_path: Path) -> None:
    text = """
        breathing = false
        [[steps]]
        exercise = "bridge"
        repetitions = 10
        rest_s = 20.0
        [[steps]]
        exercise = "low-lunge"
        hold_s = 20.0
        [[steps]]
        exercise = "low-lunge"
        side = "left"
        repetitions = 1
    """
    plan = read_plan(written(tmp_path, text), EXERCISES)
    assert [(i.exercise, i.side, i.repetitions, i.hold_s, i.rest_s) for i in plan.items] == [
        ("bridge", None, 10, 5.0, 20.0),
        ("low-lunge", LEFT, 2, 20.0, 10.0),
        ("low-lunge", RIGHT, 2, 20.0, 10.0),
        ("low-lunge", LEFT, 1, 30.0, 10.0),
    ]
    assert plan.breathing == ""
    assert suited(plan, answered()).breathing == ""


def test_every_fault_of_a_plan_is_told_at_once(tmp_path: Path) -> None:
    text = """
        brething = true
        [[steps]]
        exercise = "deep-lunge"
        [[steps]]
        exercise = "bridge"
        side = "left"
        hold_s = 9.0
        [[steps]]
        exercise = "low-lunge"
        rest_s = 5.0
        repetitions = 0
    """
    faults = faults_of(written(tmp_path, text))
    told = "\n".join(faults)
    assert "brething: unknown key" in told
    assert "steps.0: there is no exercise 'deep-lunge'; there are bridge, low-lunge" in told
    assert "steps.1: bridge has no sides; hold_s of bridge is at most 5 (found 9)" in told
    assert "steps.2.rest_s" in told
    assert "steps.2.repetitions" in told
    assert len(faults) == 5


def test_no_plan_asks_too_much_of_a_side(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "low-lunge"
        repetitions = 3
        [[steps]]
        exercise = "low-lunge"
        side = "left"
        repetitions = 1
    """
    (fault,) = faults_of(written(tmp_path, text))
    assert "low-lunge is held for 120 s on one side altogether; at most 90" in fault


@pytest.mark.parametrize("text", ["", "steps = []", "steps = 3"])
def test_an_empty_plan_is_a_fault(tmp_path: Path, text: str) -> None:
    assert "steps" in faults_of(written(tmp_path, text))[0]


def test_no_such_plan(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="There is no file"):
        read_plan(tmp_path / "none.toml", EXERCISES)


def test_breath_without_holding_and_without_a_pace() -> None:
    acts = [now.act for second in range(40) if (now := breath_at(second + 0.5, holding=False))]
    assert len(acts) == CYCLES * 6
    assert "hold_breath" not in acts
    free = breath_at(5.0, paced=False)
    assert free is not None
    assert (free.act, free.cycle) == ("breathe_freely", 0)
    assert breath_at(38.0, paced=False) is None
