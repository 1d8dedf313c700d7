"""The machine of a live calibration on skeletons of known angles: what it measures, refuses, says and keeps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import cos, pi

import numpy as np
import pytest

import stick_figure as sf
from calibration.baseline import Baseline, Neutral
from calibration.level import levelled
from calibration.profile import Profile
from calibration.progress import PAIN_STOPS
from poses import correction, skeleton
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language, Messages
from poses.records import Pose, Verdict
from psoas_coach.calibrate_session import CalibrationSession
from psoas_coach.calibrate_state import BREATH_S, COUNTS_S, Task, tasks
from psoas_coach.live_events import Event
from psoas_coach.live_state import Glimpse, Shown
from psoas_coach.person_lines import told_lines

RATE = 15.0
NOW = datetime(2026, 3, 10, 9, 0)
EXERCISES = built_in()
EVERYTHING = tasks({"low-lunge", "bridge"})
LUNGES = tasks({"low-lunge"})[2:]
TALL = sf.lunge(0.0)
STANDING = replace(sf.STANDING, trunk_deg=1.5)


@pytest.fixture(autouse=True)
def _believes_the_skeleton(monkeypatch: pytest.MonkeyPatch) -> None:
    """The correction was fitted to people: a stick figure is what it looks like."""
    believing = sf.uncorrected(sigma_deg=2.0)
    monkeypatch.setattr(correction, "built_in", lambda: believing)


class Sitting:
    """A person before the machine: postures in, everything it said and did out."""

    def __init__(
        self,
        plan: tuple[Task, ...] = EVERYTHING,
        profile: Profile | None = None,
        language: Language = "en",
        roll_deg: float = 0.0,
    ) -> None:
        self.machine = CalibrationSession(plan, EXERCISES, profile or Profile(name="anna"), language, NOW)
        self.roll_deg, self.frame, self.facing = roll_deg, 0, 1
        self.noise = np.random.default_rng(1)
        self.shake_px = 0.0
        self.shown: list[Shown] = []

    def do(self, seconds: float, figure: sf.Figure | None, *, until: str = "") -> "Sitting":
        """Keeps a posture for so long, or until something happens."""
        for _ in range(round(seconds * RATE)):
            self.frame += 1
            pose = self._pose(figure)
            step = self.machine.step(self.frame, pose) if self.machine.watching else None
            self.shown.append(self.machine.advance(Glimpse(self.frame / RATE, step=step)))
            if until and any(event.kind == until for event in self.shown[-1].events):
                return self
        assert not until, (until, [(event.kind, event.details) for event in self.events][-6:])
        return self

    def move(self, seconds: float, start: sf.Figure, end: sf.Figure) -> "Sitting":
        """Glides from one posture to another, softly."""
        for number in range(round(seconds * RATE)):
            self.do(1 / RATE, sf.between(start, end, 0.5 - 0.5 * cos(pi * number / (seconds * RATE))))
        return self

    def turn(self) -> "Sitting":
        self.facing = -self.facing
        return self

    def stand(self) -> "Sitting":
        return self.do(12.0, STANDING, until="measured").do(BREATH_S + 0.2, STANDING)

    def kneel(self) -> "Sitting":
        return self.do(12.0, TALL, until="measured").do(BREATH_S + 0.2, TALL)

    def go_in(self, opening_deg: float, seconds: float = 3.0, *, lean_deg: float = 0.0) -> "Sitting":
        """Kneels tall, goes in and stays there until something comes of it."""
        far = replace(sf.lunge(opening_deg - lean_deg), trunk_deg=lean_deg)
        return self.do(2.5, TALL).move(seconds, TALL, far).do(COUNTS_S + 1.5, far)

    def come_out(self, opening_deg: float) -> "Sitting":
        return self.move(3.0, sf.lunge(opening_deg), TALL).do(BREATH_S, TALL)

    def tries(self, *openings_deg: float) -> "Sitting":
        for deg in openings_deg:
            self.go_in(deg).come_out(deg)
        return self

    def press(self, key: str) -> Shown:
        self.shown.append(self.machine.advance(Glimpse(self.frame / RATE, key=key)))
        return self.shown[-1]

    @property
    def events(self) -> list[Event]:
        return [event for shown in self.shown for event in shown.events]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def refused(self) -> list[tuple[str, ...]]:
        return [tuple(event.details["reasons"]) for event in self.of("refused")]

    @property
    def measured(self) -> list[tuple[str, str]]:
        return [(event.details["task"], event.details["side"]) for event in self.of("measured")]

    def _pose(self, figure: sf.Figure | None) -> Pose:
        time_s = self.frame / RATE
        if figure is None:
            return sf.nobody(time_s)
        if self.facing == -1:
            figure = replace(figure, left=figure.right, right=figure.left)
        pose = sf.pose(figure, time_s, facing=self.facing)
        if figure.trunk_deg < 45.0 and figure not in (STANDING, sf.STANDING):
            knee = skeleton.KNEES[skeleton.RIGHT if self.facing == 1 else skeleton.LEFT]
            shift = np.array([600.0, 500.0]) - pose.image_px[knee]
            pose = replace(pose, image_px=(pose.image_px + shift).astype(np.float32))
        if self.shake_px:
            shift = self.noise.normal(0.0, self.shake_px, 2)
            pose = replace(pose, image_px=(pose.image_px + shift).astype(np.float32))
        # A camera that leans shows a turned picture: levelled the other way.
        return replace(levelled(pose, -self.roll_deg), picture_px=None)


@pytest.fixture(scope="module")
def whole() -> Iterator[Sitting]:
    """Somebody who does all of it before a camera that leans by two degrees."""
    with pytest.MonkeyPatch.context() as patch:
        believing = sf.uncorrected(sigma_deg=2.0)
        patch.setattr(correction, "built_in", lambda: believing)
        sitting = Sitting(roll_deg=2.0).do(3.0, None).stand().turn().stand()
        sitting.kneel().tries(12.0, 14.0, 13.0).turn().kneel().tries(8.0, 9.0, 8.5)
        sitting.do(12.0, sf.ON_THE_FLOOR, until="measured").do(BREATH_S + 1.0, sf.ON_THE_FLOOR)
        yield sitting


def test_a_whole_calibration_needs_no_key(whole: Sitting) -> None:
    assert whole.refused == []
    assert [task for task, _ in whole.measured] == [
        *("standing", "standing", "kneeling", *["comfort"] * 3, "kneeling", *["comfort"] * 3, "lying"),
    ]
    assert whole.machine.state.ended == "done"
    profile = whole.machine.profile()
    baseline = profile.baseline
    assert baseline is not None
    assert baseline.roll_deg == pytest.approx(2.0, abs=0.1)
    assert [one.side for one in baseline.standing] == ["left", "right"]
    assert [one.trunk_deg for one in baseline.standing] == pytest.approx([1.5, 1.5], abs=0.2)
    assert [(one.side, round(one.hip_opening_deg)) for one in baseline.kneeling] == [("left", 0), ("right", 0)]
    assert baseline.lying[0].trunk_deg == pytest.approx(90.0, abs=0.5)
    ends = {one.side: one.end_deg for one in profile.comfort}
    # The first side was the one that was shown when it was time to kneel.
    assert ends == {"left": pytest.approx(13.0, abs=0.5), "right": pytest.approx(8.5, abs=0.5)}


def test_the_end_tells_what_was_measured_and_what_it_changes(whole: Sitting) -> None:
    stage = whole.shown[-1].stage
    assert (stage.part, stage.cue, stage.progress) == ("ended", "Done. Thank you.", (7, 7))
    assert stage.lines == (
        "Measured: Standing, Half-kneeling tall, Lying on your back. Until 10-04-2026.",
        "The camera leans by +2.0 degrees: --roll=+2.0 while it stays there.",
        "left: in a lunge care from 16, stop from 21 degrees today (everybody: 15 and 25).",
        "right: in a lunge care from 12, stop from 16 degrees today (everybody: 15 and 25).",
        "Ceilings to stay under, never aims. Until 17-03-2026; then everybody's hold.",
    )
    found, profile = whole.machine.found(), whole.machine.profile()
    lines = "\n".join(told_lines(Messages("en"), found, profile, NOW.date()))
    assert "The camera leans by +2.0 degrees" in lines
    assert "These hold until 10-04-2026." in lines
    assert "First mild stretch, left: 13 degrees (tries: 12, 14, 13). A ceiling to stay under, until 17-03-" in lines


def test_the_ring_fills_and_what_counts_is_told(whole: Sitting) -> None:
    stages = [shown.stage for shown in whole.shown if shown.stage.title == "First mild stretch"]
    assert {stage.repetitions for stage in stages} == {"0 / 3", "1 / 3", "2 / 3", "3 / 3"}
    shares = [stage.hold_share for stage in stages if stage.hold_share == stage.hold_share]
    assert max(shares) > 0.9
    assert any("never the maximum" in stage.cue for stage in stages)
    assert any("that says yes" in stage.hint for stage in stages)


def ready() -> Sitting:
    """Somebody who has knelt tall for the first side, and is to go in."""
    return Sitting(LUNGES).do(3.0, TALL).kneel()


def test_keeping_tall_is_no_yes() -> None:
    sitting = ready().do(20.0, TALL)
    assert sitting.measured == [("kneeling", "right")]
    assert sitting.machine.state.ready


def test_who_goes_on_or_comes_back_has_not_said_yes_yet() -> None:
    sitting = ready().do(2.5, TALL).move(3.0, TALL, sf.lunge(18.0)).do(1.5, sf.lunge(18.0))
    sitting.move(1.5, sf.lunge(18.0), sf.lunge(12.0)).do(COUNTS_S + 1.0, sf.lunge(12.0))
    (one,) = [result.attempt for result in sitting.machine.state.results if result.attempt is not None]
    assert one.opening_deg == pytest.approx(12.0, abs=0.5), "the one that was too much for them does not count"


@pytest.mark.parametrize("key", ["y", "j"])
def test_a_key_says_yes_sooner(key: str) -> None:
    far = sf.lunge(12.0)
    waiting = ready().do(2.5, TALL).move(3.0, TALL, far).do(3.3, far)
    assert len(waiting.of("measured")) == 1
    waiting.press(key)
    waiting.do(0.2, far)
    assert len(waiting.of("measured")) == 2


def test_who_is_tight_says_yes_with_a_key_though_the_hip_has_hardly_opened() -> None:
    near = sf.lunge(2.5)
    waiting = ready().do(2.5, TALL).move(3.0, TALL, near).do(30.0, near)
    assert len(waiting.of("measured")) == 1, "they may still be kneeling tall"
    waiting.press("y")
    waiting.do(COUNTS_S + 1.0, near)
    assert waiting.measured[-1] == ("comfort", "right")
    assert waiting.refused == []


def test_too_fast_is_refused_and_tried_again() -> None:
    sitting = ready().go_in(20.0, 0.8).come_out(20.0)
    assert sitting.refused == [("too_fast",)]
    assert any("That was too fast" in shown.stage.cue for shown in sitting.shown)
    assert sitting.tries(12.0).measured[-1] == ("comfort", "right")


def test_leaning_back_is_refused() -> None:
    assert ready().go_in(14.0, lean_deg=10.0).refused == [("leans_back",)]


def test_far_is_no_mild_stretch_and_is_warned_of() -> None:
    sitting = ready().go_in(34.0, 5.0)
    assert sitting.refused[0][0] == "no_mild"
    assert "too_far_caution" in [event.details["id"] for event in sitting.of("say")]


def test_three_tries_that_differ_are_asked_for_anew_and_then_left() -> None:
    sitting = ready().tries(8.0, 12.0, 16.0)
    assert sitting.refused == [("tries_differ",)]
    assert sitting.machine.found().comfort == ()
    again = sitting.tries(12.0, 12.5, 13.0)
    assert [one.end_deg for one in again.machine.found().comfort] == pytest.approx([12.5], abs=0.5)
    thrice = ready().tries(8.0, 12.0, 16.0, 8.0, 12.0, 16.0)
    assert thrice.machine.state.left == {1}
    assert "We leave this side for today." in " ".join(str(event.details["text"]) for event in thrice.of("say"))
    assert thrice.machine.state.task == LUNGES[2], "the other side is measured nonetheless"


def test_a_side_with_too_much_that_is_refused_is_left_for_today() -> None:
    sitting = ready()
    for _ in range(3):
        sitting.go_in(20.0, 0.8).come_out(20.0)
    assert sitting.refused == [("too_fast",)] * 3
    assert sitting.machine.state.left == {1}


def test_a_stop_ends_all_stretching_for_today() -> None:
    sitting = ready().tries(12.0, 12.0)
    far = replace(sf.lunge(0.0), trunk_deg=22.0)
    sitting.do(2.5, TALL).move(3.0, TALL, far).do(4.0, far)
    assert sitting.refused[-1] == ("stopped",)
    assert "No stretching more today." in " ".join(str(event.details["text"]) for event in sitting.of("say"))
    sitting.do(BREATH_S + 1.0, TALL)
    assert sitting.machine.state.ended == "done", "nothing else was left"
    profile = sitting.machine.profile()
    assert profile.comfort == ()
    assert profile.baseline is not None, "how they kneel was measured, and stays"


def test_pain_ends_it_keeps_no_stretch_lowers_and_rests() -> None:
    sitting = ready().tries(12.0, 12.0, 12.0)
    shown = sitting.press("p")
    assert (shown.stage.part, shown.stage.cue) == (
        "ended",
        "Come out slowly, and rest. No stretching for two days.",
    )
    profile = sitting.machine.profile()
    assert profile.comfort == ()
    assert [done.pain for done in profile.sessions] == [PAIN_STOPS]
    assert shown.says[-1].urgency.name == "STOP"


def test_whoever_flickers_is_told_so() -> None:
    sitting = Sitting(LUNGES).do(3.0, TALL)
    sitting.shake_px = 14.0
    sitting.do(30.0, TALL)
    told = {shown.stage.cue for shown in sitting.shown}
    assert "I cannot see your near side clearly. More light, or clothes that stand out." in told
    assert sitting.measured == []


@pytest.mark.parametrize(
    ("plan", "figure"),
    [
        (EVERYTHING[:1], TALL),
        (LUNGES[:1], STANDING),
        (LUNGES[:1], sf.lunge(20.0)),
        (EVERYTHING[-1:], TALL),
        (EVERYTHING[:1], None),
    ],
)
def test_another_posture_is_coached_and_not_measured(plan: tuple[Task, ...], figure: sf.Figure | None) -> None:
    sitting = Sitting(plan).do(25.0, figure)
    assert sitting.measured == []
    assert len([event for event in sitting.of("say") if event.details["id"] in ("do", "no_person")]) >= 2


def test_the_other_side_is_asked_for() -> None:
    sitting = Sitting(EVERYTHING[:2]).do(3.0, STANDING).stand().do(12.0, STANDING)
    assert sitting.measured == [("standing", "right")]
    assert "Turn your left side to the camera." in [event.details["text"] for event in sitting.of("say")]
    assert sitting.turn().do(12.0, STANDING).measured == [("standing", "right"), ("standing", "left")]


def test_a_camera_that_leans_too_far_is_told_and_standing_begins_anew() -> None:
    sitting = Sitting(EVERYTHING[:2], roll_deg=7.0).do(3.0, STANDING).stand().turn()
    sitting.do(12.0, STANDING, until="refused")
    assert sitting.refused == [("camera_leans",)]
    assert (sitting.machine.state.place, sitting.machine.state.results) == (0, ())
    sitting.roll_deg = 1.0
    sitting.stand().turn().stand()
    found = sitting.machine.found().measured
    assert found is not None
    assert found.roll_deg == pytest.approx(1.0, abs=0.1)


def test_keys_skip_redo_pause_and_end() -> None:
    sitting = Sitting().do(3.0, STANDING).stand().turn().stand()
    assert sitting.machine.state.measured_roll
    sitting.press("r")
    assert (sitting.machine.state.place, sitting.machine.state.measured_roll) == (1, False)
    sitting.do(12.0, STANDING, until="measured")
    assert sitting.measured[-1] == ("standing", "left")
    sitting.press("s")
    assert sitting.machine.state.task == EVERYTHING[2]
    sitting.press(" ")
    paused = sitting.do(9.0, TALL).shown[-1].stage
    assert (paused.part, sitting.machine.watching, len(sitting.measured)) == ("paused", False, 3)
    sitting.press(" ")
    sitting.do(12.0, TALL, until="measured")
    shown = sitting.press("q")
    assert (shown.stage.part, sitting.machine.state.ended) == ("ended", "quit")
    baseline = sitting.machine.profile().baseline
    assert baseline is not None
    assert (len(baseline.standing), len(baseline.kneeling)) == (2, 1)


def test_tries_that_are_not_complete_count_for_nothing() -> None:
    sitting = ready().tries(12.0, 12.0)
    sitting.press("q")
    assert sitting.machine.found().comfort == ()
    skipped = ready().tries(12.0, 12.0)
    skipped.press("s")
    assert not [one for one in skipped.machine.state.results if one.attempt is not None]


def test_what_was_measured_last_week_stays_where_it_is_not_measured_anew() -> None:
    older = Neutral(side="left", hip_opening_deg=1.0, trunk_deg=2.0, spread_deg=0.3)
    before = Baseline(on=NOW.date().replace(day=5), kneeling=(older,))
    sitting = Sitting(LUNGES, Profile(name="anna", baseline=before)).do(3.0, TALL).kneel()
    baseline = sitting.machine.profile().baseline
    assert baseline is not None
    assert {one.side for one in baseline.kneeling} == {"left", "right"}
    assert baseline.on == before.on, "nothing holds longer than it should"
    long_ago = before.model_copy(update={"on": NOW.date().replace(day=1)})
    sitting = Sitting(LUNGES, Profile(name="anna", baseline=long_ago)).do(3.0, TALL).kneel()
    baseline = sitting.machine.profile().baseline
    assert baseline is not None
    assert ([one.side for one in baseline.kneeling], baseline.on) == (["right"], NOW.date())


def test_withheld_is_not_measured() -> None:
    assert {task.kind for task in tasks({"bridge"})} == {"standing", "lying"}
    assert {task.kind for task in tasks({"low-lunge"})} == {"standing", "kneeling", "comfort"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words_in_both_languages(language: Language) -> None:
    sitting = Sitting(LUNGES, language=language).do(3.0, None).do(3.0, TALL).kneel().go_in(20.0, 0.8).come_out(20.0)
    sitting.press("h")
    sitting.press("q")
    assert all(shown.stage.cue for shown in sitting.shown)
    assert ("j" if language == "nl" else "y") in dict(sitting.shown[-1].stage.keys)


def test_a_lost_camera_is_told() -> None:
    sitting = ready()
    shown = sitting.machine.advance(Glimpse(sitting.frame / RATE + 1.0, trouble="lost"))
    assert shown.stage.notice
    back = sitting.machine.advance(Glimpse(sitting.frame / RATE + 2.0))
    assert [say.text for say in back.says] == ["I see you again."]


def test_warnings_are_shown_over_what_is_asked() -> None:
    sitting = ready().go_in(20.0, 5.0)
    cues = [shown.stage for shown in sitting.shown if shown.stage.verdict is Verdict.CAUTION]
    assert cues
