"""Is the view told for what it is? How obliquely people are seen, and what is withheld because of it.

Part of ``benchmarks.accuracy``, on the same people and some more who are seen from the front or from behind.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.phantoms import Seen
from poses.exercise_file import built_in
from psoas_coach.session import Session

Floats = NDArray[np.float64]

# A verdict on somebody seen more obliquely than this is a wrong one, whatever it says.
_NEVER_BEYOND_DEG: Final = 35.0


def table(seen: Seen) -> str:
    """Errors of the yaw and what was withheld, by true yaw, as Markdown."""
    seen = seen.taken(seen.found & seen.whole)
    told, withheld, judged = _followed(seen)
    true = np.abs(seen.view[:, 0])
    lines = [
        "### How obliquely somebody is seen",
        "",
        "Error of the yaw that decides, the median of two seconds, in degrees; withheld: share of frames not judged "
        "because of it; judged: frames in which anything of an exercise was judged.",
        "",
        "| true yaw | people | frames | bias | MAE | p95 | worst | withheld | judged |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for yaw in np.unique(true).tolist():
        at = true == yaw
        off = (np.abs(told) - true)[at & np.isfinite(told)]
        size = np.abs(off)
        lines.append(
            f"| {yaw:.0f}° | {len(np.unique(seen.clip[at]))} | {at.sum()} | {off.mean():+.1f} | {size.mean():.1f} | "
            f"{np.quantile(size, 0.95):.1f} | {size.max():.1f} | {withheld[at].mean():.1%} | {judged[at].sum()} |"
        )
    beyond = judged & (true > _NEVER_BEYOND_DEG)
    lines += ["", f"Judged although seen from more than {_NEVER_BEYOND_DEG:.0f}°: {beyond.sum()} frames."]
    return "\n".join(lines)


def _followed(seen: Seen) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """``(N,)`` yaw that is told, whether that withholds a verdict, and whether anything was judged."""
    told, withheld, judged = np.full(len(seen), np.nan), np.zeros(len(seen), bool), np.zeros(len(seen), bool)
    for clip in np.unique(seen.clip):
        session = Session(built_in())
        for index in np.flatnonzero(seen.clip == clip).tolist():
            step = session.step(index, seen.pose(index))
            told[index] = step.measures.yaw_deg
            withheld[index] = "turn_side" in step.assessment.problems
            judged[index] = step.assessment.exercise is not None
    return told, withheld, judged
