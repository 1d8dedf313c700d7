"""``data.js``: what a page shows, in numbers and ids, without a word of any language.

Pages opened from a disk may not read other files, but they may load scripts; so the data are a script that hands one
JSON object on. Arrays are base64 of little-endian numbers. The page's scripts (``assets/decode.js``) read it.
"""

import base64
import json
import math
from pathlib import Path
from typing import Any, Final

import numpy as np

from poses import skeleton
from poses.exercise import Band
from poses.skeleton import SIDES
from psoas_coach.files import replacing
from psoas_coach.report.follow import POINTS, SCALE, Followed, Who
from psoas_coach.report.media import Shown
from psoas_coach.report.series import Key, Series, Zones
from psoas_coach.summary import Summary
from vision.figure import SKETCHES, Sketch

DATA: Final = "data.js"
_LITTLE: Final = "<"


def payload(followed: Followed, summary: Summary, shown: Shown) -> dict[str, Any]:
    """Everything a page's scripts need of one clip."""
    width, height = followed.image_wh
    place = {index: number for number, index in enumerate(POINTS)}
    # Of a recorded session the first picture need not come at 0.
    first_s = float(followed.time_s[0]) if len(followed.time_s) else 0.0
    frames = ("time_s", "points", "sure", "codes", "cue", "problem", "who", "phase", "hold_s", "repetition")
    return {
        "size": [width, height],
        "scale": SCALE,
        "still": followed.still,
        "end_s": round(followed.end_s, 6),
        "media": {"kind": shown.kind, "start_s": round(shown.start_s - first_s, 6)},
        "bones": [[place[one], place[other]] for one, other in skeleton.BONES],
        "points": {skeleton.LANDMARKS[index]: number for index, number in place.items()},
        "sketches": {measure: _sketch(form, place) for measure, form in SKETCHES.items()},
        "frames": {name: packed(getattr(followed, name)) for name in frames},
        "cues": [{"id": cue.id, "code": cue.code} for cue in followed.cues],
        "problems": list(followed.problems),
        "doing": [_who(who) for who in followed.doing],
        "phases": list(followed.phases),
        "series": [_series(key, one, followed.zones[key]) for key, one in followed.series.items()],
        "findings": [finding.model_dump(mode="json") for finding in summary.findings],
        "holds": [hold.model_dump(mode="json") for hold in summary.holds],
        "repetitions": [repetition.model_dump(mode="json") for repetition in summary.repetitions],
    }


def save(path: Path, data: dict[str, Any]) -> None:
    """Writes the data as a script.

    Raises:
        Problem: It cannot be written.
    """
    # Only ASCII, and no "<": whatever a name holds, this can neither end a script nor be read as something else.
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    with replacing(path) as temporary:
        temporary.write_text(f"(globalThis.psoasClips ??= []).push({text});\n", encoding="ascii")


def packed(values: "np.ndarray[Any, np.dtype[Any]]") -> dict[str, Any]:
    """An array as text: its type, and its numbers in base64."""
    kind = values.dtype.newbyteorder(_LITTLE)
    data = np.ascontiguousarray(values, dtype=kind)
    return {"type": f"{kind.kind}{kind.itemsize}", "data": base64.b64encode(data.tobytes()).decode("ascii")}


def _series(key: Key, series: Series, zones: Zones) -> dict[str, Any]:
    return {
        "exercise": key.exercise,
        "stretched": None if key.stretched is None else SIDES[key.stretched],
        "side": SIDES[key.side],
        "rule": key.rule,
        "measure": series.measure,
        "zones": {name: _ends(getattr(zones, name)) for name in ("target", "caution", "stop")},
        "values": packed(np.array(series.values, np.float32)),
        "sigma": packed(np.array(series.sigma, np.float32)),
        "codes": packed(np.frombuffer(bytes(series.codes), np.uint8)),
    }


def _sketch(form: Sketch, place: dict[int, int]) -> dict[str, Any]:
    """How a measure is drawn on the body, by the numbers that points have in the data."""
    points, chain = ([[place[left], place[right]] for left, right in pairs] for pairs in (form.points, form.chain))
    return {"kind": form.kind, "points": points, "chain": chain}


def _who(who: Who) -> dict[str, Any]:
    return {
        "exercise": who.exercise,
        "stretched": None if who.stretched is None else SIDES[who.stretched],
        "near": SIDES[who.near],
    }


def _ends(band: Band) -> list[float | None]:
    return [end if math.isfinite(end) else None for end in (band.min, band.max)]
