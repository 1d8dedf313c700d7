"""From the folder of a session to its rows in the history.

The folder is the truth and the history an index over such folders: whatever is read here can be read again. A session
that was killed has no summary; its poses are judged again, by the limits that held, which gives the verdicts it had.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from calibration.baseline import Side
from poses.exercise_file import built_in
from poses.problem import Problem
from psoas_coach.analysis import recording_at
from psoas_coach.asked import EventLine, asked_in, events_in, watched
from psoas_coach.held_limits import with_held
from psoas_coach.history.rows import (
    BROKE_OFF,
    ExerciseRow,
    FindingRow,
    Kept,
    PainRow,
    PartRow,
    PassRow,
    PlannedRow,
    SessionRow,
)
from psoas_coach.live_files import SUMMARY, sessions_folder
from psoas_coach.live_record import ABOUT, LOG, POSES, About, about_of, is_going_on
from psoas_coach.session import Session
from psoas_coach.summary import FindingRecord, HoldRecord, RepetitionRecord, Summariser, Summary

_BEGAN: Final = "%Y-%m-%dT%H-%M-%S"
_BEGAN_LENGTH: Final = 19
# Beside a session that its person wants to keep, and not to have in the history.
NOT_IN_HISTORY: Final = "not-in-history"


def session_parents(known: Iterable[str]) -> list[Path]:
    """Where sessions lie: in the usual folder, and wherever one that is known lay before (``live --out``)."""
    return sorted({sessions_folder().resolve(), *(Path(name).parent for name in known)})


def session_folders(parent: Path) -> Iterator[Path]:
    """The folders in a folder that hold sessions which may stand in the history."""
    if parent.is_dir():
        for one in sorted(parent.iterdir()):
            if (one / ABOUT).is_file() and not (one / NOT_IN_HISTORY).exists():
                yield one


def read_session(folder: Path) -> Kept | None:
    """Everything the history keeps of a session; None where it is still going on, or nothing was ever seen in it.

    Raises:
        Problem: The folder is damaged, or of a newer program.
    """
    if is_going_on(folder):
        return None
    about = about_of(folder)
    summary = _summary(folder) or _judged_again(folder, about)
    if summary is None:
        return None
    events = list(events_in(folder))
    ended = [event for event in events if event["event"] == "ended"]
    session = SessionRow(
        id=about.id or f"before-ids-{about.name}",
        kind="live",
        person=about.profile,
        began=_began(folder, about),
        ended=str(ended[-1]["why"]) if ended else BROKE_OFF,
        length_s=_last_s(events, summary),
        judged_s=_judged_s(summary),
        model=about.model,
        folder=str(folder.resolve()),
    )
    return Kept(session, (*parts_of(session.id, summary, _counting(events)), *_told_in(session.id, events)))


def clip_session(summary: Summary, folder: Path, *, ident: str, person: str, began: datetime) -> Kept:
    """What the history keeps of a clip that somebody wants to have in it.

    Args:
        summary: What the analysis found.
        folder: Where its results are.
        ident: One that no other clip has.
        person: Who is seen in it.
        began: When it was filmed.
    """
    session = SessionRow(
        id=ident,
        kind="clip",
        person=person,
        began=began,
        ended="clip",
        length_s=_last_s([], summary),
        judged_s=_judged_s(summary),
        model=summary.model,
        folder=str(folder.resolve()),
    )
    return Kept(session, parts_of(ident, summary, {}))


def parts_of(session: str, summary: Summary, counting: dict[tuple[str, float], bool]) -> tuple[PartRow, ...]:
    """The rows of what was judged.

    Args:
        session: Its id.
        summary: What was found in it.
        counting: Whether the plan asked for a hold or repetition, by kind and beginning.
    """
    rows: list[PartRow] = [
        ExerciseRow(session, number, seen.id, _side(seen.stretched), seen.judged_s, seen.worst)
        for number, seen in enumerate(summary.exercises)
    ]
    passes = [_of_hold(session, one, counting) for one in summary.holds]
    passes += [_of_repetition(session, one, counting) for one in summary.repetitions]
    passes.sort(key=lambda one: one.start_s)
    rows += [replace(one, number=number) for number, one in enumerate(passes)]
    rows += [_of_finding(session, number, one) for number, one in enumerate(summary.findings)]
    return tuple(rows)


def _of_hold(session: str, one: HoldRecord, counting: dict[tuple[str, float], bool]) -> PassRow:
    counts = counting.get(("hold", one.start_s))
    times = (one.start_s, one.end_s, one.seen_s)
    return PassRow(session, 0, "hold", one.exercise, _side(one.side), *times, one.peak, counts)


def _of_repetition(session: str, one: RepetitionRecord, counting: dict[tuple[str, float], bool]) -> PassRow:
    counts = counting.get(("repetition", one.start_s))
    times = (one.start_s, one.end_s, one.top_hold_s)
    return PassRow(session, 0, "repetition", one.exercise, None, *times, one.peak, counts)


def _of_finding(session: str, number: int, one: FindingRecord) -> FindingRow:
    side: Side = "left" if one.side == "left" else "right"
    what = (one.exercise, one.rule, one.measure, side, one.verdict)
    return FindingRow(session, number, *what, one.start_s, one.end_s, one.peak, one.limit, one.sigma)


def _summary(folder: Path) -> Summary | None:
    """The summary of a session that ended, or None where there is none of this program's shape."""
    try:
        return Summary.model_validate_json((folder / SUMMARY).read_bytes())
    except (OSError, ValidationError):
        return None


def _judged_again(folder: Path, about: About) -> Summary | None:
    """What the poses of a session show; None where there are none."""
    if not (folder / POSES).exists() and (not (folder / LOG).exists() or (folder / LOG).stat().st_size == 0):
        return None
    recording = recording_at(folder)
    asked = about.asked_for
    named = tuple(one for one in built_in() if one.id == asked)
    exercises = named or watched(built_in(), recording.origin.limits)
    if recording.origin.limits is not None:
        exercises = with_held(exercises, recording.origin.limits)
    session, summariser, steps = Session(exercises), Summariser(exercises, about.asked_for), asked_in(folder)
    for index, pose in recording:
        session.expect(steps.at(pose.time_s))
        summariser.write(session.step(index, pose))
    summariser.end(session.finish())
    return summariser.summary(recording.origin)


def _counting(events: Sequence[EventLine]) -> dict[tuple[str, float], bool]:
    return {
        (event["event"], float(event["start_s"])): bool(event["counts"])
        for event in events
        if event["event"] in ("hold", "repetition") and event.get("start_s") is not None
    }


def _told_in(session: str, events: Sequence[EventLine]) -> Iterator[PartRow]:
    """What was planned, and when the person said that it hurts."""
    plans = [event.get("plan") or [] for event in events if event["event"] == "begin"]
    for number, item in enumerate(plans[0] if plans else []):
        yield PlannedRow(session, number, item["exercise"], _side(item["side"]), int(item["repetitions"]))
    pains = [event for event in events if event["event"] == "pain"]
    for number, event in enumerate(pains):
        yield PainRow(session, number, event["time_s"], event.get("exercise"), event.get("part"))


def _began(folder: Path, about: About) -> datetime:
    try:
        return datetime.strptime(about.name[:_BEGAN_LENGTH], _BEGAN)
    except ValueError:
        raise Problem(
            f"{folder / ABOUT} does not say when the session began ({about.name})",
            "in the history it has to stand on a day",
            "Give it the name it had",
        ) from None


def _last_s(events: Sequence[EventLine], summary: Summary) -> float:
    """When the last thing happened that is known of."""
    times = [float(event["time_s"]) for event in events]
    times += [one.end_s for one in summary.holds]
    times += [one.end_s for one in summary.repetitions]
    times += [one.end_s for one in summary.findings]
    return max([*times, summary.clip.duration_s or 0.0, _judged_s(summary)])


def _judged_s(summary: Summary) -> float:
    return round(sum(seen.judged_s for seen in summary.exercises), 3)


def _side(name: str | None) -> Side | None:
    return None if name is None else ("left" if name == "left" else "right")
