"""The breath of somebody who lies still, and every reason why none is told: on poses whose truth is known."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from lying import HZ, breathing, quiet

import stick_figure as sf
from calibration.phantom.breath import Breather, Breathing
from poses import breath
from poses.breath import BreathMemory, BreathReading, Still
from poses.records import Pose, Rise


def readings(poses: Iterable[Pose], still: Still | None = None) -> list[BreathReading]:
    memory, told = BreathMemory(), []
    for pose in poses:
        memory = breath.follow(pose, memory, still)
        told.append(memory.reading)
    return told


@pytest.mark.parametrize("rate_per_min", [6.0, 9.0, 12.0, 15.0, 18.0])
def test_a_breath_is_told_soon_and_rightly(rate_per_min: float) -> None:
    told = readings(breathing(quiet(rate_per_min), 60.0))
    first = next(number for number, one in enumerate(told) if not one.problem) / HZ
    # Three breaths at least, in a stretch of one of the lengths.
    assert 18.0 <= first <= max(18.0, 3.0 * 60.0 / rate_per_min) + 7.0
    for one in (one for one in told if not one.problem):
        assert one.rate_per_min == pytest.approx(rate_per_min, abs=1.0)
        assert one.belly_mm == pytest.approx(8.0, rel=0.15)
        assert one.belly_share == pytest.approx(8.0 / 11.0, abs=0.05)


def test_where_in_a_breath_the_person_is() -> None:
    how = quiet(12.0, varies=0.0)
    told, truth = readings(breathing(how, 60.0)), Breather(how, 1, 60.0)
    clear = [one for one in told if not one.problem and one.part]
    names = {"in": "in", "full": "full", "out": "out", "empty": "empty"}
    right = np.mean([names[one.part] == truth.at(one.time_s - 0.3).part for one in clear])
    # The slope of the last half second is one of a quarter second ago; at the turning points it is either.
    assert right > 0.7
    opposite = {"in": "out", "out": "in"}
    assert not [
        one for one in clear if opposite.get(one.part) == truth.at(one.time_s - 0.3).part and 0.3 < one.level < 0.7
    ]
    true_level = [truth.at(one.time_s).belly_mm / 8.0 for one in clear]
    assert np.abs(np.array([one.level for one in clear]) - true_level).mean() < 0.08


def test_pauses_are_told_where_they_are_made() -> None:
    held = readings(breathing(Breathing(8.0, 3.0, 2.0, 3.5, 4.0, 0.0), 60.0))[-1]
    assert held.full_s == pytest.approx(3.5, abs=1.0)
    assert held.empty_s < 1.0
    none = readings(breathing(quiet(15.0), 60.0))[-1]
    assert none.full_s == 0.0
    assert none.empty_s < 0.6


def test_who_does_not_breathe_is_not_said_to() -> None:
    told = readings(breathing(Breathing(), 60.0))
    assert {one.problem for one in told} == {"too_short", "no_signal"}
    assert all(math.isnan(one.rate_per_min) for one in told)


def test_nothing_is_told_of_who_kneels_or_is_gone() -> None:
    # Whoever looks at the picture looks at nobody who is upright; so no pose says anything of a breath.
    kneels = readings(breathing(quiet(), 30.0, figure=sf.GOOD_LUNGE, looked_at=False))
    assert {one.problem for one in kneels} == {"not_lying"}
    gone = readings(sf.nobody(number / HZ) for number in range(50))
    assert {one.problem for one in gone} == {"not_seen"}


def test_who_moves_is_not_told_of_and_the_wait_begins_anew() -> None:
    def knees_sway() -> Iterable[Pose]:
        for pose in breathing(quiet(), 60.0):
            points = pose.image_px.copy()
            if 25.0 < pose.time_s < 30.0:
                points[25:29, 0] += 60.0 * math.sin(2.0 * math.pi * 0.3 * (pose.time_s - 25.0))
            yield replace(pose, image_px=points)

    told = readings(knees_sway())
    at = {round(one.time_s, 1): one for one in told}
    assert at[24.0].problem == ""
    assert at[27.0].problem == "moving"
    assert at[36.0].problem == "too_short"
    assert told[-1].problem == ""


def test_landmarks_that_flicker_are_no_movement() -> None:
    rng = np.random.default_rng(3)
    flickering = (
        replace(pose, image_px=(pose.image_px + rng.normal(0.0, 1.5, pose.image_px.shape)).astype(np.float32))
        for pose in breathing(quiet(), 40.0)
    )
    assert "moving" not in {one.problem for one in readings(flickering)}


def test_another_picture_to_compare_with_changes_nothing() -> None:
    def compared_anew() -> Iterable[Pose]:
        for pose in breathing(quiet(varies=0.0), 50.0):
            rise = pose.rise
            assert rise is not None
            # From 20 s on everything is told from where it was then.
            yield replace(pose, rise=Rise(20.0, rise.belly - 0.01, rise.chest + 0.004)) if pose.time_s > 20.0 else pose

    assert readings(compared_anew())[-1].rate_per_min == pytest.approx(12.0, abs=0.3)
    assert not readings(compared_anew())[-1].problem


def test_a_gap_begins_anew() -> None:
    told = readings(chain(breathing(quiet(), 25.0), breathing(quiet(), 10.0, start_s=27.0)))
    assert told[249].problem == ""
    assert told[-1].problem == "too_short"


@pytest.mark.parametrize("hz", [7.0, 10.0, 25.0])
def test_the_same_at_other_rates_of_looking(hz: float) -> None:
    last = readings(breathing(quiet(), 45.0, hz=hz))[-1]
    assert last.rate_per_min == pytest.approx(12.0, abs=0.5)


def test_a_held_breath_is_noticed_after_ten_seconds_and_forgotten_with_the_next_breath() -> None:
    held = replace(quiet(varies=0.0), stops_s=45.0)
    told = readings(chain(breathing(held, 75.0), breathing(quiet(), 20.0, start_s=75.0)))
    noticed = [one.time_s for one in told if math.isfinite(one.held_s)]
    # The last breath is breathed out until 47.5 s; then five seconds must have passed in which little moved.
    assert 55.0 < noticed[0] < 64.0
    assert 74.0 < noticed[-1] < 79.0
    assert max(one.held_s for one in told if math.isfinite(one.held_s)) > 15.0


def test_who_breathes_slowly_or_never_was_seen_to_breathe_holds_nothing() -> None:
    slow = readings(breathing(quiet(6.0), 90.0))
    assert not [one for one in slow if math.isfinite(one.held_s)]
    never = readings(breathing(Breathing(), 90.0))
    assert not [one for one in never if math.isfinite(one.held_s)]


def test_memory_does_not_grow() -> None:
    memory = BreathMemory()
    for pose in breathing(quiet(), 120.0):
        memory = breath.follow(pose, memory)
    assert len(memory.time_s) == len(memory.rises) == len(memory.places_px) <= 46.0 * HZ + 1
