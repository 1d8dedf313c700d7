"""The programme of a day: what may be in it whatever somebody answers and did, how much of it, and how long it is."""

import re
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from test_screening import CELLS, specified, well

from calibration.progress import REST, Done
from calibration.screening import Answer, Level, screen, table
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language, Messages
from psoas_coach import plan_file, programme_told
from psoas_coach.history.recent import Recent
from psoas_coach.plan import Breathing, Item, Plan, read_plan, suited
from psoas_coach.programme import Programme, compose, length_s

NOW = datetime(2026, 3, 5, 19, 0)
EXERCISES = built_in()
STRETCHES = {exercise.id for exercise in EXERCISES if exercise.has_leg_roles}
MOVES = {exercise.id for exercise in EXERCISES}
# In the order of the specification's own table, read there and not from the program's file.
WITHHELD = {
    (question, exercise) for question, exercise, cell in CELLS if specified(cell)[0] in (Level.WITHHELD, Level.ASK)
}


def answered(yes: set[str], unknown: set[str], missing: set[str]) -> dict[str, Answer]:
    given_ = dict(well(**dict.fromkeys(yes, "yes"))) | cast(dict[str, Answer], dict.fromkeys(unknown, "unknown"))
    return {name: answer for name, answer in given_.items() if name not in missing}


QUESTIONS = st.sampled_from(table().questions)
SAFE = st.sampled_from((*table().person, *table().today))
ANSWERS = st.one_of(
    # All of them, most of which ask for help first; and those that leave something to do.
    st.dictionaries(QUESTIONS, st.sampled_from(("yes", "no", "unknown"))).map(lambda some: {**some}),
    st.builds(answered, st.sets(QUESTIONS, max_size=3), st.sets(QUESTIONS, max_size=1), st.just(set())),
    st.builds(answered, st.sets(SAFE, max_size=4), st.sets(SAFE, max_size=1), st.sets(SAFE, max_size=1)),
)
SECONDS = st.floats(0.0, 900.0)
TOLD = st.builds(
    Done,
    at=st.integers(0, 200).map(lambda hours: NOW - timedelta(hours=hours)),
    pain=st.integers(0, 10),
    worse_next_day=st.sampled_from((None, True, False)),
)
RECENT = st.one_of(
    st.just(Recent()),
    st.builds(
        Recent,
        last=st.one_of(st.none(), st.integers(0, 30).map(lambda days: NOW.date() - timedelta(days=days))),
        told=st.lists(TOLD, max_size=4).map(tuple),
        week_s=st.tuples(SECONDS, SECONDS),
        today_s=st.tuples(st.floats(0.0, 120.0), st.floats(0.0, 120.0)),
        repeated=st.dictionaries(st.sampled_from(sorted(MOVES)), st.integers(0, 20)),
        over=st.frozensets(st.sampled_from(sorted(MOVES)), max_size=2),
        only_breathing=st.booleans(),
    ),
)


NOTHING = Recent()


def programme(lately: Recent = NOTHING, **answers: str) -> Programme:
    made = compose(screen(well(**answers)), lately, EXERCISES, NOW)
    assert made is not None
    return made


def order(made: Programme) -> list[str]:
    return list(dict.fromkeys(f"{made.purpose(n)} {item.exercise}" for n, item in enumerate(made.plan.items)))


def reasons(made: Programme) -> dict[str, str]:
    return {one.exercise: one.why for one in made.left_out}


@settings(max_examples=1500, deadline=None)
@given(ANSWERS, RECENT)
def test_whatever_is_answered_and_was_done(answers: dict[str, Answer], lately: Recent) -> None:
    outcome = screen(answers)
    counts_as_yes = {name for name in table().questions if answers.get(name, "unknown") != "no"}
    made = compose(outcome, lately, EXERCISES, NOW)
    if counts_as_yes & {*table().emergency, *table().doctor_soon}:
        assert made is None, "there is a referral, and nothing to do"
        return
    assert made is not None
    done = {item.exercise for item in made.plan.items}
    assert not {(question, exercise) for question in counts_as_yes for exercise in done} & WITHHELD
    moved = done & MOVES
    if counts_as_yes & set(table().today):
        assert not moved, "on such a day only breathing is left"
    # What closes is breathing too: no pace for whom it is withheld, and no hold for whom it must not be.
    if "S10" in counts_as_yes:
        assert made.plan.breathing == "belly"
    if counts_as_yes & {"S6", "S9"}:
        assert made.plan.breathing != "paced"
    assert suited(made.plan, outcome.offers) == made.plan, "a session would leave nothing out, nor ease anything more"
    # The order, and at most one stretch.
    assert made.plan.items[0].exercise == "belly-breathing"
    assert made.plan.breathing
    kinds = [kind for kind, _ in (name.split() for name in order(made))]
    assert kinds == sorted(kinds, key=["arrive", "strength", "stretch", "close"].index)
    assert len(done & STRETCHES) <= 1
    if moved:
        assert made.plan.items[-1].exercise == "belly-breathing"
        assert 600.0 <= made.length_s <= 1200.0
    else:
        assert made.short
        assert 240.0 <= made.length_s < 600.0
    follows_the_doses(made.plan, lately)
    follows_the_days_of_rest(made, lately)


def follows_the_doses(plan: Plan, lately: Recent) -> None:
    """B7, D5, L12, L13, 3.5 and 2.7 of the specification, in its own numbers."""
    stretched = [0.0, 0.0]
    repeated = dict(lately.repeated)
    breaths = 0
    for item in plan.items:
        if item.breathes:
            breaths += item.repetitions
            continue
        assert item.rest_s >= 10.0
        if item.exercise in STRETCHES:
            assert item.side is not None
            assert 1 <= item.repetitions <= 4
            assert 10.0 <= item.hold_s <= 30.0
            stretched[item.side] += item.repetitions * item.hold_s
        else:
            repeated[item.exercise] = repeated.get(item.exercise, 0) + item.repetitions
            assert repeated[item.exercise] <= (12 if item.exercise == "bridge" else 16)
    assert breaths <= 70
    assert stretched[0] == stretched[1], "no side is to catch up"
    for side in (0, 1):
        if stretched[side]:
            assert stretched[side] <= 60.0
            assert lately.today_s[side] + stretched[side] <= 90.0
            assert lately.week_s[side] + stretched[side] <= 600.0
    assert dict(plan.levels) == {}, "nobody is given a harder level than the first"


def follows_the_days_of_rest(made: Programme, lately: Recent) -> None:
    done = {item.exercise for item in made.plan.items}
    assert not done & lately.over
    if lately.only_breathing:
        assert not done & MOVES
    too_much = [one for one in lately.told if one.pain >= 4 or one.worse_next_day]
    if any(one.at + timedelta(hours=48) > NOW for one in too_much):
        assert not done & STRETCHES
        assert made.rest_until is not None


@settings(max_examples=200, deadline=None)
@given(ANSWERS, RECENT)
def test_what_is_written_is_read_back_as_the_same_plan(
    tmp_path_factory: pytest.TempPathFactory, answers: dict[str, Answer], lately: Recent
) -> None:
    outcome = screen(answers)
    made = compose(outcome, lately, EXERCISES, NOW)
    if made is None:
        return
    path = tmp_path_factory.mktemp("plans") / "plan.toml"
    for language in LANGUAGES:
        plan_file.write(path, programme_told.plan_text(Messages(language), made, NOW))
        read = read_plan(path, EXERCISES)
        assert suited(read, outcome.offers) == made.plan
        assert length_s(suited(read, outcome.offers)) == made.length_s


def test_any_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    steps = (
        Item("breathing-478", None, 4, 0.0, full=True),
        Item("dead-bug", None, 7, 0.0, 33.3, unseen=("lower-back", "far-leg", "arm-and-leg")),
        Item("dynamic-lunge", 1, 6, 0.0, 12.0),
        Item("low-lunge", 0, 1, 12.345678901, 10.0),
    )
    closings: tuple[Breathing, ...] = ("", "belly")
    for closing in closings:
        plan = Plan(steps, closing, levels=(("dead-bug", 3),))
        plan_file.write(tmp_path / "new" / "plan.toml", plan_file.text_of(plan, ("é",), {1: 'a "comment"'}))
        assert read_plan(tmp_path / "new" / "plan.toml", EXERCISES) == plan


def test_nothing_against_anything() -> None:
    made = programme()
    assert order(made) == [
        "arrive belly-breathing",
        "strength bridge",
        "strength dead-bug",
        "strength standing-core",
        "stretch low-lunge",
        "close belly-breathing",
    ]
    assert [(i.side, i.repetitions, i.hold_s) for i in made.plan.items if i.exercise == "low-lunge"] == [
        (0, 2, 30.0),
        (1, 2, 30.0),
    ]
    assert (made.left_out, made.rest_until, made.see, made.short) == ((), None, (), False)
    # Added up by hand: 12 + 14 * 8.5 twice; 20 + 8 * 10 + 20; 20 + 10 * 6 + 20; 20 + 10 * 5 + 20; twice
    # 20 + 2 * (30 + 8 + 20); and four breaths of 9.5 s.
    assert made.length_s == 2 * 131.0 + 120.0 + 100.0 + 90.0 + 2 * 136.0 + 38.0


@pytest.mark.parametrize(
    ("yes", "moves", "left_out"),
    [
        ("S11", ["bridge", "dead-bug", "standing-core", "supine-hip-opening"], {}),
        ("S12", ["bridge", "dead-bug", "low-lunge"], {"standing-core": "answers"}),
        (
            "S5",
            ["bridge", "dead-bug", "standing-core"],
            {"low-lunge": "answers", "supine-hip-opening": "stress"},
        ),
        ("S9", ["standing-core"], dict.fromkeys(("bridge", "dead-bug", "low-lunge", "supine-hip-opening"), "answers")),
        (
            "S8",
            [],
            dict.fromkeys(("bridge", "dead-bug", "standing-core", "low-lunge", "supine-hip-opening"), "answers"),
        ),
    ],
)
def test_what_answers_leave(yes: str, moves: list[str], left_out: dict[str, str]) -> None:
    made = programme(NOTHING, **{yes: "yes"})
    assert list(dict.fromkeys(item.exercise for item in made.plan.items if not item.breathes)) == moves
    assert reasons(made) == left_out
    assert made.short == (not moves)


def test_little_to_move_means_longer_breathing_and_never_more_of_the_rest() -> None:
    usual, little = programme(), programme(S9="yes")
    breaths = [[item.repetitions for item in made.plan.items if item.breathes] for made in (usual, little)]
    assert breaths[0] == [14, 14]
    assert sum(breaths[1]) <= 70
    assert min(breaths[1]) > 14
    assert little.length_s == pytest.approx(600.0, abs=9.0)
    standing = [item for item in little.plan.items if item.exercise == "standing-core"]
    assert [(item.repetitions, item.notes) for item in standing] == [(10, ("chair",))]


def days_ago(days: float, **how: object) -> Done:
    return Done.model_validate({"at": NOW - timedelta(days=days), **how})


def test_days_of_rest() -> None:
    hurt, calm = days_ago(1, pain=4), days_ago(0.5, pain=1)
    resting = programme(Recent(told=(hurt, calm)))
    assert reasons(resting) == {"low-lunge": "resting", "supine-hip-opening": "resting"}
    assert resting.rest_until == hurt.at + REST
    assert {"bridge", "dead-bug"} <= {item.exercise for item in resting.plan.items}, "48 h of rest are from stretching"
    assert reasons(programme(Recent(told=(days_ago(2.1, pain=4), calm)))) == {}
    worse = programme(Recent(told=(days_ago(1, worse_next_day=True),)))
    assert set(reasons(worse).values()) == {"resting"}
    twice = programme(Recent(told=(days_ago(5, pain=6), days_ago(3, worse_next_day=True))))
    assert set(reasons(twice).values()) == {"therapist"}
    assert twice.therapist


def test_a_week_and_a_day_have_their_doses() -> None:
    one_hold = programme(Recent(week_s=(555.0, 0.0)))
    assert [i.repetitions for i in one_hold.plan.items if i.exercise == "low-lunge"] == [1, 1]
    assert set(reasons(programme(Recent(week_s=(0.0, 571.0)))).values()) == {"week"}
    today = Recent(last=NOW.date(), today_s=(72.0, 70.0), repeated={"bridge": 8, "dead-bug": 6, "standing-core": 10})
    assert reasons(programme(today)) == {
        "bridge": "today",
        "standing-core": "today",
        "low-lunge": "today",
        "supine-hip-opening": "today",
    }
    assert reasons(programme(Recent(over=frozenset({"low-lunge", "bridge"})))) == {"bridge": "over"}
    ended = programme(Recent(only_breathing=True))
    assert ended.short
    assert set(reasons(ended).values()) == {"only_breathing"}


def told(language: Language, made: Programme, profile: str | None = None) -> str:
    written = StringIO()
    out = Console(file=written, width=200)
    programme_told.tell(out, Messages(language), made, NOW)
    programme_told.tell_advice(out, Messages(language), made, profile)
    return written.getvalue()


@pytest.mark.parametrize(
    ("language", "length", "stretch", "morning"),
    [
        ("en", "About 15 minutes.", "first mild pull, never the maximum", "Tomorrow morning"),
        ("nl", "Ongeveer 15 minuten.", "eerste milde trek, nooit het uiterste", "Noteer morgenochtend"),
    ],
)
def test_each_step_has_a_sentence(language: Language, length: str, stretch: str, morning: str) -> None:
    text = told(language, programme(), "anna")
    assert length in text
    assert stretch in text
    assert morning in text
    texts = Messages(language)
    for name in ("bridge", "dead-bug", "standing-core", "low-lunge"):
        assert texts("programme", "why", name) in text
    for name in ("arrive", "close"):
        assert texts("programme", "breathe", name) in text
    assert texts("live", "advice", "softly") in text
    assert texts("programme", "advice", "therapist") in text
    # Both sides of the stretch are one step: seven with the close.
    assert re.findall(r"^(\d)  ", text, flags=re.M) == list("1234567")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: Language) -> None:
    hurt = days_ago(1, pain=4)
    made = [
        programme(S8="yes"),
        programme(S5="yes"),
        programme(Recent(told=(hurt,))),
        programme(Recent(told=(days_ago(5, pain=6), days_ago(3, worse_next_day=True)))),
        programme(Recent(week_s=(600.0, 600.0))),
        programme(Recent(repeated={"bridge": 12})),
        programme(Recent(over=frozenset({"dead-bug"}))),
        programme(Recent(only_breathing=True)),
    ]
    seen = {why for one in made for why in reasons(one).values()}
    assert seen == {"answers", "stress", "resting", "therapist", "week", "today", "over", "only_breathing"}
    for one in made:
        lines = programme_told.left_out_lines(Messages(language), one)
        assert len(lines) == len(set(reasons(one).values()))
        text = told(language, one)
        assert all(line in text for line in lines)
        assert "{" not in text
    assert f"{hurt.at + REST:%d-%m %H:%M}" in told(language, made[2])
    assert ("not ten" if language == "en" else "geen tien") in told(language, made[0])


@pytest.mark.parametrize(("days", "sentence"), [(0, "today already"), (1, "was yesterday"), (9, "was 9 days ago")])
def test_when_the_last_session_was(days: int, sentence: str) -> None:
    assert sentence in told("en", programme(Recent(last=date(2026, 3, 5) - timedelta(days=days))))
    assert "last session" not in told("en", programme())
