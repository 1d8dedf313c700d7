"""Follows the breath of a live session, leads it, and says softly what is to be said of it; never a warning."""

import math
from dataclasses import replace
from typing import Final

from poses import breath
from poses.records import Pose
from psoas_coach import breathing
from psoas_coach.breath_record import gather
from psoas_coach.live_breath import follows_the_person, softly
from psoas_coach.live_course import Course
from psoas_coach.speech_queue import Urgency

# A breath takes its time, and so does what is said of it (convention).
_SAME_GAP_S: Final = 20.0


def watch(course: Course, pose: Pose) -> None:
    """Takes one more pose into account, where pictures tell of a breath."""
    state, how = course.state, course.state.way
    watched = how.watch if how is not None else breathing.way(breathing.BELLY).watch
    course.state = replace(state, breath=breath.follow(pose, state.breath, watched.still if watched else None))
    reading = course.state.breath.reading
    # Where a pace holds the breath, nothing is said of holding it; while paused nothing is said at all.
    if watched is None or state.paused or state.part not in ("breathing", "exercise"):
        return
    if state.part == "breathing":
        course.state = replace(course.state, breathed=gather(state.breathed, reading, pose.time_s))
    if math.isfinite(reading.held_s):
        course.say("held", course.texts("cues", watched.cue("held")), Urgency.GUIDANCE, _SAME_GAP_S)
    elif state.part == "breathing" and (name := softly(reading, watched)):
        course.say(name, course.texts("cues", name), Urgency.REMARK, _SAME_GAP_S)


def lead(course: Course) -> None:
    """Says what to do in the breath that is paced, and goes on when it is over."""
    state, how = course.state, course.state.way
    now = breathing.breath_at(state.clock_s - state.since_s, how) if how is not None else None
    if how is None or now is None:
        course.leave_breathing()
        return
    second = now.second if how.counts else min(now.second, 1)
    if (name := f"{now.cycle} {now.act} {second}") == state.uttered:
        return
    course.state = replace(state, uttered=name)
    if second > 1:
        course.say("count", str(second), Urgency.REMARK)
    elif now.act != "settle" and not follows_the_person(course.state):
        # Who settles was told what comes; to whose breath is followed, none is dictated.
        course.say(f"{now.cycle} {now.act}", course.texts("live", now.act), Urgency.REMARK)
