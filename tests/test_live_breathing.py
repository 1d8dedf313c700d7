"""Breathing in a live session: the pacer, the person's own breath, the way out, and what is kept; no picture needed."""

import json
from itertools import pairwise
from math import isfinite, isnan
from pathlib import Path

import numpy as np
import pytest
from arms import ACROSS, posed
from lying import breathing, quiet

import stick_figure as sf
from calibration.phantom.breath import Breathing
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language
from poses.records import Pose
from psoas_coach.live import Wish, run_session
from psoas_coach.live_events import Event
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse, Shown
from psoas_coach.plan import Item, Plan, default_plan
from psoas_coach.poses_file import load
from psoas_coach.run import chosen_exercises
from psoas_coach.speech_queue import Urgency
from vision.live_source import Choice
from vision.recorder import VideoRecorder

HZ = 10.0
BELLY, PACED = Item("belly-breathing", None, 6, 0.0), Item("breathing-478", None, 4, 0.0)


class Sitting:
    """Somebody who lies before the machine."""

    def __init__(self, *items: Item, language: Language = "en", closing: str = "") -> None:
        self.live = LiveSession(Plan(items, closing), built_in(), language)  # type: ignore[arg-type]
        self.now_s = 0.0
        self.shown: list[Shown] = []

    def see(self, pose: Pose | None) -> Shown:
        assert not self.live.watching, "while breathing nothing is judged"
        self.shown.append(self.live.advance(Glimpse(self.now_s, pose=pose)))
        self.now_s += 1.0 / HZ
        return self.shown[-1]

    def breathe(self, seconds: float, how: Breathing | None = None) -> "Sitting":
        for pose in breathing(how or quiet(), seconds, start_s=self.now_s, hz=HZ, looked_at=how is not None):
            self.see(pose)
        return self

    def press(self, key: str) -> Shown:
        self.shown.append(self.live.advance(Glimpse(self.now_s, key=key)))
        return self.shown[-1]

    def of(self, kind: str) -> list[Event]:
        return [event for shown in self.shown for event in shown.events if event.kind == kind]

    def said(self) -> list[str]:
        return [str(event.details["id"]) for event in self.of("say")]


def test_4_7_8_is_paced_counted_and_over_after_four() -> None:
    sitting = Sitting(PACED).breathe(50.0)
    acts = [name.split()[1] for name in sitting.said() if name[0].isdigit()]
    assert acts == ["breathe_in", "hold_breath", "breathe_out"] * 4
    counted = [event.details["text"] for event in sitting.of("say") if event.details["id"] == "count"]
    assert counted == ["2", "2", "3", "4", "2", "3", "4"] * 4
    assert sitting.live.state.ended == "done"
    shares = [shown.stage.breath_share for shown in sitting.shown if isfinite(shown.stage.breath_share)]
    assert (min(shares), max(shares)) == (0.0, 1.0)
    assert max(abs(b - a) for a, b in pairwise(shares)) < 0.1, "no jump"
    (told,) = sitting.of("breathed")
    assert (told.details["exercise"], told.details["paced"], told.details["rate_per_min"]) == (
        "breathing-478",
        True,
        None,
    )


def test_the_way_out_is_always_shown_while_a_pace_is_given() -> None:
    for item in (PACED, BELLY):
        sitting = Sitting(item).breathe(40.0)
        paced = [shown.stage for shown in sitting.shown if shown.stage.part == "breathing"]
        assert {stage.hint for stage in paced} == {"Dizzy or short of breath? P or crossed arms: breathe as it comes."}


def test_nobody_waits_for_a_good_view_before_they_may_breathe() -> None:
    sitting = Sitting(PACED)
    for _ in range(100):
        sitting.see(sf.nobody(sitting.now_s))
    assert "1 breathe_in" in sitting.said()


def test_dizzy_gives_up_the_pace_and_not_the_session() -> None:
    sitting = Sitting(PACED).breathe(15.0)
    shown = sitting.press("p")
    assert shown.says[0].text == "Breathe as it comes. Sit or lie down comfortably."
    assert shown.says[0].urgency is Urgency.STOP
    assert sitting.of("freed")[0].details == {"by": "key"}
    sitting.breathe(30.0)
    stage = sitting.shown[-1].stage
    assert (stage.part, stage.breath_text, isnan(stage.breath_share)) == ("breathing", "Breathe as it comes", True)
    assert not [name for name in sitting.said()[-3:] if "hold_breath" in name]
    assert sitting.live.state.pains == 0
    sitting.breathe(10.0)
    assert sitting.live.state.ended == "done"
    assert [event.details["freed"] for event in sitting.of("breathed")] == [True]


def test_crossed_arms_give_up_the_pace_too_and_fill_first() -> None:
    sitting = Sitting(PACED).breathe(15.0)
    asked = ""
    while not sitting.of("freed"):
        shown = sitting.see(posed(sf.ON_THE_FLOOR, sitting.now_s, ACROSS, ACROSS))
        asked = shown.stage.cue or asked
        assert sitting.now_s < 20.0
    assert asked == "Breathe as it comes? Keep your arms crossed."
    assert sitting.of("freed")[0].details == {"by": "hand"}
    assert not sitting.of("pain")
    sitting.breathe(2.0)
    for _ in range(30):
        sitting.see(posed(sf.ON_THE_FLOOR, sitting.now_s, ACROSS, ACROSS))
    assert len(sitting.of("freed")) == 1, "who breathes as it comes may lie as they like"


def test_the_shape_follows_the_person_where_their_breath_is_seen() -> None:
    sitting = Sitting(BELLY).breathe(45.0, quiet(12.0))
    stage = sitting.shown[-1].stage
    assert stage.cue == "Your own breath leads."
    assert stage.phase in ("12 a minute, belly 73 %", "12 a minute, belly 72 %", "12 a minute, belly 74 %")
    after = [shown.stage.breath_share for shown in sitting.shown[-60:]]
    assert max(after) > 0.9
    assert min(after) < 0.1
    assert max(abs(b - a) for a, b in pairwise(after)) < 0.2
    spoken = [name for name in sitting.said() if "breathe_in" in name]
    late = [event for event in sitting.of("say") if "breathe_" in str(event.details["id"]) and event.time_s > 32.0]
    assert spoken
    assert not late, "to whose breath is followed, none is dictated"


def test_the_shape_goes_by_itself_where_none_is_seen() -> None:
    sitting = Sitting(BELLY).breathe(45.0, Breathing())
    stages = [shown.stage for shown in sitting.shown[-90:]]
    assert {stage.cue for stage in stages} == {"I cannot see your breath clearly."}
    assert max(stage.breath_share for stage in stages) > 0.95
    assert not [stage for stage in stages if "minute" in stage.phase]


@pytest.mark.parametrize(
    ("how", "cue"),
    [(quiet(12.0, 3.0, 9.0), "belly_breath"), (quiet(24.0, varies=0.02), "breathe_slower"), (quiet(), "")],
    ids=["chest", "fast", "calm"],
)
def test_what_is_said_of_a_breath_is_said_softly_and_seldom(how: Breathing, cue: str) -> None:
    sitting = Sitting(BELLY).breathe(60.0, how)
    said = [event for event in sitting.of("say") if event.details["id"] in ("belly_breath", "breathe_slower")]
    assert {str(event.details["id"]) for event in said} == ({cue} if cue else set())
    assert all(event.details["urgency"] == "remark" for event in said)
    assert all(b.time_s - a.time_s >= 20.0 for a, b in pairwise(said))


def test_a_held_breath_is_spoken_of_while_lying_and_never_in_4_7_8() -> None:
    long = Item("belly-breathing", None, 14, 0.0)
    stops = Breathing(8.0, 3.0, 2.0, 0.0, 2.5, 0.5, stops_s=45.0)
    assert "held" in Sitting(long).breathe(70.0, stops).said()
    long_hold = Breathing(8.0, 3.0, 2.0, 0.0, 2.5, 0.5, stops_s=32.0)
    assert "held" not in Sitting(PACED).breathe(46.0, long_hold).said()


def test_what_was_told_is_kept_and_shown_at_the_end() -> None:
    sitting = Sitting(BELLY, language="en").breathe(80.0, quiet())
    (told,) = sitting.of("breathed")
    assert told.details["rate_per_min"] == pytest.approx(12.0, abs=0.5)
    assert told.details["belly_share"] == pytest.approx(0.73, abs=0.05)
    assert told.details["told_s"] > 20.0
    line = sitting.shown[-1].stage.lines[0]
    assert line.startswith("Belly breathing: 12 breaths a minute (± 0.")
    assert "belly 7" in line
    assert "score" not in " ".join(sitting.shown[-1].stage.lines).lower()


def test_what_was_not_told_is_said_too() -> None:
    lines = Sitting(BELLY).breathe(80.0, Breathing()).shown[-1].stage.lines
    assert lines[0] == "Belly breathing: your breath could not be told. I cannot see your breath clearly."


def test_answers_take_away_hold_and_pace() -> None:
    no_hold = Sitting(Item("breathing-478", None, 4, 0.0, notes=("no_hold",))).breathe(40.0)
    assert not [name for name in no_hold.said() if "hold_breath" in name]
    natural = Sitting(Item("belly-breathing", None, 6, 0.0, notes=("natural",))).breathe(40.0)
    stage = natural.shown[-1].stage
    assert (stage.breath_text, stage.hint) == ("Breathe as it comes", "breathe as it comes")
    assert not [name for name in natural.said() if "breathe_in" in name]


def test_who_must_not_lie_on_their_back_is_not_asked_to() -> None:
    sitting = Sitting(Item("belly-breathing", None, 6, 0.0, notes=("side_or_sitting",))).breathe(64.0, quiet(24.0))
    told = " ".join(str(event.details["text"]) for event in sitting.of("say"))
    assert "Lie on your side or sit" in told
    assert "back" not in told
    assert "back" not in "".join(shown.stage.cue + shown.stage.phase for shown in sitting.shown)
    # Of who does not lie on their back no breath is told, whatever moves.
    assert sitting.of("breathed")[0].details["rate_per_min"] is None
    lying = Sitting(Item("breathing-478", None, 4, 0.0, notes=("lying",))).breathe(1.0)
    assert lying.shown[-1].stage.cue.startswith("Lie down comfortably")


@pytest.mark.parametrize("notes", [("natural",), ()])
def test_nothing_is_said_of_the_breath_of_who_must_breathe_as_it_comes_or_was_dizzy(notes: tuple[str, ...]) -> None:
    sitting = Sitting(Item("belly-breathing", None, 14, 0.0, notes=notes)).breathe(14.0, quiet(24.0, 3.0, 9.0))
    if not notes:
        sitting.press("p")
    sitting.breathe(60.0, quiet(24.0, 3.0, 9.0))
    assert not {"belly_breath", "breathe_slower", "held"} & set(sitting.said())


def test_after_breathing_comes_the_next_step() -> None:
    sitting = Sitting(BELLY, Item("bridge", None, 2, 5.0))
    while sitting.live.state.part == "breathing":
        sitting.breathe(0.1)
    assert (sitting.live.state.part, sitting.live.watching) == ("set-up", True)
    assert sitting.of("part")[0].details["exercise"] == "belly-breathing"
    sitting = Sitting(BELLY, PACED).breathe(2.0)
    assert sitting.press("s").stage.title == "4-7-8 breathing"
    sitting.press(" ")
    assert sitting.shown[-1].stage.part == "paused"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_moment_has_its_words(language: Language) -> None:
    sitting = Sitting(BELLY, PACED, language=language, closing="belly").breathe(64.0, quiet())
    for _ in range(2):
        sitting.press("p")
        sitting.breathe(1.0)
    stages = [shown.stage for shown in sitting.shown if shown.stage.part == "breathing"]
    assert len({stage.title for stage in stages}) >= 2
    for stage in stages:
        assert stage.breath_text or stage.cue
        assert stage.hint
        assert "{" not in "".join((stage.title, stage.cue, stage.hint, stage.phase, stage.breath_text))


def test_a_session_of_breathing_alone_is_kept(model_path: Path, tmp_path: Path) -> None:
    clip = tmp_path / "grey.mp4"
    with VideoRecorder(clip, width=320, height=240, rate_hint=10.0) as recorder:
        for number in range(25):
            recorder.write(np.full((240, 320, 3), 100 + number, np.uint8), number / 10.0)
    wish = Wish(str(clip), exercise="belly-breathing", voice=False, headless=True, out=tmp_path / "sessions")
    exercises = chosen_exercises("belly-breathing")
    plan = default_plan(exercises, "belly-breathing")
    run_session(wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: False)
    (folder,) = (tmp_path / "sessions").iterdir()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    (record,) = summary["breathing"]
    assert (record["exercise"], record["rate_per_min"], record["why_not"]) == ("belly-breathing", None, "not_seen")
    assert (summary["exercises"], summary["asked_for"]) == ([], "belly-breathing")
    events = [json.loads(line)["event"] for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert events.count("breathed") == 1
    assert not len(load(folder / "poses.npz")), "of breathing no landmarks are kept"
