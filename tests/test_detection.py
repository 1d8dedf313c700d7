"""The bookkeeping of the detection figures: which frames a camera would see, and which finding belongs to what."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.company import CLIPS
from benchmarks.detection import (
    FORCED,
    LUNGE_FOR_A_MOMENT,
    OF_ARMS,
    OF_BREATH,
    OF_FRONT,
    OF_PRACTICE,
    RATES,
    choices,
    performances,
    take,
)
from benchmarks.matching import Judged, is_near_limit, noticed, rule_of, unfounded
from calibration.phantom.events import Event, events
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.variety import FIRST_KEPT_SEED
from poses.exercise_file import built_in
from poses.movement import MEASURES
from poses.records import Finding, Verdict

STOP = Finding("low-lunge", "hip-opening", 1, Verdict.STOP, 5.0, 5.4, 8.0, 40.0, 6.0, 4.0, 25.0)


def test_every_rate_sees_its_frames_at_their_own_times() -> None:
    made = choices(RATES, 60.0, 1201, seed=3)
    assert {rate: len(frames) for rate, frames in made.items() if "lost" not in rate} == {
        "60": 1201,
        "30": 601,
        "24": 481,
        "15": 301,
        "10": 201,
    }
    lost = made["30, a third lost"]
    assert set(lost) < set(made["30"])
    assert len(lost) / 601 == pytest.approx(2 / 3, abs=0.08)
    steps = np.diff(made["24"]) / 60.0
    assert steps.mean() == pytest.approx(1 / 24, abs=1e-3)
    assert set(np.diff(made["24"]).tolist()) == {2, 3}, "as near as 60 frames a second allow"


def test_a_finding_belongs_to_the_event_it_overlaps() -> None:
    event = Event("hip-opening-stop", 4.8, 7.9)
    assert noticed(event, [STOP]) == STOP
    assert noticed(event, [replace(STOP, verdict=Verdict.CAUTION)]) is None, "a stop that is only a caution is missed"
    assert noticed(event, [replace(STOP, rule="thigh-depth")]) is None
    assert noticed(Event("hip-opening-stop", 20.0, 22.0), [STOP]) is None
    assert noticed(Event("hip-opening-caution", 4.0, 9.0), [STOP]) == STOP, "a stop is more than was asked for"


@pytest.mark.parametrize(
    ("finding", "event", "founded"),
    [
        (STOP, Event("hip-opening-stop", 4.8, 7.9), True),
        (STOP, Event("hip-opening-caution", 4.0, 9.0), False),
        (replace(STOP, verdict=Verdict.CAUTION), Event("hip-opening-caution", 4.0, 9.0), True),
        (STOP, Event("hip-opening-stop", 12.0, 13.0), False),
        (replace(STOP, rule="bounce"), Event("bounce", 4.8, 7.9), True),
        (replace(STOP, rule="dose"), Event("held-too-long", 4.8, 7.9), True),
        (replace(STOP, rule="speed"), Event("bounce", 4.8, 7.9), False),
    ],
)
def test_a_finding_without_its_event_is_false(finding: Finding, event: Event, founded: bool) -> None:
    judged = Judged("lunge-pressed", 1, "15", (event,), (finding,), (), (), (), (), 10.0)
    assert (unfounded(judged) == []) is founded


@pytest.mark.parametrize("script", ["lunge-fast", "lunge-lean-back", "lunge-bounce-15"])
def test_a_forced_script_has_its_event(script: str) -> None:
    performed = take(script, FIRST_KEPT_SEED - 1, 15.0)
    studio = Studio(SCRIPTS[script], seed=1, variant=performed.variant)
    assert FORCED[script] in {event.id for event in events(studio.performance, studio.camera, studio.size)}


def test_every_event_has_a_rule() -> None:
    rules = {rule.id for exercise in built_in() for rule in exercise.rules} | set(MEASURES)
    assert {rule_of(Event(event_id, 0.0, 1.0))[0] for event_id in FORCED.values()} <= rules


def test_people_of_the_figures_are_kept_ones_and_each_comes_once() -> None:
    seeds = [seed for _, seed, _, _ in performances(FIRST_KEPT_SEED + 1000, 3)]
    assert min(seeds) >= FIRST_KEPT_SEED
    # Where somebody else is in the picture most of the time is measured apart, and so are what arms do, how somebody
    # breathes and the other exercises; a calibration is no exercise.
    apart = (set(CLIPS) - {"lunge-passer-by"}) | set(OF_ARMS) | set(OF_PRACTICE) | set(OF_FRONT) | set(OF_BREATH)
    apart |= {"calibration", *LUNGE_FOR_A_MOMENT}
    assert len(set(seeds)) == len(seeds) == 3 * len(set(SCRIPTS) - apart)


@pytest.mark.parametrize(
    ("finding", "true", "near"),
    [
        (STOP, [10.0, 21.5], True),
        (STOP, [10.0, 20.5], False),
        (replace(STOP, rule="speed", peak=-95.0, limit=-80.0, sigma=5.0), [-76.0, 70.0], True),
        (replace(STOP, rule="speed", peak=-95.0, limit=-80.0, sigma=5.0), [-60.0, 90.0], False),
        (STOP, [], False),
    ],
)
def test_what_truly_came_near_the_limit_is_told_apart(finding: Finding, true: list[float], near: bool) -> None:
    assert is_near_limit(finding, true) is near
