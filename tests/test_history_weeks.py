"""What a history makes of weeks: counted by hand, rated by nobody, no change told that measuring could have made."""

import re
from datetime import date, datetime, timedelta

import pytest
from rich.console import Console

from calibration.baseline import Side
from poses.messages import LANGUAGES, Language, Messages, _texts
from psoas_coach.history import told, words
from psoas_coach.history.rows import (
    ComfortRow,
    Everything,
    ExerciseRow,
    FeltRow,
    FindingRow,
    PainRow,
    PassRow,
    SessionRow,
    Severity,
)
from psoas_coach.history.weeks import Period, period

# A Friday.
TODAY = date(2026, 3, 6)
MONDAY = date(2026, 3, 2)


def session(ident: str, on: date, hour: int = 19) -> SessionRow:
    began = datetime(on.year, on.month, on.day, hour)
    return SessionRow(ident, "live", "anna", began, "done", 300.0, 120.0, "full", f"/sessions/{ident}")


def lunge(ident: str, side: Side, judged_s: float = 60.0) -> ExerciseRow:
    return ExerciseRow(ident, 0, "low-lunge", side, judged_s, "ok")


def hold(ident: str, side: Side, held_s: float = 20.0, peak_deg: float = 9.0) -> PassRow:
    return PassRow(ident, 0, "hold", "low-lunge", side, 10.0, 10.0 + held_s, held_s, peak_deg, True)


def finding(ident: str, exercise: str, side: Side, verdict: Severity) -> FindingRow:
    return FindingRow(ident, 0, exercise, "hip-opening", "hip_opening_deg", side, verdict, 1.0, 2.0, 30.0, 25.0, 2.0)


def end(on: date, side: Side, deg: float) -> ComfortRow:
    return ComfortRow("anna", on, side, deg, deg - 1.0, deg + 1.0)


# Two weeks: two sessions on one day and one with pain in this one, one session in the last.
KEPT = Everything(
    sessions=(
        session("past", MONDAY - timedelta(days=1)),
        session("one", MONDAY, 8),
        session("two", MONDAY, 20),
        session("three", MONDAY + timedelta(days=3)),
    ),
    exercises=(
        lunge("past", "left", 30.0),
        lunge("one", "left"),
        lunge("one", "right", 40.0),
        ExerciseRow("two", 0, "bridge", None, 80.0, "caution"),
        lunge("three", "left", 60.0),
    ),
    passes=(
        hold("one", "left"),
        hold("one", "right", 15.0),
        PassRow("two", 0, "repetition", "bridge", None, 1.0, 9.0, 3.0, -2.0, True),
        hold("three", "left"),
    ),
    findings=(
        finding("past", "low-lunge", "left", "stop"),
        finding("one", "low-lunge", "right", "stop"),
        finding("two", "bridge", "left", "caution"),
        finding("three", "low-lunge", "left", "caution"),
    ),
    pains=(PainRow("three", 0, 100.0, "low-lunge", "exercise"),),
    felt=(FeltRow("anna", datetime(2026, 3, 2, 21), 1, 2, None), FeltRow("anna", datetime(2026, 3, 2, 9), 0, 1, None)),
)


def test_a_week_is_what_was_done_in_it() -> None:
    last, this = period("anna", KEPT, TODAY, 2).weeks
    assert (last.monday, this.monday) == (MONDAY - timedelta(days=7), MONDAY)
    assert [(day.sessions, day.hurt, day.pain) for day in this.days] == [
        (2, 0, 2),
        *[(0, 0, None)] * 2,
        (1, 1, None),
    ] + [(0, 0, None)] * 3
    left, right, both = this.doing
    assert (left.judged_s, left.holds, left.held_s, left.cautions, left.stops) == (120.0, 2, 40.0, 1, 0)
    assert (right.judged_s, right.holds, right.held_s, right.cautions, right.stops) == (40.0, 1, 15.0, 0, 1)
    # Of a bridge both legs do the same, whichever side was looked at.
    assert (both.judged_s, both.repetitions, both.cautions) == (80.0, 1, 1)
    assert (this.sessions, this.judged_s, this.stops, this.cautions, this.hurt, this.pain) == (3, 240.0, 1, 2, 1, 2)
    assert this.per_minute(3) == pytest.approx(0.75)
    assert last.per_minute(1) is None, "of half a minute no rate is told"


def test_days_of_rest_are_days_that_are_over_since_the_first_session() -> None:
    found = period("anna", KEPT, TODAY, 2)
    last, this = found.weeks
    # Tuesday and Wednesday; Friday is not over, and the weekend has not come.
    assert this.rest_days(found.since, TODAY) == 2
    # The first session there ever was: on that Sunday. Who did not know of it did not rest from it.
    assert found.since == MONDAY - timedelta(days=1)
    assert last.rest_days(found.since, TODAY) == 0
    assert last.rest_days(MONDAY - timedelta(days=30), TODAY) == 6
    assert last.rest_days(MONDAY, TODAY) is None


def test_sessions_of_other_weeks_are_not_counted() -> None:
    found = period("anna", KEPT, TODAY, 1)
    assert [one.id for one in found.sessions] == ["one", "two", "three"]
    assert sum(one.stops for one in found.totals) == 1
    assert sum(one.judged_s for one in found.totals) == 240.0


@pytest.mark.parametrize(
    ("ends", "says"),
    [((8.0, 10.0, 15.9), "no change since"), ((8.0, 16.0), "8° farther than"), ((16.0, 8.0), "8° nearer than")],
)
def test_a_limit_changed_only_by_more_than_measuring_makes_of_it(ends: tuple[float, ...], says: str) -> None:
    days = [TODAY - timedelta(weeks=len(ends) - number) for number in range(len(ends))]
    comforts = tuple(end(on, "left", deg) for on, deg in zip(days, ends, strict=True))
    found = period("anna", Everything(comforts=comforts), TODAY, 12)
    (line,) = words.limit_lines(Messages("en"), found.limits)
    assert line.startswith(f"left: {ends[-1]:.0f}° on {days[-1]}; ")
    assert says in line
    assert str(days[0]) in line


def test_the_limit_that_held_before_these_weeks_is_their_first() -> None:
    comforts = (end(date(2025, 6, 1), "left", 1.0), end(date(2025, 12, 1), "left", 6.0), end(MONDAY, "left", 9.0))
    (limit,) = period("anna", Everything(comforts=comforts), TODAY, 4).limits
    assert [one.end_deg for one in limit.ends] == [6.0, 9.0]
    assert limit.change_deg is None
    (alone,) = period("anna", Everything(comforts=comforts[:1]), TODAY, 4).limits
    assert "measured once" in words.limit_lines(Messages("en"), (alone,))[0]


def sides(pairs: tuple[tuple[float, float], ...]) -> Period:
    """Sessions a day apart, in which both sides were held as long, but opened so far."""
    days = [MONDAY + timedelta(days=number) for number in range(len(pairs))]
    held = [
        (f"s{n}", side, deg) for n, pair in enumerate(pairs) for side, deg in zip(("left", "right"), pair, strict=True)
    ]
    kept = Everything(
        sessions=tuple(session(f"s{number}", on) for number, on in enumerate(days)),
        passes=tuple(hold(ident, "left" if side == "left" else "right", 20.0, deg) for ident, side, deg in held),
        comforts=tuple(
            one
            for on, (left, right) in zip(days, pairs, strict=True)
            for one in (end(on, "left", left), end(on, "right", right))
        ),
    )
    return period("anna", kept, TODAY, 1)


def test_sides_differ_when_they_did_so_clearly_and_twice() -> None:
    once, twice, not_clearly = (
        sides(((2.0, 11.0), (9.0, 9.0))),
        sides(((2.0, 11.0), (1.0, 9.5))),
        sides(((2.0, 10.0),) * 4),
    )
    assert [(one.ends_differ, one.peaks_differ) for one in (once, twice, not_clearly)] == [
        (False, False),
        (True, True),
        (False, False),
    ]


def test_one_side_held_for_longer_by_more_than_a_fifth() -> None:
    def held(left_s: float, right_s: float) -> bool:
        passes = (hold("one", "left", left_s), hold("one", "right", right_s))
        return period("anna", Everything(sessions=(session("one", MONDAY),), passes=passes), TODAY, 1).held_differs

    assert held(50.0, 39.0)
    assert held(39.0, 50.0)
    assert not held(50.0, 41.0)
    assert not held(0.0, 0.0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_tells_it_in_both_languages(lang: Language) -> None:
    screen, texts = Console(record=True, width=200, file=None), Messages(lang)
    with screen.capture() as caught:
        told.tell(screen, texts, period("anna", KEPT, TODAY, 2), TODAY)
    lines = caught.get().splitlines()
    row = next(line for line in lines if words.day_told(texts, MONDAY) in line and "●" in line)
    assert re.search(r"● · · ✕ ·   ", row), row
    cells = re.split(r"\s{2,}", row.partition("✕ ·")[2].strip())
    told_in = ("4,0", "0,8") if lang == "nl" else ("4.0", "0.8")
    assert cells[:8] == ["3", told_in[0], "3", "1", "■ 1", "▲ 2", told_in[1], "2"]
    assert texts("history", "counts_only") in " ".join(lines)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_the_history_praises_scores_or_promises(lang: Language) -> None:
    text = " ".join(str(value) for value in [*_flat(_texts(lang)["history"])]).lower()
    words_of_praise = {
        "en": "score streak badge record best better worse improv progress rank goal praise",
        "nl": "score reeks medaille record beste beter slechter vooruitgang rang doel applaus",
    }
    forbidden = {known: listed.split() for known, listed in words_of_praise.items()}
    assert not [word for word in forbidden[lang] if word in text]
    assert not [word for word in ("therap", "symptom", "injury", "blessure", "klacht") if word in text]


def _flat(table: dict[str, object]) -> list[object]:
    return [leaf for value in table.values() for leaf in (_flat(value) if isinstance(value, dict) else [value])]
