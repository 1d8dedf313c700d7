"""The exercises beside lunge and bridge, performed by the phantom and judged as a perfect observer sees them.

Protected here: that each done as it is taught gives no word and its repetitions or hold exactly, that each done wrongly
is found with the cue that belongs to it, that the level somebody is at counts, that the lying ones are told from each
other and from a bridge, and that nothing else is taken for one of them. How well the estimator sees them is another
matter.
"""

import math
from dataclasses import replace

import pytest
from performed import performed, seen, seen_of

import stick_figure as sf
from calibration.phantom.motion import Key
from calibration.phantom.scripts import SCRIPTS
from poses import hugging, skeleton, swaying
from poses.exercise import Band
from poses.exercise_file import built_in
from poses.hugging import HugMemory
from poses.records import Verdict
from poses.swaying import Hips, SwayLimits, SwayMemory
from psoas_coach.session import Session

STOP, CAUTION = Verdict.STOP, Verdict.CAUTION
EXERCISES = {exercise.id: exercise for exercise in built_in()}

# Script, level, exercise, how many repetitions: counted in the scripts' own files.
REPEATED = [
    ("dynamic-lunge", 1, "dynamic-lunge", 8),
    ("dead-bug", 1, "dead-bug", 6),
    ("dead-bug-slide", 2, "dead-bug", 6),
    ("dead-bug-full", 3, "dead-bug", 6),
    ("standing-march", 1, "standing-core", 8),
]
# Script, level, exercise, the rule that it is there for, the worst verdict, the cue.
WRONG = [
    ("dynamic-lunge-hasty", 1, "dynamic-lunge", "tempo", CAUTION, "rep_slow"),
    ("dynamic-lunge-bounced", 1, "dynamic-lunge", "tempo", STOP, "bounce"),
    ("dynamic-lunge-growing", 1, "dynamic-lunge", "growth", CAUTION, "not_farther"),
    ("dynamic-lunge-deep", 1, "dynamic-lunge", "hip-opening", STOP, "too_far_stop"),
    ("dynamic-lunge-swung", 1, "dynamic-lunge", "speed", CAUTION, "too_fast"),
    ("dead-bug-low", 1, "dead-bug", "moving-leg", STOP, "too_far_stop"),
    ("dead-bug-fast", 2, "dead-bug", "speed", STOP, "leg_too_low"),
    ("dead-bug-knee-drifts", 2, "dead-bug", "held-leg", CAUTION, "knee_over_hip"),
    ("hip-opening-hugged-hard", 1, "supine-hip-opening", "hugged-leg", STOP, "too_far_stop"),
    ("hip-opening-fast", 1, "supine-hip-opening", "speed", STOP, "too_fast"),
    ("hip-opening-pulled", 1, "supine-hip-opening", "speed", STOP, "too_fast"),
    ("hip-opening-head-up", 1, "supine-hip-opening", "lift", CAUTION, "head_down"),
    ("standing-march-lean-back", 1, "standing-core", "trunk-back-lean", STOP, "too_far_stop"),
    ("standing-march-high", 1, "standing-core", "knee-lift", CAUTION, "knee_lower"),
    ("standing-march-sway", 1, "standing-core", "sway", STOP, "sway"),
]


@pytest.mark.parametrize(("script", "level", "exercise", "count"), REPEATED)
def test_done_as_taught_it_is_counted_and_gives_no_word(script: str, level: int, exercise: str, count: int) -> None:
    done = performed(script, level=level)
    assert done.findings == ()
    assert done.cues() == set()
    assert [(name, one.number) for name, one in done.repetitions] == [(exercise, n) for n in range(1, count + 1)]


def test_a_hip_opening_done_as_taught_is_one_hold_of_its_length() -> None:
    done = performed("hip-opening")
    assert done.findings == ()
    ((exercise, hold),) = done.holds
    # Of 3 s out and 3 s back, the last and the first fifth of the way take 1 s each.
    assert (exercise, hold.side) == ("supine-hip-opening", skeleton.RIGHT)
    assert hold.end_s - hold.start_s == pytest.approx(16.0, abs=1.0)


@pytest.mark.parametrize(("script", "level", "exercise", "rule", "worst", "cue"), WRONG)
def test_done_wrongly_it_is_found_with_its_cue(
    script: str, level: int, exercise: str, rule: str, worst: Verdict, cue: str
) -> None:
    done = performed(script, level=level)
    assert (exercise, rule) in done.said(worst), done.said()
    assert worst is STOP or (exercise, rule) not in done.said(STOP)
    assert cue in done.cues()


@pytest.mark.parametrize(("level", "worst"), [(1, STOP), (2, CAUTION), (3, None)])
def test_a_leg_that_is_low_for_one_level_is_fine_for_another(level: int, worst: Verdict | None) -> None:
    done = performed("dead-bug-full", level=level)
    found = {one.verdict for one in done.findings if one.rule == "moving-leg"}
    assert (found == set()) if worst is None else (worst in found)


def test_lying_exercises_are_told_from_each_other_and_from_a_bridge() -> None:
    assert performed("dead-bug-full").exercises() == {"dead-bug"}
    # Before the knee is hugged both feet stand as they do before a bridge.
    assert performed("hip-opening").exercises() == {"bridge", "supine-hip-opening"}
    for script in ("bridge", "bridge-hand-up"):
        assert performed(script).exercises() == {"bridge"}


@pytest.mark.parametrize("script", ["standing", "walking-by", "sitting-down", "getting-up", "lying-down"])
def test_what_is_none_of_them_is_not_taken_for_one(script: str) -> None:
    # Who lies with the knees bent has the posture before a bridge.
    assert performed(script).exercises() <= {"bridge"}


@pytest.mark.parametrize(
    ("from_s", "ids"), [(4.0, ()), (7.0, ()), (7.0, ("supine-hip-opening",)), (0.0, ()), (0.0, ("supine-hip-opening",))]
)
def test_shoulders_that_come_up_before_or_while_a_knee_is_hugged_are_told_as_long_as_they_are_up(
    from_s: float, ids: tuple[str, ...]
) -> None:
    script = SCRIPTS["hip-opening-head-up"]
    (scene,) = script.scenes
    keys = (Key(key.time_s, {**key.values, "curl_deg": 34.0 * (from_s <= key.time_s < 30.0)}) for key in scene.keys)
    poses = seen_of(replace(script, scenes=(replace(scene, keys=tuple(keys)),)))
    session = Session([one for one in built_in() if not ids or one.id in ids], corrects=sf.uncorrected())
    steps = [session.step(number, pose) for number, pose in enumerate(poses)]
    hugged = [
        step for step in steps if step.assessment.exercise == "supine-hip-opening" and 13.0 < step.pose.time_s < 29.0
    ]
    assert len(hugged) > 150
    assert {step.cue.id for step in hugged if step.cue is not None} == {"head_down"}
    assert {step.verdict for step in hugged} == {CAUTION}


@pytest.mark.parametrize("rate_hz", [4.0, 5.0, 12.0])
@pytest.mark.parametrize(
    ("script", "exercise", "lifts"), [("standing-march", "", 8), ("standing-march-front", "standing-core-front", 4)]
)
def test_the_lift_by_which_marching_is_recognised_counts_too(
    script: str, exercise: str, lifts: int, rate_hz: float
) -> None:
    session = Session([one for one in built_in() if exercise in ("", one.id)], corrects=sf.uncorrected())
    steps = [session.step(number, pose) for number, pose in enumerate(seen(script, rate_hz))]
    done = [one for step in steps for one in step.moment.repetitions] + list(session.finish().repetitions)
    assert [one.number for one in done] == list(range(1, lifts + 1))
    # It began before anybody could know what it was.
    recognised_s = next(step.pose.time_s for step in steps if step.assessment.exercise)
    assert done[0].start_s < recognised_s - 0.5
    assert all(step.moment.exercise is None for step in steps if step.pose.time_s < done[0].start_s)


def test_named_alone_an_exercise_does_not_ask_where_the_hands_are() -> None:
    still = sf.DEAD_BUG
    for exercise in ("dead-bug", ""):
        session = Session([one for one in built_in() if exercise in ("", one.id)], corrects=sf.uncorrected())
        steps = [session.step(number, sf.pose(still, number / 15.0)) for number in range(30)]
        assert steps[-1].assessment.exercise == "dead-bug"


def test_the_leg_that_is_lower_is_judged_whatever_it_is_called() -> None:
    # The model exchanges the legs' labels in every other half second; the far leg is the one that is too low.
    low = sf.Figure(92.0, left=sf.Leg(-105.0, 40.0), right=sf.Leg(178.0, 90.0))
    other = sf.Figure(92.0, left=low.right, right=low.left)
    session = Session([EXERCISES["dead-bug"]], corrects=sf.uncorrected())
    figures = [sf.DEAD_BUG] * 20 + [low if number // 7 % 2 else other for number in range(60)]
    steps = [session.step(number, sf.pose(figure, number / 15.0)) for number, figure in enumerate(figures)]
    said = {one.verdict for step in steps[35:] for one in step.assessment.readings if one.rule == "moving-leg"}
    assert said == {STOP}


def test_a_leg_that_is_not_seen_is_not_called_fine() -> None:
    session = Session([EXERCISES["dead-bug"]], corrects=sf.uncorrected())
    steps = []
    for number in range(60):
        pose = sf.pose(sf.DEAD_BUG, number / 15.0)
        if number > 20:
            # The far knee is guessed rather than seen.
            pose.visibility[skeleton.KNEES[skeleton.LEFT]] = 0.2
        steps.append(session.step(number, pose))
    assert steps[18].assessment.verdict is Verdict.OK
    assert {step.assessment.verdict for step in steps[25:]} == {Verdict.UNKNOWN}


def test_who_only_stands_is_not_taken_for_marching_because_a_leg_is_hidden() -> None:
    session = Session(built_in(), corrects=sf.uncorrected())
    for number in range(60):
        pose = sf.pose(sf.STANDING, number / 15.0)
        pose.visibility[skeleton.KNEES[skeleton.LEFT]] = 0.2
        step = session.step(number, pose)
        assert step.assessment.exercise is None
        assert step.assessment.problems == ("no_exercise",)


def test_a_leg_that_is_too_low_from_the_first_moment_on_is_told() -> None:
    low = sf.Figure(92.0, left=sf.Leg(178.0, 90.0), right=sf.Leg(-105.0, 40.0))
    session = Session(built_in(), corrects=sf.uncorrected())
    steps = [session.step(number, sf.pose(low, number / 15.0)) for number in range(45)]
    assert steps[-1].assessment.exercise == "dead-bug"
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "too_far_stop"


def test_limits_are_those_of_the_specification() -> None:
    def bands(name: str, level: int = 1) -> dict[str, tuple[Band, Band, Band]]:
        return {rule.id: (rule.target, rule.caution, rule.stop) for rule in EXERCISES[name].at_level(level).rules}

    held = Band(-105, -75), Band(-115, -65), Band()
    for level, lowest in ((1, -60), (2, -40), (3, -20)):
        wanted = {"moving-leg": (Band(max=lowest), Band(max=lowest + 10), Band(max=lowest + 20)), "held-leg": held}
        assert bands("dead-bug", level) == wanted
    assert bands("supine-hip-opening") == {
        "hugged-leg": (Band(min=-115), Band(min=-120), Band(min=-130)),
        "shoulders": (Band(min=82), Band(min=78), Band()),
        "sliding-leg": (Band(max=5), Band(max=10), Band(max=15)),
    }
    assert bands("standing-core") == {
        "trunk-back-lean": (Band(-5, 5), Band(max=8), Band(max=15)),
        "knee-lift": (Band(min=-90), Band(min=-110), Band()),
    }
    speeds = {name: one.movement.speed for name, one in EXERCISES.items() if one.movement and one.movement.speed}
    assert (speeds["dead-bug"].caution_opening_deg_s, speeds["dead-bug"].stop_closing_deg_s) == (60.0, 100.0)
    lying = speeds["supine-hip-opening"]
    assert (lying.caution_opening_deg_s, lying.stop_closing_deg_s) == (40.0, 60.0)
    standing = EXERCISES["standing-core"].movement
    assert standing is not None
    assert standing.sway == SwayLimits(0.03, 0.05)


def test_what_no_camera_at_the_side_sees_is_named() -> None:
    from_the_side = {name: one for name, one in EXERCISES.items() if one.view == "side"}
    assert {name: exercise.unseen for name, exercise in from_the_side.items() if exercise.unseen} == {
        "dead-bug": ("lower-back", "far-leg", "arm-and-leg"),
        "supine-hip-opening": ("lower-back", "pull"),
        "standing-core": ("side-lean", "hip-drop", "knee-line", "lower-back"),
    }


def test_a_hand_that_comes_by_is_no_hug() -> None:
    memory = hugging.follow(1.0, 0.0, HugMemory())
    assert memory.on_knee is False
    for tenth in range(1, 5):
        memory = hugging.follow(0.3, tenth / 10.0, memory)
    assert memory.on_knee is False
    assert hugging.follow(0.3, 0.65, memory).on_knee is True
    assert hugging.follow(math.nan, 0.7, memory) == memory
    # Between both limits what is believed stays believed.
    assert hugging.follow(0.6, 9.0, HugMemory(on_knee=True)).on_knee is True
    assert hugging.follow(0.6, 9.0, HugMemory(on_knee=False)).on_knee is False


def test_sway_is_its_standard_deviation_and_unknown_at_first() -> None:
    limits, memory = SwayLimits(0.03, 0.05), SwayMemory()
    for amplitude, verdict in ((0.03, Verdict.OK), (0.05, CAUTION), (0.09, STOP)):
        for tenth in range(100):
            time_s = tenth / 10.0
            place = Hips(900.0 + 500.0 * amplitude * math.sin(2.0 * math.pi * 0.4 * time_s), 500.0)
            value, memory = swaying.advance(limits, time_s, place, memory if tenth else SwayMemory())
            if tenth == 20:
                assert memory.verdict is Verdict.UNKNOWN
        # Of a sine it is the amplitude over the root of two.
        assert value == pytest.approx(amplitude / math.sqrt(2.0), rel=0.03)
        assert memory.verdict is verdict


def test_whoever_looks_taller_and_smaller_from_frame_to_frame_does_not_sway() -> None:
    # A lifted leg that is taken for the other changes the way from shoulder to ankle by a tenth and more.
    limits, memory = SwayLimits(0.03, 0.05), SwayMemory()
    for tenth in range(100):
        looks = Hips(1100.0 + tenth % 2, 500.0 if tenth % 4 else 440.0)
        value, memory = swaying.advance(limits, tenth / 10.0, looks, memory)
    assert value == pytest.approx(0.001, abs=1e-4)
    assert memory.verdict is Verdict.OK
