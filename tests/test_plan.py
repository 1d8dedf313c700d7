"""What a session consists of: the usual plan, one from a file, and what answers leave of either."""

from itertools import pairwise
from pathlib import Path

import pytest

from calibration.screening import Level, Offer, screen, table
from poses.breathing_file import breathing_ids
from poses.exercise_file import built_in, built_in_ids
from poses.problem import Problem
from poses.skeleton import LEFT, RIGHT
from poses.strict_toml import FaultyFile
from psoas_coach.breathing import breath_at, breath_in_hold, closing_way, way
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
    usual = {exercise.id: hold_target_s(exercise) for exercise in EXERCISES if exercise.id in ("low-lunge", "bridge")}
    assert usual == {"low-lunge": 30.0, "bridge": 5.0}
    assert hold_target_s(next(one for one in EXERCISES if one.id == "supine-hip-opening")) == 30.0


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
    known = ", ".join((*built_in_ids(), *breathing_ids()))
    assert f"steps.0: there is no exercise 'deep-lunge'; there are {known}" in told
    assert "steps.1: bridge has no sides; hold_s of bridge is at most 5 (found 9)" in told
    assert "steps.2.rest_s" in told
    assert "steps.2.repetitions" in told
    assert len(faults) == 5


def test_a_plan_says_at_which_level_and_answers_may_lower_it(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "dead-bug"
        level = 3
        repetitions = 16
        [[steps]]
        exercise = "supine-hip-opening"
    """
    plan = read_plan(written(tmp_path, text), EXERCISES)
    assert (plan.level_of("dead-bug"), plan.level_of("bridge")) == (3, 1)
    assert suited(plan, answered()).level_of("dead-bug") == 3
    # S3, a weak trunk: the first level only.
    assert suited(plan, answered("S3")).level_of("dead-bug") == 1
    assert default_plan(EXERCISES, "dead-bug", 2).level_of("dead-bug") == 2
    assert [(i.exercise, i.side, i.hold_s) for i in plan.items] == [
        ("dead-bug", None, 0.0),
        ("supine-hip-opening", LEFT, 30.0),
        ("supine-hip-opening", RIGHT, 30.0),
    ]
    assert "lower-back" in plan.items[0].unseen


def test_levels_that_do_not_exist_and_repetitions_that_are_too_many_are_faults(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "dead-bug"
        level = 4
        [[steps]]
        exercise = "bridge"
        level = 2
        repetitions = 13
    """
    told = "\n".join(faults_of(written(tmp_path, text)))
    assert "dead-bug has 3 levels" in told
    assert "bridge has 1 level; repetitions of bridge are at most 12 (found 13)" in told
    text = """
        [[steps]]
        exercise = "dead-bug"
        level = 2
        [[steps]]
        exercise = "dead-bug"
    """
    assert "dead-bug is asked for at two levels" in faults_of(written(tmp_path, text))[0]


def test_what_is_rocked_is_repeated_and_not_held(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "dynamic-lunge"
        repetitions = 8
    """
    plan = read_plan(written(tmp_path, text), EXERCISES)
    assert [(i.side, i.repetitions, i.hold_s) for i in plan.items] == [(LEFT, 8, 0.0), (RIGHT, 8, 0.0)]
    assert [i.hold_s for i in default_plan(EXERCISES, "dynamic-lunge").items] == [0.0, 0.0]
    (fault,) = faults_of(written(tmp_path, text + "        hold_s = 10.0\n"))
    assert "dynamic-lunge is not held" in fault


def test_who_may_be_paced_lying_only_closes_breathing_freely() -> None:
    # S12, dizzy or unsteady: after a lunge they are on their knees, and the paced breath holds.
    assert suited(default_plan(EXERCISES), answered("S12")).breathing == "belly"


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
    no_hold = closing_way("paced_no_hold")
    acts = [now.act for second in range(40) if (now := breath_at(second + 0.5, no_hold))]
    assert len(acts) == 4 * 6
    assert "hold_breath" not in acts
    free = breath_at(5.0, closing_way("belly"))
    assert free is not None
    assert (free.act, free.cycle) == ("breathe_freely", 0)
    assert breath_at(38.0, closing_way("belly")) is None


def test_a_first_time_is_halved_and_never_longer_than_four_breaths() -> None:
    first, asked = way("breathing-478"), way("breathing-478", cycles=12)
    assert first.pace is not None
    assert (first.pace.in_s, first.pace.full_s, first.pace.out_s, first.cycles) == (2.0, 3.5, 4.0, 4)
    assert asked.cycles == 4
    full = way("breathing-478", full=True)
    assert full.pace is not None
    assert (full.pace.in_s, full.pace.full_s, full.pace.out_s, full.cycles) == (4.0, 7.0, 8.0, 4)


@pytest.mark.parametrize("notes", [("no_hold",), ("natural",), ("lying",), ("no_hold", "lying")])
def test_answers_ease_the_pace(notes: tuple[str, ...]) -> None:
    how = way("breathing-478", notes, full=True)
    if "natural" in notes:
        assert how.pace is None
    else:
        assert how.pace is not None
        assert how.pace.in_s == 2.0, "no full pace for anybody whose answers add something"
        assert how.pace.full_s == (0.0 if "no_hold" in notes else 3.5)
    seconds = 0.0
    while (now := breath_at(seconds, how)) is not None:
        assert now.act != "hold_breath" or "no_hold" not in notes
        seconds += 0.25
    assert seconds == pytest.approx(how.settle_s + how.length_s, abs=0.26)


def test_who_gives_up_the_pace_breathes_on_for_as_long() -> None:
    freed = way("breathing-478").freed
    assert breath_at(0.0, freed) is not None
    assert freed.length_s == 38.0
    assert {now.act for s in range(38) if (now := breath_at(float(s), freed))} == {"breathe_freely"}


def test_the_breath_in_a_hold_is_never_held() -> None:
    acts = {breath_in_hold(0.1 * tenth).act for tenth in range(300)}
    shares = [breath_in_hold(0.1 * tenth).share for tenth in range(300)]
    assert acts == {"breathe_in", "breathe_out"}
    assert max(abs(b - a) for a, b in pairwise(shares)) < 0.1


def test_breathing_in_a_plan(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "belly-breathing"
        repetitions = 20
        [[steps]]
        exercise = "bridge"
        [[steps]]
        exercise = "breathing-478"
        full = true
    """
    plan = read_plan(written(tmp_path, text), EXERCISES)
    assert [(i.exercise, i.repetitions, i.full, i.breathes) for i in plan.items] == [
        ("belly-breathing", 20, False, True),
        ("bridge", 8, False, False),
        ("breathing-478", 4, True, True),
    ]
    assert plan.breathing == "belly", "nobody is paced for more than four breaths"
    assert [item.exercise for item in suited(plan, answered("D1")).items] == ["belly-breathing", "breathing-478"]
    fit = suited(plan, answered("S10"))
    assert [(item.exercise, item.notes) for item in fit.items] == [("belly-breathing", ("natural",))]
    assert fit.breathing == "belly"
    assert [item.notes for item in suited(plan, answered("S9")).items] == [("side_or_sitting",), ("no_hold",)]


def test_faults_of_breathing_in_a_plan(tmp_path: Path) -> None:
    text = """
        [[steps]]
        exercise = "belly-breathing"
        full = true
        side = "left"
        [[steps]]
        exercise = "breathing-478"
        repetitions = 6
        [[steps]]
        exercise = "bridge"
        full = true
    """
    told = "\n".join(faults_of(written(tmp_path, text)))
    assert "steps.0: belly-breathing has no side; belly-breathing has no other pace; full is for breathing-478" in told
    assert "steps.1: repetitions of breathing-478 are at most 4 (found 6)" in told
    assert "steps.2: full is for breathing exercises" in told
    twice = '[[steps]]\nexercise = "breathing-478"\n' * 2
    assert "breathing-478 has 8 breaths altogether; at most 4" in faults_of(written(tmp_path, twice))[0]


def test_a_plan_of_one_breathing_exercise() -> None:
    plan = default_plan((), "belly-breathing")
    assert [item.exercise for item in plan.items] == ["belly-breathing"]
    assert plan.breathing == ""
