"""How a clip was measured, in words: what, by which model, seen how, judged by whose limits."""

import math
from dataclasses import dataclass

from poses.breathing_file import breathing_ids
from poses.exercise import Exercise
from poses.messages import Messages
from psoas_coach.breath_record import told_lines
from psoas_coach.poses_file import Origin
from psoas_coach.report.follow import Followed
from psoas_coach.report.media import Shown
from psoas_coach.report.told import decimal
from psoas_coach.summary import Summary, exercises_shown
from psoas_coach.version import VERSION
from psoas_coach.wording import unseen_sentence


@dataclass(frozen=True, slots=True)
class Clip:
    """Everything about one clip that a page is made of."""

    followed: Followed
    summary: Summary
    origin: Origin
    shown: Shown
    exercises: tuple[Exercise, ...]
    sound: bool
    picture: str


def exercises_seen(texts: Messages, summary: Summary) -> str:
    """What was done, with the stretched legs."""
    told = []
    for exercise in exercises_shown(summary):
        sides = [seen.stretched for seen in summary.exercises if seen.id == exercise and seen.stretched]
        legs = ", ".join(texts("roles", "stretched", side=texts("sides", side)) for side in sides)
        told.append(f"{texts('exercises', exercise)} ({legs})" if legs else texts("exercises", exercise))
    if not told and summary.asked_for in breathing_ids():
        return texts("exercises", summary.asked_for)
    return "; ".join(told) or texts("report", "no_exercise")


def facts(texts: Messages, clip: Clip) -> list[tuple[str, str]]:
    """Each fact with its name."""
    summary, followed, origin = clip.summary, clip.followed, clip.origin
    seen = exercises_seen(texts, summary)
    asked = "exercise_auto" if summary.asked_for == "auto" else "exercise_asked"
    yaw = followed.yaw_deg
    view = texts("report", "view_unknown")
    if math.isfinite(yaw):
        view = texts("report", "view_told", deg=f"{abs(yaw):.0f}")
    done = exercises_shown(summary)
    unseen = [unseen_sentence(texts, one.id, one.unseen) for one in clip.exercises if one.id in done and one.unseen]
    view = " ".join((view, *unseen))
    personal = any(exercise.sides is not None for exercise in clip.exercises)
    camera = texts("report", "camera_unknown")
    if summary.camera is not None:
        camera = texts("report", "camera_known", name=summary.camera.name, date=summary.camera.calibrated_on)
    if origin.roll_deg:
        camera += " " + texts("report", "roll", deg=decimal(texts, abs(origin.roll_deg)))
    told = {
        "exercise": texts("report", asked, exercises=seen) if done else texts("report", "no_exercise"),
        "model": texts("report", "model_named", model=summary.model),
        "view": view,
        "limits": texts("report", "limits_personal" if personal else "limits_everybody"),
        "camera": camera,
        "frames": _frames(texts, clip),
        "band": texts("report", "band_told"),
        "version": f"psoas-coach {VERSION}",
    }
    if summary.breathing:
        told["breath"] = " ".join(line for record in summary.breathing for line in told_lines(texts, record))
    return [(texts("report", name), fact) for name, fact in told.items()]


def _frames(texts: Messages, clip: Clip) -> str:
    frames, times = clip.summary.frames, clip.followed.time_s
    if clip.followed.still or len(times) < 2:
        return texts("report", "frames_still")
    rate = (len(times) - 1) / float(times[-1] - times[0])
    return texts("report", "frames_told", total=str(frames.total), judged=str(frames.judged), rate=f"{rate:.0f}")
