"""A person's own limits: measured still, refused where they could mislead, and moved only as far as is good."""

import io
import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import stick_figure as sf
from calibration.baseline import Baseline, Comfort, Neutral, Try, agreed, comfort_from
from calibration.level import camera_roll_deg, levelled, standing_lean_deg
from calibration.personal import CEILINGS_DEG, FRESH_DEG, OLDER_DEG, Person, personalise
from calibration.profile import Profile
from calibration.progress import PER_SESSION_DEG, PER_WEEK_DEG, REST, Done, advice, allowed_deg, told_change
from calibration.refusal import Refused
from calibration.screening import Level, Offer
from calibration.stillness import LEAST_S, still_for, stretches
from poses.cues import cue_of
from poses.exercise import Exercise, Rule
from poses.exercise_file import built_in
from poses.measures import INDEX, side_measures
from poses.messages import Messages
from poses.problem import Problem
from poses.records import Verdict
from poses.skeleton import LEFT, RIGHT
from psoas_coach import profiles
from psoas_coach.live import Wish, exercises_for
from psoas_coach.live_events import Event
from psoas_coach.live_gate import after_last_time
from psoas_coach.live_profile import Remembering
from psoas_coach.person import add_session
from psoas_coach.run import chosen_exercises
from psoas_coach.session import Session

LUNGE, BRIDGE = (next(one for one in built_in() if one.id == name) for name in ("low-lunge", "bridge"))
TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, 0)


def end(deg: float, on: date = TODAY, side: str = "right") -> Comfort:
    return Comfort.model_validate({"side": side, "on": on, "end_deg": deg, "tries_deg": (deg, deg, deg)})


def rule(exercise: Exercise, name: str) -> Rule:
    return next(one for one in exercise.rules if one.id == name)


# --- keeping still ------------------------------------------------------------------------------------------------


def test_what_keeps_still_is_found_and_what_moves_is_not() -> None:
    rng = np.random.default_rng(1)
    time_s = np.arange(0.0, 20.0, 0.1)
    # Still at 10 for six seconds, moves to 40, still for five, moves on and never rests.
    course = np.interp(time_s, [0, 6, 9, 14, 20], [10.0, 10.0, 40.0, 40.0, 100.0])
    values = np.stack([course + rng.normal(0, 0.5, len(time_s)), np.zeros(len(time_s))], axis=1)
    found = stretches(time_s.tolist(), values, (0, 1))
    assert [round(float(one.mean[0]), 0) for one in found] == [10.0, 40.0]
    assert all(one.end_s - one.start_s >= LEAST_S - 0.05 for one in found)
    assert found[0].end_s <= 6.6
    assert found[0].spread[0] == pytest.approx(0.5, abs=0.4)


def test_flicker_gaps_and_what_is_not_seen_are_not_stillness() -> None:
    time_s = np.arange(0.0, 6.0, 0.1)
    flicker = np.where(np.arange(60) % 2 == 0, 3.0, -3.0)[:, None]
    assert stretches(time_s.tolist(), flicker, (0,)) == []
    calm = np.zeros((60, 1))
    assert len(stretches(time_s.tolist(), calm, (0,))) == 1
    gap = np.where(time_s < 2.5, time_s, time_s + 10.0)
    assert [one.start_s for one in stretches(gap.tolist(), calm, (0,))] == pytest.approx([12.5])
    calm[::2] = np.nan
    assert stretches(time_s.tolist(), calm, (0,)) == []
    assert stretches([], np.zeros((0, 1)), (0,)) == []


def test_how_long_somebody_has_kept_still_up_to_now() -> None:
    time_s = np.arange(0.0, 10.0, 0.1)
    values = np.stack([np.interp(time_s, [0, 6, 10], [40.0, 0.0, 0.0]), np.zeros(len(time_s))], axis=1)
    # Still since 6 s, and the very end of the way is within what counts as sway.
    assert still_for(time_s.tolist(), values) == pytest.approx(4.5, abs=0.6)
    assert still_for(time_s[:50].tolist(), values[:50]) < 1.5, "on the way"
    later = np.where(time_s < 8.0, time_s, time_s + 1.0)
    assert still_for(later.tolist(), values) == pytest.approx(1.9, abs=0.05), "a gap is not stillness"
    values[-5] = np.nan
    assert still_for(time_s.tolist(), values) == pytest.approx(0.3, abs=0.05)
    values[-1] = np.nan
    assert still_for(time_s.tolist(), values) == 0.0
    assert still_for([], np.zeros((0, 2))) == 0.0


# --- the camera's lean --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("roll_deg", [-4.0, 0.0, 2.5])
@pytest.mark.parametrize("posture_deg", [-3.0, 0.0, 4.0])
def test_who_turns_round_tells_how_far_the_camera_leans(roll_deg: float, posture_deg: float) -> None:
    stands = replace(sf.STANDING, trunk_deg=posture_deg)
    leans = [standing_lean_deg(levelled(sf.pose(stands, facing=facing), -roll_deg).image_px) for facing in (1, -1)]
    assert camera_roll_deg(*leans) == pytest.approx(roll_deg, abs=0.02)


def test_a_levelled_pose_measures_what_an_upright_camera_would_have() -> None:
    upright = sf.pose(sf.GOOD_LUNGE)
    leaning = levelled(upright, -3.0)
    back = levelled(replace(leaning, picture_px=None), 3.0)
    assert np.allclose(back.image_px, upright.image_px, atol=1e-2)
    assert np.allclose(back.world_m, upright.world_m, atol=1e-5)
    assert np.allclose(back.shown_px, leaning.image_px), "what is drawn stays where the picture shows it"
    trunk = INDEX["trunk_inclination_deg"]
    off = side_measures(leaning.image_px, 1) - side_measures(upright.image_px, 1)
    assert abs(off[RIGHT, trunk]) == pytest.approx(3.0, abs=1e-3)
    assert off[RIGHT, INDEX["hip_opening_deg"]] == pytest.approx(0.0, abs=1e-3)
    assert levelled(upright, 0.0) is upright
    assert not levelled(sf.nobody(0.0), 3.0).found


# --- what is kept, and what is refused ----------------------------------------------------------------------------


def neutral(trunk: float, opening: float = 0.0) -> Neutral:
    return Neutral(side="right", hip_opening_deg=opening, trunk_deg=trunk, spread_deg=0.4)


def test_neutral_postures_agree_or_are_refused() -> None:
    both = agreed([neutral(1.0, 2.0), neutral(3.0, 4.0)])
    assert (both.trunk_deg, both.hip_opening_deg) == (2.0, 3.0)
    with pytest.raises(Problem, match="differ by more than 3 degrees"):
        agreed([neutral(0.0), neutral(3.5)])


def tries(*openings: float, lean: float = 0.0, side: int = RIGHT, stopped: tuple[str, ...] = ()) -> list[Try]:
    return [Try(f"try{number}.mp4", side, opening, lean, stopped) for number, opening in enumerate(openings)]


def test_a_comfortable_end_is_the_median_of_three_tries_and_never_far() -> None:
    assert comfort_from(tries(12.0, 15.0, 13.0), 1, TODAY).end_deg == 13.0
    assert comfort_from(tries(26.0, 25.0, 27.0), 0, TODAY).end_deg == 22.0
    with pytest.raises(Problem, match="no mild stretch"):
        comfort_from(tries(38.0, 39.0, 40.0), 0, TODAY)
    kept = comfort_from(tries(4.0, 5.0, 6.0, side=LEFT), 0, TODAY)
    assert (kept.side, kept.on, kept.tries_deg) == ("left", TODAY, (4.0, 5.0, 6.0))


def test_tries_that_could_mislead_are_refused_with_every_reason() -> None:
    bad = tries(10.0, 18.0, lean=9.0, stopped=("bounce",))
    with pytest.raises(Problem) as caught:
        comfort_from([*bad, *tries(3.0, side=LEFT)[:0]], 3, TODAY)
    for part in ("2 tries", "3 of 10", "passed a stop limit (bounce)", "leans back by 9", "more than 5 degrees"):
        assert part in str(caught.value)
    fast = replace(tries(12.0)[0], fastest_deg_s=25.0)
    with pytest.raises(Refused, match="goes in at 25 degrees a second, faster than 15") as refused:
        comfort_from([*tries(12.0, 13.0), fast], 0, TODAY)
    assert refused.value.reasons == ("too_fast",)
    with pytest.raises(Problem, match="not all stretch the same side"):
        comfort_from([*tries(10.0, 11.0), *tries(10.0, side=LEFT)], 0, TODAY)


# --- limits -------------------------------------------------------------------------------------------------------


def of_right(exercise: Exercise) -> Exercise:
    return exercise.of_side(RIGHT)


@pytest.mark.parametrize(
    ("deg", "days", "caution", "stop"),
    [
        (12.0, 0, 12.0 + FRESH_DEG[0], 12.0 + FRESH_DEG[1]),
        (12.0, 3, 12.0 + OLDER_DEG[0], 12.0 + OLDER_DEG[1]),
        (22.0, 0, CEILINGS_DEG[0], CEILINGS_DEG[1]),
        (22.0, 3, CEILINGS_DEG[0], CEILINGS_DEG[1]),
        (-5.0, 0, -2.0, 3.0),
    ],
)
def test_limits_follow_the_comfortable_end_up_to_ceilings(deg: float, days: int, caution: float, stop: float) -> None:
    person = Person(None, (None, end(deg, TODAY - timedelta(days=days))))
    own = of_right(personalise(LUNGE, person, TODAY))
    opening = rule(own, "hip-opening")
    assert (opening.caution.max, opening.stop.max, opening.target.max) == (caution, stop, deg)
    assert opening.target.min <= opening.target.max <= opening.caution.max <= opening.stop.max
    assert own.movement is not None
    assert own.movement.creep is not None
    assert own.movement.creep.cap_deg == caution
    assert personalise(LUNGE, person, TODAY).of_side(LEFT) == LUNGE, "the other side has everybody's"
    assert cue_of(opening, Verdict.CAUTION, caution) == "too_far_caution"


def test_what_is_rocked_is_cautioned_from_the_comfortable_end_on() -> None:
    rocked = next(one for one in built_in() if one.id == "dynamic-lunge")
    own = of_right(personalise(rocked, Person(None, (None, end(12.0))), TODAY))
    opening = rule(own, "hip-opening")
    # Safe-ranges.md 2.4: an aim of 80 %, care past 100 %, the stop of the held lunge.
    assert opening.target.max == pytest.approx(9.6)
    assert (opening.caution.max, opening.stop.max) == (12.0, 20.0)
    # What lies on the floor has no opening to go by.
    lying = next(one for one in built_in() if one.id == "supine-hip-opening")
    assert personalise(lying, Person(None, (end(12.0, side="left"), end(12.0))), TODAY) is lying


def test_what_is_too_old_or_of_the_future_does_not_count() -> None:
    for days in (8, -1):
        person = Person(None, (None, end(12.0, TODAY - timedelta(days=days))))
        assert personalise(LUNGE, person, TODAY) is LUNGE
    old = Baseline(on=TODAY - timedelta(days=32), kneeling=(neutral(-5.0),))
    assert personalise(LUNGE, Person(old, (None, None)), TODAY) is LUNGE
    assert personalise(BRIDGE, Person(None, (end(12.0, side="left"), end(12.0))), TODAY) is BRIDGE


@pytest.mark.parametrize(("own", "moved"), [(-5.0, -5.0), (2.0, 2.0), (6.0, 3.0), (-20.0, -8.0)])
def test_leaning_back_is_counted_from_ones_own_upright(own: float, moved: float) -> None:
    person = Person(Baseline(on=TODAY, kneeling=(neutral(own),)), (None, None))
    lean, everybodys = (rule(one, "trunk-back-lean") for one in (of_right(personalise(LUNGE, person, TODAY)), LUNGE))
    assert lean.stop.max - everybodys.stop.max == moved
    assert lean.caution.max - everybodys.caution.max == moved


def test_a_session_goes_by_the_limits_of_the_side_that_is_stretched() -> None:
    person = Person(None, (None, end(2.0)))
    own = personalise(LUNGE, person, TODAY)
    for exercise, expected in ((LUNGE, Verdict.OK), (own, Verdict.STOP)):
        session = Session((exercise,), corrects=sf.uncorrected(sigma_deg=1.0))
        steps = [session.step(i, sf.pose(sf.lunge(14.0), i / 30.0)) for i in range(120)]
        assert {r.rule: r.verdict for r in steps[-1].assessment.readings}["hip-opening"] is expected
    reading = next(r for r in steps[-1].assessment.readings if r.rule == "hip-opening")
    assert reading.limit == 10.0
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "too_far_stop"


# --- progress -----------------------------------------------------------------------------------------------------


def calm(days_ago: int) -> Done:
    return Done(at=NOW - timedelta(days=days_ago), worse_next_day=False)


def test_farther_only_in_small_steps_after_calm_sessions() -> None:
    kept = [end(10.0, TODAY - timedelta(days=3))]
    assert allowed_deg(16.0, [], [], TODAY) == 16.0
    assert allowed_deg(16.0, kept, [], TODAY) == 10.0
    assert allowed_deg(16.0, kept, [calm(2)], TODAY) == 10.0
    assert allowed_deg(16.0, kept, [calm(2), calm(1)], TODAY) == 10.0 + PER_SESSION_DEG
    assert allowed_deg(11.0, kept, [calm(2), calm(1)], TODAY) == 11.0
    assert allowed_deg(6.0, kept, [], TODAY) == 6.0, "nearer at once"
    unknown = Done(at=NOW - timedelta(days=1))
    assert allowed_deg(16.0, kept, [calm(2), unknown], TODAY) == 10.0, "nobody asked about the next morning"
    assert allowed_deg(16.0, kept, [calm(3), calm(2)], TODAY) == 10.0, "the day it was measured does not count"
    for spoilt in (Done(at=NOW, stops=1, worse_next_day=False), Done(at=NOW, pain=3, worse_next_day=False)):
        assert allowed_deg(16.0, kept, [calm(2), calm(1), spoilt], TODAY) == 10.0
    worse = Done(at=NOW, worse_next_day=True)
    assert allowed_deg(16.0, kept, [calm(2), calm(1), worse], TODAY) == 8.0, "and then it is lowered"


def test_no_more_than_five_degrees_a_week() -> None:
    kept, sessions = [end(10.0, TODAY - timedelta(days=6))], []
    for days in (5, 4, 3, 2, 1, 0):
        # Twice on the day, after the last measurement.
        sessions += [calm(days), calm(days)]
        on = TODAY - timedelta(days=days)
        kept.append(end(allowed_deg(22.0, kept, sessions, on), on))
    rises = [one.end_deg for one in kept]
    assert rises == sorted(rises)
    assert rises[-1] == 10.0 + PER_WEEK_DEG


def test_pain_lowers_the_limit_and_asks_for_rest_and_twice_for_a_therapist() -> None:
    kept, hurt = [end(20.0, TODAY - timedelta(days=2))], Done(at=NOW - timedelta(hours=10), pain=4)
    once = advice(kept, [calm(1), hurt], NOW)
    assert once.end_deg == pytest.approx(16.0)
    assert once.rest_until == hurt.at + REST
    assert not once.therapist
    again = advice(kept, [hurt, Done(at=NOW, worse_next_day=True)], NOW)
    assert again.end_deg == pytest.approx(12.8)
    assert again.therapist
    assert advice(kept, [hurt], NOW + REST).rest_until is None
    assert advice([], [], NOW).end_deg is None
    assert advice([end(-4.0)], [Done(at=NOW, pain=9)], NOW).end_deg == -4.0


def test_what_pain_lowered_is_not_raised_by_measuring_anew() -> None:
    kept, hurt = [end(20.0, TODAY - timedelta(days=3))], Done(at=NOW - timedelta(days=2), pain=6)
    assert allowed_deg(20.0, kept, [hurt], TODAY) == pytest.approx(16.0)
    assert allowed_deg(22.0, kept, [hurt, calm(1), calm(1)], TODAY) == pytest.approx(18.0)


def test_trying_again_on_the_same_day_gains_nothing() -> None:
    profile = Profile(name="anna").with_comfort(end(10.0, TODAY - timedelta(days=3)))
    for days in (2, 1):
        profile = profile.with_session(calm(days))
    ends = []
    for _ in range(4):
        profile = profile.with_comfort(end(22.0))
        ends.append(profile.comfort[-1].end_deg)
    assert ends == [12.0] * 4
    fresh = Profile(name="ben").with_comfort(end(10.0)).with_comfort(end(22.0))
    assert [one.end_deg for one in fresh.comfort] == [10.0]


def test_how_it_was_the_next_morning_is_noted_with_the_session() -> None:
    profile = Profile(name="anna").with_session(Done(at=NOW, pain=1))
    profile = profile.with_session(Done(at=NOW + timedelta(hours=20), worse_next_day=False))
    assert profile.sessions == (Done(at=NOW, pain=1, worse_next_day=False),)
    later = profile.with_session(Done(at=NOW + timedelta(hours=21)))
    assert len(later.sessions) == 2, "that one is known already"
    assert len(later.with_session(Done(at=NOW + timedelta(days=3))).sessions) == 3


def test_a_session_of_the_next_day_is_one_of_its_own() -> None:
    evening, next_evening = NOW, NOW + timedelta(hours=24)
    profile = Profile(name="anna").with_session(Done(at=evening)).with_session(Done(at=next_evening, pain=4))
    assert [(one.at, one.pain) for one in profile.sessions] == [(evening, 0), (next_evening, 4)]
    assert advice((), profile.sessions, next_evening).rest_until == next_evening + timedelta(hours=48)
    again = profile.with_session(Done(at=next_evening + timedelta(hours=24), pain=4))
    assert advice((), again.sessions, NOW + timedelta(days=9)).therapist, "two in a row"


@pytest.mark.parametrize("deg", [0.0, -3.0, -8.0])
def test_who_is_stiff_is_timed_and_watched_too(deg: float) -> None:
    own = of_right(personalise(LUNGE, Person(None, (None, end(deg))), TODAY))
    assert own.movement is not None
    assert own.movement.shape.from_deg < deg
    assert own.movement.bounce_from_deg < deg
    assert own.movement.speed_from_deg < rule(own, "hip-opening").caution.max


def test_a_change_within_the_error_of_measurement_is_none() -> None:
    assert told_change(10.0, 17.0) is None
    assert told_change(20.0, 11.0) == -9.0


def test_a_profile_keeps_the_last_end_and_goes_by_the_lowered_one() -> None:
    profile = Profile(name="anna").with_comfort(end(15.0)).with_comfort(end(13.0))
    assert [one.end_deg for one in profile.comfort] == [13.0], "the same day is measured anew"
    profile = profile.with_session(Done(at=NOW, pain=5))
    left, right = profile.person(NOW).ends
    assert left is None
    assert right is not None
    assert right.end_deg == pytest.approx(10.4)
    assert not math.isnan(right.end_deg)


# --- in a live session --------------------------------------------------------------------------------------------


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """Somebody with a comfortable end of today."""
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path / "profiles")
    profile = Profile(name="anna").with_comfort(end(2.0, date.today()))
    profiles.write(profile)
    return profile


def test_a_live_session_goes_by_the_persons_limits(anna: Profile) -> None:
    watched = exercises_for(Wish(profile=anna.name))
    lunge = next(exercise for exercise in watched if exercise.id == "low-lunge")
    assert rule(lunge.of_side(RIGHT), "hip-opening").stop.max == 10.0
    assert exercises_for(Wish()) == chosen_exercises("auto")


def test_that_hurts_is_kept_at_once_and_is_one_session_at_the_end(anna: Profile) -> None:
    remembering = Remembering(anna.name, chosen_exercises("auto"))
    remembering.take(Event(4.0, "say", {}))
    remembering.take(Event(5.0, "pain", {}))
    kept = profiles.read(anna.name)
    assert kept is not None
    assert [one.pain for one in kept.sessions] == [4], "a session that is killed now has hurt too"
    remembering.take(Event(9.0, "pain", {}))
    remembering.end(None)
    assert profiles.read(anna.name) == kept
    Remembering(None, ()).take(Event(5.0, "pain", {}))


def test_after_a_session_that_was_too_much_there_is_no_stretching(anna: Profile) -> None:
    told, now = Console(file=io.StringIO(), width=200), datetime.now()
    texts, offers = Messages("en"), {"bridge": Offer()}
    assert after_last_time(told, texts, anna.name, built_in(), offers, now) == offers
    assert after_last_time(told, texts, None, built_in(), offers, now) == offers
    add_session(anna.name, Done(at=now, pain=5))
    left = after_last_time(told, texts, anna.name, built_in(), offers, now)
    assert {name: offer.level for name, offer in left.items()} == {
        "bridge": Level.OFFERED,
        "low-lunge": Level.WITHHELD,
        "dynamic-lunge": Level.WITHHELD,
        "supine-hip-opening": Level.WITHHELD,
    }
    assert isinstance(told.file, io.StringIO)
    assert "No stretching before" in told.file.getvalue()
    later = after_last_time(told, texts, anna.name, built_in(), offers, now + REST)
    assert later == offers
