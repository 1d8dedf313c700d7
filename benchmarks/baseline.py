"""What is a calibration worth? The camera's lean, and what is gained by taking it, or neutral postures, off.

``make bench-baseline`` draws people of kept seeds standing both ways, half-kneeling tall and in lunges, single pictures
before a camera up to 15 degrees oblique and 4 rolled, and compares the near side's measures with the truth: as they
are, with the lean undone, and with all or half of a neutral posture's own value taken off. Five minutes on two cores.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import replace_figures
from benchmarks.phantoms import Seen, Take, joined, watch
from benchmarks.training import with_labels_put_right
from calibration.level import camera_roll_deg, levelled, standing_lean_deg
from calibration.phantom.motion import Controls, Key
from calibration.phantom.script import Scene
from calibration.phantom.scripts import SCRIPTS
from calibration.phantom.truth import MEASURES
from calibration.phantom.variety import FIRST_KEPT_SEED, variant
from poses.correction import built_in, traces_of
from poses.measures import INDEX

Floats = NDArray[np.float64]

FIRST_SEED: Final = FIRST_KEPT_SEED + 3500
PEOPLE: Final = 24
_MOST_YAW_DEG: Final = 15.0
_HEIGHTS_M: Final = (0.5, 1.0)
_STANDING: Final[Controls] = {
    **{"rise": 1.0, "seat_m": 0.0, "hip_back_m": 0.0, "lumbar_deg": 0.0, "gaze_deg": -3.0},
    **{"arm_deg": 2.0, "arm_out_deg": 8.0, "elbow_deg": 12.0},
}
_KNEELING: Final[Controls] = {"lumbar_deg": 0.0, "gaze_deg": -2.0}
_LUNGES: Final = 6
_WATCHED: Final = ("hip_opening_deg", "trunk_inclination_deg", "shank_inclination_deg")


def takes(seed: int) -> Iterator[Take]:
    """Pictures of one person: standing both ways, kneeling, and lunges near and beyond the limits."""
    rng, drawn = np.random.default_rng([seed, 12]), variant(seed)
    yaw, height = float(rng.uniform(-_MOST_YAW_DEG, _MOST_YAW_DEG)), float(rng.uniform(*_HEIGHTS_M))
    drawn = replace(drawn, view=replace(drawn.view, yaw_deg=yaw, height_m=height))

    def of(label: str, base: str, keys: list[Controls]) -> Take:
        moments = tuple(Key(float(number), controls) for number, controls in enumerate(keys))
        script = replace(SCRIPTS[base], id=label, scenes=(Scene(base, moments, (), "trunk_deg"),))
        return Take(script, seed, drawn, tuple(key.time_s for key in moments), label=label)

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    for label, heading in (("standing", 0.0), ("turned", 180.0)):
        yield of(
            label, "standing", [_STANDING | {"trunk_deg": between(-3, 1), "heading_deg": heading} for _ in range(2)]
        )
    tall = [_KNEELING | {"thigh_deg": between(-3, 3), "trunk_deg": between(-3, 3)} for _ in range(2)]
    yield of("kneeling", "low-lunge", tall)
    deep = [_KNEELING | {"thigh_deg": between(5, 30), "trunk_deg": between(-15, 12)} for _ in range(_LUNGES)]
    yield of("lunge", "low-lunge", deep)


def person(seed: int) -> Seen:
    """All pictures of one person, drawn and estimated, with exchanged legs put right: that is another error."""
    return with_labels_put_right(joined([watch(take) for take in takes(seed)]))


def rolls(seen: Seen) -> tuple[Floats, Floats]:
    """``(N,)`` the camera's roll as told by who stands both ways, NaN where they do not, and as it is."""
    told = np.full(len(seen), np.nan)
    for seed in np.unique(seen.seed):
        own = seen.seed == seed
        leans = {
            facing: [standing_lean_deg(points) for points in seen.image_px[own & seen.found & (seen.label == label)]]
            for facing, label in enumerate(("standing", "turned"))
        }
        if all(leans.values()):
            told[own] = camera_roll_deg(float(np.mean(leans[0])), float(np.mean(leans[1])))
    mirrored = np.array([variant(int(seed)).sensor.mirrored for seed in seen.seed])
    return told, np.where(mirrored, -1.0, 1.0) * seen.view[:, 3]


def errors(seen: Seen, roll_deg: Floats) -> Floats:
    """``(N, 3)`` errors of the near side's ``_WATCHED`` with a roll undone; NaN where nothing was measured."""
    off, correction = np.full((len(seen), len(_WATCHED)), np.nan), built_in()
    for index in np.flatnonzero(seen.found).tolist():
        near = int(seen.near[index])
        values, _ = correction.measures(traces_of(levelled(seen.pose(index), float(roll_deg[index])), 2 * near - 1))
        for column, name in enumerate(_WATCHED):
            off[index, column] = values[near, INDEX[name]] - seen.truth[index, near, MEASURES.index(name)]
    return off


def table(seen: Seen) -> str:
    """All figures as Markdown."""
    told, true = rolls(seen)
    first = np.unique(seen.seed, return_index=True)[1]
    off = np.abs(told - true)[first]
    seen = seen.taken(np.isfinite(told))
    plain, level = errors(seen, np.zeros(len(seen))), errors(seen, told[np.isfinite(told)])
    lines = [
        f"Camera's lean, {np.isfinite(off).sum()} people: off by {np.nanmean(off):.1f} degrees on average, "
        f"{np.nanmax(off):.1f} at worst.",
        "",
        "| mean absolute error, bias, degrees | as it is | lean undone |",
        "|---|---|---|",
    ]
    for label in ("kneeling", "lunge"):
        for column, name in enumerate(_WATCHED):
            cells = " | ".join(_told(which[seen.label == label, column]) for which in (plain, level))
            lines.append(f"| {label}, {name.removesuffix('_deg').replace('_', ' ')} | {cells} |")
    lines += [
        "",
        "| front of the hip in lunges, lean undone | half taken off | all taken off | correlation |",
        "|---|---|---|---|",
    ]
    for label in ("standing", "kneeling"):
        lines.append(f"| {label} neutral | {' | '.join(_taken_off(seen, level[:, 0], label))} |")
    return "\n".join(lines)


def _told(off: Floats) -> str:
    return f"{np.nanmean(np.abs(off)):.1f}, {np.nanmean(off):+.1f}"


def _taken_off(seen: Seen, off: Floats, label: str) -> list[str]:
    """A lunge's errors less half and all of a neutral posture's error, and how the two hang together."""
    rest: dict[float, list[float]] = {0.5: [], 1.0: []}
    pairs = []
    for seed in np.unique(seen.seed):
        own = (seen.seed == seed) & np.isfinite(off)
        neutral, lunges = off[own & (seen.label == label)], off[own & (seen.label == "lunge")]
        if len(neutral) and len(lunges):
            pairs.append((neutral.mean(), lunges.mean()))
            for share in rest:
                rest[share] += (lunges - share * neutral.mean()).tolist()
    return [f"{np.abs(found).mean():.1f}" for found in rest.values()] + [f"{np.corrcoef(np.array(pairs).T)[0, 1]:.2f}"]


_BEGIN, _END = "<!-- figures: make bench-baseline -->", "<!-- end of the figures of the baseline -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many")
    parser.add_argument("--write", type=Path, help="a Markdown file whose figures are to be replaced")
    arguments = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        text = table(joined(list(pool.map(person, range(arguments.first, arguments.first + arguments.people)))))
    print(text)
    if arguments.write is not None:
        replace_figures(arguments.write, _BEGIN, _END, text)


if __name__ == "__main__":
    main()
