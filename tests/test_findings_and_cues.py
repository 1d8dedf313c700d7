"""What is reported and what is said, from readings with known answers."""

import math
from dataclasses import replace

import pytest

from poses import findings
from poses.cues import HELD_S, PROBLEM_CUES, PROBLEM_ON_S, SAME_CUE_GAP_S, CueMemory, choose
from poses.exercise_file import built_in
from poses.messages import cue_ids
from poses.records import Finding, Reading, Verdict
from poses.view import PROBLEMS

LUNGE = next(exercise for exercise in built_in() if exercise.id == "low-lunge")
OK = Reading("hip-opening", "hip_opening_deg", 1, 5.0, 5.0, Verdict.OK, math.nan, 0.0)


def caution(value: float, since_s: float, rule: str = "hip-opening") -> Reading:
    return replace(OK, rule=rule, value=value, verdict=Verdict.CAUTION, limit=15.0, since_s=since_s)


def stop(value: float, since_s: float) -> Reading:
    return replace(OK, value=value, verdict=Verdict.STOP, limit=25.0, since_s=since_s)


def report(readings: list[tuple[float, Reading]]) -> list[Finding]:
    pending: tuple[Finding, ...] = ()
    done: list[Finding] = []
    for time_s, reading in readings:
        ended, pending = findings.follow("low-lunge", [reading], time_s, pending)
        done += ended
    return done + list(pending)


def test_a_press_too_far_is_a_caution_then_a_stop_then_a_caution() -> None:
    found = report(
        [
            (0.0, OK),
            (1.8, caution(16.0, 1.0)),
            (2.0, caution(22.0, 1.0)),
            (2.5, stop(33.0, 2.2)),
            (3.0, stop(38.0, 2.2)),
            (3.5, stop(30.0, 2.2)),
            (5.0, caution(18.0, 3.8)),
            (6.0, replace(OK, since_s=5.5)),
        ]
    )
    assert [(one.verdict, one.start_s, one.reported_s, one.end_s, one.peak, one.peak_s) for one in found] == [
        (Verdict.CAUTION, 1.0, 1.8, 2.0, 22.0, 2.0),
        (Verdict.STOP, 2.2, 2.5, 3.5, 38.0, 3.0),
        (Verdict.CAUTION, 3.8, 5.0, 5.0, 18.0, 5.0),
    ]


def test_out_of_sight_is_not_over() -> None:
    unknown = replace(OK, value=math.nan, verdict=Verdict.UNKNOWN)
    found = report([(1.0, stop(30.0, 0.7)), (2.0, unknown), (3.0, stop(35.0, 0.7)), (4.0, replace(OK, since_s=3.9))])
    assert [(one.start_s, one.end_s, one.peak) for one in found] == [(0.7, 3.0, 35.0)]


def test_a_finding_under_way_ends_with_its_exercise() -> None:
    _, pending = findings.follow("low-lunge", [stop(30.0, 1.0)], 1.3, ())
    ended, pending = findings.follow("bridge", [], 2.0, pending)
    assert len(ended) == 1
    assert pending == ()


def test_stop_comes_before_caution_and_the_hip_before_the_knee() -> None:
    knee = caution(0.2, 0.0, rule="knee-past-toe")
    cue, speak, _ = choose(LUNGE, [caution(17.0, 0.0), knee], "", 1.0, CueMemory())
    assert cue is not None
    assert (cue.id, cue.verdict, speak) == ("too_far_caution", Verdict.CAUTION, True)
    cue, _, _ = choose(LUNGE, [stop(40.0, 0.0), knee], "", 1.0, CueMemory())
    assert cue is not None
    assert (cue.id, cue.verdict) == ("too_far_stop", Verdict.STOP)


def test_the_same_words_are_not_spoken_again_too_soon() -> None:
    memory, spoken = CueMemory(), []
    for tenth in range(250):
        _, speak, memory = choose(LUNGE, [caution(17.0, 0.0)], "", tenth / 10, memory)
        if speak:
            spoken.append(tenth / 10)
    assert spoken == pytest.approx([0.0, SAME_CUE_GAP_S, 2 * SAME_CUE_GAP_S, 3 * SAME_CUE_GAP_S])


def test_not_seeing_well_outranks_every_limit_but_not_for_a_blink() -> None:
    memory = CueMemory()
    cue, _, memory = choose(LUNGE, [stop(40.0, 0.0)], "turn_side", 0.0, memory)
    assert cue is None, "nothing is judged, and a blink is not worth a word"
    cue, speak, memory = choose(LUNGE, [stop(40.0, 0.0)], "turn_side", PROBLEM_ON_S, memory)
    assert cue is not None
    assert (cue.id, cue.verdict, speak) == ("turn_side", Verdict.UNKNOWN, True)


def test_nothing_wrong_nothing_said() -> None:
    cue, speak, _ = choose(LUNGE, [OK], "", 0.0, CueMemory())
    assert cue is None
    assert not speak


def test_a_value_below_its_lower_limit_gets_the_cue_for_that() -> None:
    bridge = next(exercise for exercise in built_in() if exercise.id == "bridge")
    knee = Reading("knee-angle", "knee_flexion_deg", 1, 50.0, 5.0, Verdict.CAUTION, 60.0, 0.0)
    low = replace(bridge, rules=tuple(replace(rule, cue_low="too_low", cue_high="too_high") for rule in bridge.rules))
    for reading, words in ((knee, "too_low"), (replace(knee, value=140.0, limit=130.0), "too_high")):
        cue, _, _ = choose(low, [reading], "", 0.0, CueMemory())
        assert cue is not None
        assert cue.id == words


def test_changing_reasons_for_not_seeing_are_still_told() -> None:
    memory, cue = CueMemory(), None
    for tenth in range(20):
        cue, _, memory = choose(None, [], ("not_whole", "turn_side")[tenth % 2], tenth / 10, memory)
    assert cue is not None
    assert cue.id in {"move_back", "turn_side"}


def test_words_stay_while_what_they_are_about_is_out_of_sight_for_a_moment() -> None:
    _, _, memory = choose(LUNGE, [stop(40.0, 0.0)], "", 1.0, CueMemory())
    unknown = replace(OK, value=math.nan, verdict=Verdict.UNKNOWN)
    cue, speak, memory = choose(LUNGE, [unknown], "", 1.3, memory)
    assert cue is not None
    assert (cue.id, speak) == ("too_far_stop", False)
    cue, _, _ = choose(LUNGE, [unknown], "", 1.3 + HELD_S, memory)
    assert cue is None
    cue, _, _ = choose(LUNGE, [OK], "", 1.4, memory)
    assert cue is None, "and go as soon as it is seen to be mended"


def test_every_problem_has_words() -> None:
    assert set(PROBLEM_CUES) == set(PROBLEMS)
    assert set(PROBLEM_CUES.values()) <= cue_ids()
