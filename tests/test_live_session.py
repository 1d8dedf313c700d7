"""The machine of a live session on skeletons of known angles: in which part it is when, and what is said of it."""

from dataclasses import replace
from itertools import pairwise
from math import cos, pi

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language
from poses.records import Frame, Pose, Verdict
from psoas_coach.live_events import Event
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse, Say, Shown
from psoas_coach.plan import Item, Plan
from psoas_coach.session import Session
from psoas_coach.speech_queue import Urgency

EXERCISES = built_in()
RATE = 15.0
LEFT, RIGHT = skeleton.LEFT, skeleton.RIGHT
UPRIGHT = sf.lunge(-10.0)
# Facing left, so that the left side is near.
TURNED = -1


class Sitting:
    """A person before the machine: postures in, everything it said and did out."""

    def __init__(self, plan: Plan, language: Language = "en") -> None:
        self.live = LiveSession(plan, EXERCISES, language)
        self.judge = Session(EXERCISES, corrects=sf.uncorrected())
        self.frame = 0
        self.shown: list[Shown] = []

    def take(self, glimpse: Glimpse) -> Shown:
        self.shown.append(self.live.advance(glimpse))
        return self.shown[-1]

    def do(self, seconds: float, figure: sf.Figure | None, *, facing: int = 1, until: str = "") -> "Sitting":
        """Keeps a posture, for so long or until a part begins."""
        for _ in range(round(seconds * RATE)):
            time_s = self.frame / RATE
            pose = sf.nobody(time_s) if figure is None else _pose(figure, time_s, facing)
            self.frame += 1
            self.judge.expect(self.live.expected)
            step = self.judge.step(self.frame, pose) if self.live.watching else None
            self.take(Glimpse(time_s, step=step))
            if until and self.live.state.part == until:
                return self
        assert not until, f"{until} did not begin within {seconds} s of {self.live.state.part}"
        return self

    def move(self, seconds: float, start: sf.Figure, end: sf.Figure, *, facing: int = 1) -> "Sitting":
        """Glides from one posture to another, softly."""
        for number in range(round(seconds * RATE)):
            share = 0.5 - 0.5 * cos(pi * number / (seconds * RATE))
            self.do(1 / RATE, sf.between(start, end, share), facing=facing)
        return self

    def lunge(self, seconds: float) -> "Sitting":
        """Goes in slowly, holds and comes out slowly."""
        return self.there_and_back(UPRIGHT, sf.lunge(8.0), seconds)

    def there_and_back(self, rest: sf.Figure, far: sf.Figure, seconds: float) -> "Sitting":
        """Goes somewhere slowly, stays and comes back."""
        return self.move(4.0, rest, far).do(seconds, far).move(4.0, far, rest)

    def press(self, key: str) -> Shown:
        return self.take(Glimpse(self.now_s, key=key))

    @property
    def now_s(self) -> float:
        return self.frame / RATE

    @property
    def events(self) -> list[Event]:
        return [event for shown in self.shown for event in shown.events]

    @property
    def said(self) -> list[str]:
        return [str(event.details["id"]) for event in self.events if event.kind == "say"]

    def parts(self) -> list[tuple[str, float]]:
        return [(str(event.details["part"]), event.time_s) for event in self.events if event.kind == "part"]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


def _pose(figure: sf.Figure, time_s: float, facing: int) -> Pose:
    if facing == 1:
        return sf.on_the_knee(sf.pose(figure, time_s))
    return sf.pose(replace(figure, left=figure.right, right=figure.left), time_s, facing=facing)


def plan(*items: Item, breathing: bool = True) -> Plan:
    return Plan(items, "paced" if breathing else "")


def lunges(side: int = RIGHT, repetitions: int = 2, hold_s: float = 30.0) -> Item:
    return Item("low-lunge", side, repetitions, hold_s)


BRIDGES = Item("bridge", None, 2, 5.0)


def ready(*items: Item) -> Sitting:
    """Somebody whose exercise has just begun, kneeling upright."""
    return Sitting(plan(*items)).do(8.0, UPRIGHT, until="exercise")


def test_a_good_view_begins_the_exercise_without_a_key() -> None:
    sitting = Sitting(plan(lunges())).do(3.0, None).do(9.0, UPRIGHT)
    parts = dict(sitting.parts())
    assert [name for name, _ in sitting.parts()] == ["set-up", "countdown", "exercise"]
    # Good from 3 s on, told over the last second: four fifths of it have to be good.
    assert parts["countdown"] == pytest.approx(3.0 + 0.8 + 2.0, abs=0.2)
    assert parts["exercise"] - parts["countdown"] == pytest.approx(3.0, abs=2 / RATE)
    assert sitting.said[:2] == ["next", "no_person"]
    assert [event.details["text"] for event in sitting.of("say") if event.details["id"] == "countdown"] == list("321")
    numbers = [shown.stage.countdown for shown in sitting.shown if shown.stage.part == "countdown"]
    assert set(numbers) == {3, 2, 1}


def test_a_bad_view_is_coached_and_begins_nothing() -> None:
    sitting = Sitting(plan(lunges()))
    for frame in range(round(20 * RATE)):
        pose = sf.pose(UPRIGHT, frame / RATE, yaw_deg=50.0)
        sitting.take(Glimpse(pose.time_s, step=sitting.judge.step(frame, pose)))
    assert [name for name, _ in sitting.parts()] == ["set-up"]
    assert sitting.shown[-1].stage.cue == "I do not see you from the side. Turn sideways to the camera."
    times = [event.time_s for event in sitting.of("say") if event.details["id"] == "turn_side"]
    assert len(times) == 3, "said again, but not all the time"
    assert all(later - earlier >= 8.0 for earlier, later in pairwise(times))


def test_the_other_side_has_to_be_turned_to_the_camera() -> None:
    sitting = Sitting(plan(lunges(LEFT), BRIDGES)).do(6.0, UPRIGHT)
    assert sitting.live.state.part == "set-up"
    assert sitting.shown[-1].stage.cue == "Turn your left side to the camera."
    sitting.do(8.0, UPRIGHT, facing=TURNED, until="exercise")


def test_whoever_shows_the_other_leg_first_begins_with_it() -> None:
    sitting = Sitting(plan(lunges(LEFT), lunges(RIGHT))).do(8.0, UPRIGHT, until="exercise")
    assert [item.side for item in sitting.live.state.plan.items] == [RIGHT, LEFT]
    assert sitting.shown[-1].stage.side == "stretched leg: right"


def test_a_lost_view_stops_the_countdown() -> None:
    sitting = Sitting(plan(lunges())).do(5.0, UPRIGHT, until="countdown").do(2.9, None)
    assert sitting.live.state.part == "set-up"


def test_a_hold_is_called_back_counts_and_is_followed_by_rest() -> None:
    sitting = ready(lunges()).lunge(33.0).do(1.0, UPRIGHT)
    (back,) = sitting.of("come_back")
    held = next(event for event in sitting.of("hold"))
    # Of the 4 s from -10 degrees, a stretch is counted from -6 on: half of that, and as much on the way out, is held.
    assert back.details["held_s"] == pytest.approx(30.0, abs=0.2)
    assert (held.details["counts"], held.details["seen_s"]) == (True, pytest.approx(36.4, abs=0.3))
    ring = [shown.stage.hold_share for shown in sitting.shown if shown.stage.hold_share == shown.stage.hold_share]
    assert (min(ring) < 0.1, max(ring)) == (True, 1.0)
    assert all(later >= earlier for earlier, later in pairwise(ring))
    assert sitting.live.state.part == "rest"
    sitting.do(12.0, UPRIGHT, until="exercise")
    began_s = sitting.parts()[-1][1]
    assert began_s - float(held.details["end_s"]) == pytest.approx(10.0, abs=0.2)
    assert sitting.shown[-1].stage.repetitions == "1 / 2"


def test_a_short_hold_does_not_count() -> None:
    sitting = ready(lunges()).lunge(6.0).do(5.0, UPRIGHT)
    assert [event.details["counts"] for event in sitting.of("hold")] == [False]
    assert sitting.live.state.part == "exercise"


def test_after_the_last_hold_comes_the_next_exercise_and_then_breathing() -> None:
    sitting = ready(lunges(repetitions=1, hold_s=10.0), BRIDGES).lunge(12.0)
    sitting.do(15.0, UPRIGHT, until="set-up")
    assert sitting.shown[-1].stage.title == "Bridge"
    sitting.do(10.0, sf.ON_THE_FLOOR, until="exercise")
    for _ in range(2):
        sitting.there_and_back(sf.ON_THE_FLOOR, sf.FLAT_BRIDGE, 1.0).do(2.0, sf.ON_THE_FLOOR)
    assert [event.details["counts"] for event in sitting.of("repetition")] == [True, True]
    sitting.do(15.0, sf.ON_THE_FLOOR, until="breathing").do(45.0, None)
    assert sitting.live.state.ended == "done"
    assert sitting.shown[-1].stage.progress == (3, 3)
    assert sitting.shown[-1].stage.lines[0] == "Low lunge, right, holds: 1, 15 s altogether"
    assert "Bridge, repetitions: 2" in sitting.shown[-1].stage.lines


def test_the_breathing_is_half_of_4_7_8_and_ends_after_four() -> None:
    sitting = Sitting(Plan((), "paced")).do(60.0, None)
    said = [(e.details["id"], e.time_s) for e in sitting.of("say") if e.details["id"] not in ("ended", "count")]
    assert [str(name).split()[1] for name, _ in said] == ["breathe_in", "hold_breath", "breathe_out"] * 4
    starts = [time_s for _, time_s in said]
    lengths = [later - earlier for earlier, later in pairwise(starts)]
    for number, length in enumerate(lengths):
        assert length == pytest.approx((2.0, 3.5, 4.0)[number % 3], abs=1.5 / RATE)
    assert sitting.of("ended")[0].time_s == pytest.approx(38.0, abs=1.5 / RATE)
    shares = [shown.stage.breath_share for shown in sitting.shown if shown.stage.part == "breathing"]
    assert (min(shares), max(shares)) == (0.0, 1.0)
    assert max(abs(b - a) for a, b in pairwise(shares)) < 0.1, "no jump"


def test_two_stops_end_the_exercise_and_three_the_session() -> None:
    sitting = ready(lunges(), lunges(LEFT), BRIDGES)
    sitting.there_and_back(UPRIGHT, sf.lunge(36.0), 1.0)
    assert sitting.of("ends") == []
    sitting.there_and_back(UPRIGHT, sf.lunge(36.0), 1.0)
    assert [event.details for event in sitting.of("ends")] == [{"what": "exercise", "why": "stops"}]
    assert sitting.live.state.part == "rest"
    # Somebody is still in it: out first, then what comes.
    over = next(event.details for event in sitting.of("say") if event.details["id"] == "over")
    assert over["urgency"] == "stop"
    assert over["text"] == "Come out slowly now, and rest. No more low lunge today. Next: Bridge."
    # The left leg is not asked for any more.
    sitting.do(20.0, sf.ON_THE_FLOOR, until="exercise")
    assert sitting.live.state.item == BRIDGES
    sitting.there_and_back(sf.ON_THE_FLOOR, sf.HIGH_BRIDGE, 1.0)
    assert sitting.of("ends")[-1].details == {"what": "session", "why": "stops"}
    sitting.do(15.0, sf.ON_THE_FLOOR, until="breathing")


def test_a_stop_is_said_before_the_exercise_too() -> None:
    sitting = Sitting(plan(lunges())).do(0.5, UPRIGHT).move(4.0, UPRIGHT, sf.lunge(36.0))
    assert sitting.live.state.part == "countdown"
    stage = sitting.shown[-1].stage
    assert (stage.cue, stage.verdict) == ("Come out slowly now, and rest.", Verdict.STOP)
    assert Urgency.STOP in [say.urgency for shown in sitting.shown for say in shown.says]


def test_that_hurts_stops_at_once_and_tells_what_comes() -> None:
    sitting = ready(lunges(), lunges(LEFT), BRIDGES).do(4.0, sf.lunge(8.0))
    shown = sitting.press("p")
    assert shown.stage.part == "rest"
    assert shown.says == (Say("Come out slowly now, and rest. No more low lunge today. Next: Bridge.", Urgency.STOP),)
    assert [event.kind for event in shown.events] == ["key", "pain", "ends", "say", "part"]
    sitting.do(12.0, sf.ON_THE_FLOOR, until="set-up")
    assert sitting.live.state.item == BRIDGES
    shown = sitting.press("p")
    assert shown.says[0].text == "Come out slowly now, and rest. Then we finish with calm breathing."
    sitting.do(12.0, None, until="breathing")


def test_no_ring_fills_and_nothing_else_is_said_while_somebody_is_too_far() -> None:
    sitting = ready(lunges()).move(5.0, UPRIGHT, sf.lunge(36.0)).do(4.0, sf.lunge(36.0))
    stage = sitting.shown[-1].stage
    assert (stage.verdict, stage.hint, stage.hold_text) == (Verdict.STOP, "", "")
    assert stage.hold_share != stage.hold_share


def test_a_pause_stops_the_clocks() -> None:
    sitting = Sitting(plan(lunges())).do(5.0, UPRIGHT, until="countdown").do(1.0, UPRIGHT)
    assert sitting.press(" ").stage.part == "paused"
    assert not sitting.live.watching
    sitting.do(60.0, None)
    assert sitting.shown[-1].stage.part == "paused"
    assert sitting.press(" ").stage.countdown == 2
    sitting = Sitting(Plan((), "paced")).do(1.0, None)
    share = sitting.shown[-1].stage.breath_share
    sitting.press(" ")
    sitting.do(9.3, None)
    assert sitting.press(" ").stage.breath_share == pytest.approx(share, abs=0.1)


def test_skip_goes_on() -> None:
    sitting = ready(lunges(), BRIDGES)
    assert sitting.press("s").stage.part == "rest"
    assert sitting.press("s").stage.title == "Bridge"
    assert sitting.press("s").stage.part == "breathing"
    assert sitting.press("s").stage.part == "ended"
    assert sitting.live.state.ended == "done"


def test_quit_ends_and_tells_so() -> None:
    sitting = ready(lunges())
    assert sitting.press("q").stage.cue == "That was it for today."
    assert [event.details["why"] for event in sitting.of("ended")] == ["quit"]
    assert not sitting.live.watching


def test_language_voice_and_help() -> None:
    sitting = ready(lunges())
    assert sitting.press("l").stage.title == "Lage lunge"
    assert sitting.press("v").stage.notice == "De stem is uit."
    assert sitting.do(6.0, UPRIGHT).shown[-1].stage.notice == "", "it covers the picture"
    keys = dict(sitting.press("h").stage.keys)
    assert keys["p"] == "dat doet pijn"
    assert set(keys) == {"spatie", *"psqlvfh", "hand omhoog", "armen gekruist"}
    assert keys["hand omhoog"] == keys["spatie"]
    assert sitting.press("h").stage.keys == ()


def test_a_camera_in_trouble_is_told_once_and_when_it_is_back() -> None:
    sitting = ready(lunges())
    for trouble in ("lost", "lost", "", ""):
        sitting.take(Glimpse(sitting.now_s, trouble=trouble))
    assert sitting.said[-2:] == ["lost", "back"]
    assert sitting.shown[-3].stage.notice == "The camera is gone. I keep trying."
    assert sitting.shown[-1].stage.notice == ""


def test_a_result_is_never_shown_on_another_picture() -> None:
    sitting = ready(lunges())
    frame = Frame(999, sitting.now_s, np.zeros((4, 4, 3), np.uint8))
    stage = sitting.take(Glimpse(sitting.now_s, frame=frame)).stage
    assert (stage.frame is frame, stage.step) == (True, None)


def test_time_does_not_go_back() -> None:
    sitting = ready(lunges())
    sitting.take(Glimpse(1.0))
    assert sitting.live.state.time_s == pytest.approx(sitting.now_s, abs=1 / RATE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_has_its_words(language: Language) -> None:
    sitting = Sitting(plan(lunges(), BRIDGES), language).do(2.0, None).do(9.0, UPRIGHT, until="exercise")
    sitting.lunge(11.0).do(1.0, None)
    for key in (" ", "h", " ", "p", "s", "s", "s"):
        sitting.press(key)
        sitting.do(0.2, None)
    stages = [shown.stage for shown in sitting.shown]
    assert {stage.part for stage in stages} >= {"set-up", "countdown", "exercise", "paused", "rest", "ended"}
    for stage in stages:
        assert stage.cue or stage.breath_text or stage.phase
        assert "{" not in "".join((stage.title, stage.cue, stage.hint, stage.side, *stage.lines))


def test_a_rocked_lunge_that_was_asked_for_counts_from_its_first_repetition() -> None:
    sitting = ready(Item("dynamic-lunge", RIGHT, 3, 30.0))
    for _ in range(3):
        sitting.move(2.2, UPRIGHT, sf.lunge(6.0)).move(2.2, sf.lunge(6.0), UPRIGHT)
    sitting.do(3.0, UPRIGHT)
    assert [event.details["exercise"] for event in sitting.of("repetition")] == ["dynamic-lunge"] * 3
    assert all(event.details["counts"] for event in sitting.of("repetition"))
    assert sitting.of("hold") == []
    assert sitting.live.state.part == "rest"


def test_what_the_other_leg_does_does_not_count_for_the_one_that_was_asked_for() -> None:
    sitting = ready(Item("dynamic-lunge", RIGHT, 3, 0.0)).do(2.0, UPRIGHT, facing=-1)
    for _ in range(4):
        sitting.move(2.2, UPRIGHT, sf.lunge(6.0), facing=-1).move(2.2, sf.lunge(6.0), UPRIGHT, facing=-1)
    sitting.do(3.0, UPRIGHT, facing=-1)
    seen = [(event.details["side"], event.details["counts"]) for event in sitting.of("repetition")]
    assert seen == [("left", False)] * len(seen)
    assert len(seen) >= 3
    assert (sitting.live.state.part, sitting.live.state.count) == ("exercise", 0)


def test_a_dead_bug_is_counted_leg_by_leg_and_has_words_of_its_own() -> None:
    still, low = sf.DEAD_BUG, replace(sf.DEAD_BUG, right=sf.Leg(205.0, 80.0))
    other = replace(sf.DEAD_BUG, left=low.right)
    sitting = Sitting(plan(Item("dead-bug", None, 2, 0.0, unseen=("lower-back",))))
    sitting.do(10.0, still, until="countdown")
    assert any("lower back" in shown.stage.hint for shown in sitting.shown), "what is not checked is told"
    sitting.do(5.0, still, until="exercise")
    sitting.move(2.0, still, low)
    assert sitting.shown[-1].stage.phase == "leg going out"
    sitting.move(2.0, low, still).do(0.6, still).move(2.0, still, other).move(2.0, other, still).do(3.0, still)
    assert [event.details["exercise"] for event in sitting.of("repetition")] == ["dead-bug"] * 2
    assert "begin" in sitting.said
    assert sitting.live.state.part == "rest"
