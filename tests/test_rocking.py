"""One posture, two exercises: what is done with it tells which, and until then the held one's verdicts stand.

Protected here: that gentle rocking becomes a dynamic lunge with every repetition counted, that holds, bounces and
single ways in and out stay the low lunge just as if there were no other, that stricter limits hold from the first frame
when the exercise is named, and each of the signs of forcing that only a rocked stretch has.
"""

import itertools
from collections.abc import Callable

import pytest

import stick_figure as sf
from poses.exercise import Band
from poses.exercise_file import built_in
from poses.records import Finding, Step, Verdict
from poses.tally import Hold, Repetition
from psoas_coach.session import Session

Course = Callable[[float], float]
LOW, HIGH = -5.0, 6.0
RATE_HZ = 20.0


def smooth(share: float) -> float:
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)


def rocked(
    period_s: float, count: int, *, start_s: float = 2.0, low: float = LOW, high: float = HIGH, growth: float = 0.0
) -> Course:
    """In and out ``count`` times, minimum jerk, from ``low`` to ``high`` and each time ``growth`` farther."""

    def at(time_s: float) -> float:
        number, into = divmod(time_s - start_s, period_s)
        if time_s < start_s or number >= count:
            return low
        share = into / (period_s / 2.0)
        return low + (high + growth * number - low) * smooth(share if share <= 1.0 else 2.0 - share)

    return at


def lasting(*points: tuple[float, float]) -> Course:
    """Through points of time and angle, resting in each."""

    def at(time_s: float) -> float:
        for (before_s, before), (after_s, after) in itertools.pairwise(points):
            if time_s <= after_s:
                return before + (after - before) * smooth(max(time_s - before_s, 0.0) / (after_s - before_s))
        return points[-1][1]

    return at


class Run:
    """A session over a lunge whose opening follows a course."""

    def __init__(self, course: Course, until_s: float, *ids: str, expected: str | None = None) -> None:
        exercises = [one for one in built_in() if not ids or one.id in ids]
        session = Session(exercises, corrects=sf.uncorrected())
        session.expect(expected)
        frames = [frame / RATE_HZ for frame in range(round(until_s * RATE_HZ))]
        self.steps: list[Step] = [
            session.step(number, sf.on_the_knee(sf.pose(sf.lunge(course(t)), t))) for number, t in enumerate(frames)
        ]
        end = session.finish()
        self.findings: list[Finding] = [one for step in self.steps for one in step.findings] + list(end.findings)
        self.holds: list[Hold] = [one for step in self.steps for one in step.moment.holds] + list(end.holds)
        self.repetitions: list[tuple[str | None, Repetition]] = [
            (step.moment.exercise, one) for step in self.steps for one in step.moment.repetitions
        ]

    def said(self) -> set[tuple[str, str, Verdict]]:
        return {(one.exercise, one.rule, one.verdict) for one in self.findings}

    def exercises(self) -> list[str | None]:
        """What it was taken for, in order, each once."""
        named = [step.assessment.exercise for step in self.steps]
        return [one for one, before in zip(named, [None, *named], strict=False) if one != before]


def test_gentle_rocking_is_a_dynamic_lunge_with_every_repetition_and_no_word() -> None:
    run = Run(rocked(4.5, 8), 42.0)
    assert run.exercises() == ["low-lunge", "dynamic-lunge"]
    # The second repetition is complete when the leg is back at 11 s.
    assert next(s.pose.time_s for s in run.steps if s.assessment.exercise == "dynamic-lunge") == pytest.approx(
        11, abs=0.5
    )
    assert [(name, one.number) for name, one in run.repetitions] == [("dynamic-lunge", n) for n in range(1, 9)]
    assert run.findings == []
    assert run.holds == [], "the end of a repetition is no hold"


def test_rocks_that_are_read_too_small_are_counted_and_what_stays_short_of_the_stretch_is_none() -> None:
    # A reading that is one sigma too small has the tops of a rock from -5 to 6 degrees at 2.
    run = Run(rocked(4.5, 8, low=-9.0, high=2.0), 42.0)
    assert [(name, one.number) for name, one in run.repetitions] == [("dynamic-lunge", n) for n in range(1, 9)]
    assert run.findings == []
    hasty = Run(rocked(1.4, 8, low=-9.0, high=2.0), 17.0)
    assert ("dynamic-lunge", "tempo", Verdict.STOP) in hasty.said()
    shifting = Run(rocked(4.5, 8, low=-14.0, high=-3.0), 42.0)
    assert shifting.repetitions == []
    assert shifting.exercises() == ["low-lunge"]


def test_a_held_lunge_is_what_it_would_be_if_there_were_no_other() -> None:
    courses = {
        "held": lasting((0, -5), (2, -5), (5, 9), (20, 9), (23, -5), (30, -5)),
        "held briefly, twice": lasting(
            (0, -5), (2, -5), (4, 9), (8, 9), (10, -5), (13, -5), (15, 9), (18.5, 9), (21, -5)
        ),
        "bounced": lambda t: lasting((0, -5), (2, -5), (5, 9))(t) + (rocked(1.2, 8, start_s=8.0, low=-3.0)(t) + 3.0),
        "too deep": lasting((0, 5), (3, 5), (6, 36), (9, 36), (13, 5), (20, 5)),
    }
    for name, course in courses.items():
        both, alone = Run(course, 30.0), Run(course, 30.0, "low-lunge", "bridge")
        assert [s.assessment.readings for s in both.steps] == [s.assessment.readings for s in alone.steps], name
        assert [s.cue for s in both.steps] == [s.cue for s in alone.steps], name
        assert both.findings == alone.findings, name
        assert both.holds == alone.holds, name


def test_a_hold_after_rocking_is_a_low_lunge_again_from_its_true_beginning() -> None:
    rock, hold = rocked(4.5, 4), lasting((22.0, LOW), (25.0, HIGH), (45.0, HIGH))
    run = Run(lambda t: rock(t) if t < 22.0 else hold(t), 45.0)
    assert run.exercises() == ["low-lunge", "dynamic-lunge", "low-lunge"]
    (held,) = run.holds
    assert held.start_s == pytest.approx(23.5, abs=0.3)
    assert held.end_s == pytest.approx(45.0, abs=0.2)


@pytest.mark.parametrize(
    ("course", "until_s", "said"),
    [
        (rocked(2.5, 8), 24.0, {("dynamic-lunge", "tempo", Verdict.CAUTION)}),
        (rocked(1.4, 10), 18.0, {("dynamic-lunge", "tempo", Verdict.STOP)}),
        (rocked(5.0, 5, growth=1.5), 29.0, {("dynamic-lunge", "growth", Verdict.CAUTION)}),
        (rocked(5.0, 5, growth=0.8), 29.0, set()),
    ],
    ids=["hasty", "bounced", "growing", "hardly growing"],
)
def test_each_sign_of_a_forced_rock_is_found_and_only_it(
    course: Course, until_s: float, said: set[tuple[str, str, Verdict]]
) -> None:
    found = {
        one for one in Run(course, until_s).said() if one[2] is not Verdict.CAUTION or one[1] in ("tempo", "growth")
    }
    assert found - {("dynamic-lunge", "tempo", Verdict.CAUTION)} == said - {("dynamic-lunge", "tempo", Verdict.CAUTION)}
    assert (("dynamic-lunge", "tempo", Verdict.CAUTION) in found) >= (
        ("dynamic-lunge", "tempo", Verdict.CAUTION) in said
    )


def test_the_named_exercise_has_its_own_limits_from_the_first_repetition_on() -> None:
    # 13 degrees lie between the caution limits of both: 12 when rocked, 15 when held.
    course = lambda t: 19.0 / 11.0 * (rocked(5.0, 1)(t) - LOW) + LOW  # noqa: E731 - one repetition, to 14 degrees
    assert Run(course, 8.0).findings == []
    for named in (Run(course, 8.0, "dynamic-lunge"), Run(course, 8.0, expected="dynamic-lunge")):
        assert named.exercises() == ["dynamic-lunge"]
        assert named.said() == {("dynamic-lunge", "hip-opening", Verdict.CAUTION)}


def test_what_was_asked_for_is_not_renamed() -> None:
    run = Run(rocked(4.5, 4), 22.0, expected="low-lunge")
    assert run.exercises() == ["low-lunge"]
    assert run.repetitions == []


def test_the_limits_are_those_of_the_specification() -> None:
    held, rocks = (next(one for one in built_in() if one.id == name) for name in ("low-lunge", "dynamic-lunge"))
    assert rocks.like == "low-lunge"
    assert rocks.posture == held.posture
    assert [rule for rule in rocks.rules if rule.id != "hip-opening"] == list(held.rules[1:])
    assert (rocks.rules[0].target, rocks.rules[0].caution, rocks.rules[0].stop) == (
        Band(0, 8),
        Band(max=12),
        Band(max=25),
    )
    movement = rocks.movement
    assert movement is not None
    assert movement.tempo is not None
    assert movement.growth is not None
    assert movement.speed is not None
    assert (movement.tempo.caution_s, movement.tempo.stop_s) == (3.0, 1.7)
    assert (movement.growth.trend_deg, movement.growth.over, movement.growth.above_first_deg) == (1.0, 4, 5.0)
    assert (movement.speed.caution_opening_deg_s, movement.speed.stop_opening_deg_s) == (25.0, 40.0)
