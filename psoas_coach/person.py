"""What ``calibrate person`` does around the measuring: reads the clips, keeps the profile, tells what was found."""

from datetime import datetime
from pathlib import Path

from rich.console import Console

from calibration.baseline import COMFORT_HOLDS
from calibration.camera import straightened
from calibration.profile import Profile
from calibration.progress import Done, advice
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Pose
from poses.skeleton import SIDES
from psoas_coach import cameras, profiles
from psoas_coach.analysis import Progress
from psoas_coach.calibrate_person import Clips, calibrate
from psoas_coach.history.keeping import note_change
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.person_lines import told_lines
from psoas_coach.terminal import progress_bar
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.sources import open_source

EXIT_DONE = 0


class _Interrupted(Exception):
    """The user pressed Ctrl-C between two frames."""


def run(
    name: str,
    clips: Clips,
    pain: int,
    model: str,
    lang: Language,
    screen: Console,
    *,
    roll_deg: float = 0.0,
    lens: str | None = None,
) -> int:
    """Measures a person from clips and keeps what was found in their profile.

    Args:
        name: Of the profile; made where there is none.
        clips: What was filmed.
        pain: The most that was felt, 0 to 10.
        model: Name or path of the pose model.
        lang: Language of what is told.
        screen: Where it is told.
        roll_deg: How far the camera leans, where nobody is filmed standing both ways.
        lens: Name of the camera whose lens is undone, or None.

    Returns:
        The exit status.

    Raises:
        Problem: A clip cannot be used, does not show what it should, or the tries are refused; nothing is kept then.
    """
    texts = Messages(lang)
    profile = profiles.read(name) or Profile(name=name)
    now = datetime.now()
    if clips.comfort:
        _refuse_while_resting(profile, now)
    camera = cameras.known(lens) if lens is not None else None
    model_path = ensure_model(model, report=screen.print)
    with polite() as asked_to_stop:

        def poses_of(clip: Path) -> list[Pose]:
            poses = []
            with (
                open_source(clip) as source,
                Estimator(model_path, still=source.is_still) as estimator,
                progress_bar(screen, texts, clip.name) as show,
            ):
                for count, frame in enumerate(source, start=1):
                    pose = estimator.estimate(frame)
                    poses.append(pose if camera is None else straightened(pose, camera.lens))
                    show(Progress(count, frame.time_s, source.duration_s))
                    if asked_to_stop():
                        raise _Interrupted
            return poses

        try:
            found = calibrate(clips, poses_of, built_in(), profile.baseline, pain, now.date(), roll_deg)
        except _Interrupted:
            return EXIT_INTERRUPTED
    updated = found.kept_in(profile)
    path = profiles.write(updated)
    note_change(profile, updated)
    for line in told_lines(texts, found, updated, now.date()):
        screen.print(line, markup=False)
    screen.print(texts("calibration", "kept", path=str(path)), markup=False, style="dim")
    return EXIT_DONE


def _refuse_while_resting(profile: Profile, now: datetime) -> None:
    said = advice(profile.comfort, profile.sessions, now)
    if said.rest_until is not None:
        raise Problem(
            "The last session was too much",
            f"it hurt, or was felt the day after; no stretching before {said.rest_until:%d-%m %H:%M}",
            "Rest, breathe, walk a little, and measure the comfortable end after that",
        )


def add_session(name: str, done: Done) -> Profile:
    """Adds a session to a profile.

    Raises:
        Problem: There is no such profile, or it cannot be written.
    """
    profile = profiles.read(name)
    if profile is None:
        raise profiles.missing(name)
    updated = profile.with_session(done)
    profiles.write(updated)
    note_change(profile, updated)
    return updated


def tell_advice(screen: Console, texts: Messages, profile: Profile, now: datetime) -> None:
    """What the last sessions mean for the next one."""
    for side in SIDES:
        kept = [one for one in profile.comfort if one.side == side]
        said = advice(kept, profile.sessions, now)
        if said.end_deg is not None:
            holds = now.date() - max(one.on for one in kept) <= COMFORT_HOLDS
            values = {"side": texts("sides", side), "end": f"{said.end_deg:.0f}"}
            screen.print(texts("calibration", "today" if holds else "lapsed", **values), markup=False)
    said = advice(profile.comfort, profile.sessions, now)
    if said.rest_until is not None:
        screen.print(texts("calibration", "rest", until=f"{said.rest_until:%d-%m %H:%M}"), markup=False)
    if said.therapist:
        screen.print(texts("cues", "therapist"), markup=False)
