"""What a calibration found, in sentences: what was measured, what it changes, and until when; never a score."""

from datetime import date

from calibration.baseline import COMFORT_HOLDS, FARTHEST_DEG, NEUTRAL_HOLDS, Baseline, Comfort
from calibration.personal import Person, personalise
from calibration.profile import Profile
from poses.exercise_file import built_in
from poses.messages import Messages
from poses.skeleton import SIDES
from psoas_coach.calibrate_person import Calibrated
from psoas_coach.takes import ASKED, LUNGE


def told_lines(texts: Messages, found: Calibrated, profile: Profile, today: date) -> tuple[str, ...]:
    """What was measured and what it means.

    Args:
        texts: In the person's language.
        found: What was measured.
        profile: The person's profile with it.
        today: When.
    """
    lines = [] if found.measured is None else _neutral_lines(texts, found.measured)
    if found.measured is not None and found.baseline is not None:
        lines.append(texts("calibration", "neutral_until", date=f"{found.baseline.on + NEUTRAL_HOLDS:%d-%m-%Y}"))
    for measured in found.comfort:
        lines += [_told_end(texts, measured, profile), _told_limits(texts, measured, profile, today)]
    return tuple(lines) or (texts("calibration", "nothing"),)


def short_lines(texts: Messages, found: Calibrated, profile: Profile, today: date) -> tuple[str, ...]:
    """The same for a window that is read from three metres; arguments as of ``told_lines``."""
    lines, measured = [], found.measured
    if measured is not None and found.baseline is not None:
        kinds = [name for name in ("standing", "kneeling", "lying") if getattr(measured, name)]
        what = ", ".join(texts("calibrate", "titles", name) for name in kinds)
        until = f"{found.baseline.on + NEUTRAL_HOLDS:%d-%m-%Y}"
        lines.append(texts("calibration", "measured_until", what=what, date=until))
        if measured.roll_deg is not None:
            lines.append(texts("calibration", "leans", deg=_signed(measured.roll_deg)))
    for one in found.comfort:
        lines.append(_told_limits(texts, one, profile, today))
    if found.comfort:
        lines.append(texts("calibration", "limits_until", date=f"{today + COMFORT_HOLDS:%d-%m-%Y}"))
    return tuple(lines) or (texts("calibration", "nothing"),)


def _signed(deg: float) -> str:
    # Rounded first, and never minus nothing.
    return f"{round(deg, 1) + 0.0:+.1f}"


def _neutral_lines(texts: Messages, baseline: Baseline) -> list[str]:
    lines = []
    if baseline.roll_deg is not None:
        lines.append(texts("calibration", "roll", deg=_signed(baseline.roll_deg)))
    for posture in ("standing", "kneeling", "lying"):
        for neutral in getattr(baseline, posture):
            values = {"side": texts("sides", neutral.side), "trunk": f"{neutral.trunk_deg:+.0f}"}
            values |= {"opening": f"{neutral.hip_opening_deg:+.0f}", "spread": texts.number(neutral.spread_deg)}
            lines.append(texts("calibration", posture, **values))
    return lines


def _told_end(texts: Messages, measured: Comfort, profile: Profile) -> str:
    kept = next(one for one in profile.comfort if (one.side, one.on) == (measured.side, measured.on))
    tries = ", ".join(f"{value:.0f}" for value in measured.tries_deg)
    values = {"side": texts("sides", kept.side), "end": f"{kept.end_deg:.0f}", "tries": tries}
    line = texts("calibration", "comfort", **values, date=f"{kept.on + COMFORT_HOLDS:%d-%m-%Y}")
    if kept.end_deg < measured.end_deg:
        return f"{line} {texts('calibration', 'held_back')}"
    if max(measured.tries_deg) > FARTHEST_DEG:
        return f"{line} {texts('calibration', 'capped', deg=f'{FARTHEST_DEG:g}')}"
    return line


def _told_limits(texts: Messages, measured: Comfort, profile: Profile, today: date) -> str:
    """What that makes of the limits of the lunge, and what everybody's are."""
    side = SIDES.index(measured.side)
    ends = [next((one for one in reversed(profile.comfort) if one.side == name), None) for name in SIDES]
    lunge = next(exercise for exercise in built_in() if exercise.id == LUNGE)
    own = personalise(lunge, Person(profile.baseline, (ends[0], ends[1])), today).of_side(side)
    mine, everybodys = (next(rule for rule in one.rules if rule.id == ASKED) for one in (own, lunge))
    values = {"caution": f"{mine.caution.max:.0f}", "stop": f"{mine.stop.max:.0f}"}
    values |= {"usual_caution": f"{everybodys.caution.max:.0f}", "usual_stop": f"{everybodys.stop.max:.0f}"}
    return texts("calibration", "limits", side=texts("sides", measured.side), **values)
