"""What is to be done for each clip: its settings first, then what of it is complete, a duplicate, or worth cutting."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from calibration.camera import Camera
from poses.exercise import Exercise
from poses.messages import Language
from poses.problem import Problem
from psoas_coach import cameras, profiles
from psoas_coach.batch.clips import Found, result_names
from psoas_coach.batch.records import Clip, Failure, Job
from psoas_coach.batch.sidecar import Said, said_of
from psoas_coach.batch.state import fingerprint, is_done
from psoas_coach.run import chosen_exercises, with_limits_of

# A clip that is longer than this part of what each worker has to do is given out in parts.
_LONG: Final = 0.25


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for, whatever the clip.

    Attributes:
        usual: What counts where no file beside a clip says otherwise.
        model: Name of the pose model, or path of its file.
        lang: Language of the results.
        video: Whether to write annotated videos.
        report: Whether to write reports.
        shaking: Whether shaking is looked for.
    """

    usual: Said
    model: str
    lang: Language
    video: bool = False
    report: bool = True
    shaking: bool = False


def planned(found: Sequence[Found], wish: Wish) -> list[Clip]:
    """Each clip with what is asked for it, or why that cannot be known."""
    clips = []
    for one, folder in zip(found, result_names(found), strict=True):
        clip = Clip(one.name, folder)
        try:
            if one.problem is not None:
                raise one.problem
            clip.job = _job(one, wish)
        except Problem as problem:
            clip.failure = Failure.of(problem)
        clips.append(clip)
    return clips


def _job(found: Found, wish: Wish) -> Job:
    said = said_of(found.path, wish.usual)
    return Job(
        # As it is found from everywhere.
        clip=found.path.absolute(),
        name=found.name,
        exercises=_exercises(said.exercise, said.person, wish.shaking, date.today()),
        asked_for=said.exercise,
        model=wish.model if not Path(wish.model).exists() else str(Path(wish.model).absolute()),
        lang=wish.lang,
        video=wish.video,
        report=wish.report,
        camera=_camera(said.camera) if said.camera else None,
        roll_deg=said.roll,
        person=said.person or "",
        side=said.side or "",
    )


@lru_cache(maxsize=1024)
def _exercises(name: str, person: str | None, shaking: bool, today: date) -> tuple[Exercise, ...]:
    exercises = chosen_exercises(name, shaking=shaking)
    if person is None:
        return exercises
    known = profiles.person(person)
    if known is None:
        raise profiles.missing(person)
    return with_limits_of(known, exercises)


@lru_cache(maxsize=256)
def _camera(name: str) -> Camera:
    return cameras.known(name)


def settle(clips: Iterable[Clip], out: Path, *, again: bool) -> list[Clip]:
    """Sorts out what was looked at; returns the clips that are to be done.

    Args:
        clips: All clips, in order.
        out: Where results are.
        again: Whether to do also what is complete.
    """
    first: dict[tuple[str, str], Clip] = {}
    todo = []
    for clip in clips:
        if clip.job is None or clip.looked is None or clip.failure is not None:
            continue
        settings = fingerprint(clip.job)
        twin = first.setdefault((clip.looked.sha256, settings), clip)
        if twin is not clip:
            clip.same_as = twin.name
            continue
        done = None if again else is_done(out / clip.folder, clip.job, settings, clip.looked)
        if done is None:
            todo.append(clip)
        else:
            clip.done, clip.strip = True, done.strip
    return todo


def worth_cutting(clips: Sequence[Clip], workers: int) -> Callable[[Clip], bool]:
    """Tells which clips are so long that they would keep one worker busy while all others have nothing to do."""
    share = sum(clip.frames for clip in clips) / workers

    def is_long(clip: Clip) -> bool:
        return workers > 1 and clip.looked is not None and clip.looked.parts > 1 and clip.frames > _LONG * share

    return is_long
