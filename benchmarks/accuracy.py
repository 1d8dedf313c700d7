"""How far off is every measure? On phantoms of known angles that nothing was chosen, tuned or learned on.

``make bench-accuracy`` draws people, rooms and cameras of the seeds from 9000 on, lets the real pipeline follow them,
and compares its smoothed measures with the truth, and beside them the angles that MediaPipe's landmarks have by
themselves, in the image and in space, on the same frames. ``--write docs/accuracy.md`` puts the tables there. Drawing
takes about an hour on two cores; what is drawn is kept in a folder.
"""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import views
from benchmarks.phantoms import Seen, Take, joined, watched
from calibration.accuracy import ErrorStatistics, error_statistics, share_labelled_other_way
from calibration.phantom.repertoire import EXERCISES, practise
from calibration.phantom.truth import MEASURES
from calibration.phantom.variety import FIRST_KEPT_SEED, variant
from poses.exercise_file import built_in
from poses.measures import IS_ANGLE, side_measures
from psoas_coach.session import Session

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

YAWS_DEG: Final = (0.0, 15.0, 30.0, 45.0)
# For the view alone: nothing is measured there.
WIDE_YAWS_DEG: Final = (60.0, 75.0, 90.0)
HEIGHTS_M: Final = (0.3, 0.8, 1.4)
# First seed, and people for every exercise, yaw and height of the camera. The second part was drawn when the first
# proved too few for the shares inside one and two sigmas, the third when one person weighed too much in the means, the
# fourth and, after what that showed was mended, the fifth as checks on people that nobody had looked at.
PARTS: Final = (
    (FIRST_KEPT_SEED, 8),
    (FIRST_KEPT_SEED + 200, 4),
    (FIRST_KEPT_SEED + 400, 8),
    (FIRST_KEPT_SEED + 700, 4),
    (FIRST_KEPT_SEED + 800, 8),
)
WIDE_PART: Final = (FIRST_KEPT_SEED + 3000, 3)
FPS: Final = 10.0
# While the estimator's filter and ours come to rest nothing is counted.
_SETTLED_S: Final = 0.3
# The angles that the project's promises are made of.
WATCHED: Final = ("hip_opening_deg", "knee_flexion_deg", "trunk_inclination_deg", "shank_inclination_deg")
_DRAWS: Final = 400
# One in so many has the other side turned to the camera.
_TURNED_EVERY: Final = 4
_LUNGE: Final = "low-lunge"
TURNED: Final = "low-lunge, front leg near"
KINDS: Final = (*EXERCISES, TURNED)


def takes(
    first: int, people: int, exercises: Sequence[str] = EXERCISES, yaws_deg: Sequence[float] = YAWS_DEG
) -> Iterator[Take]:
    """So many people for every exercise, yaw and height of the camera; nobody comes twice, one in four turned round."""
    cells = itertools.product(exercises, yaws_deg, HEIGHTS_M, range(people))
    for number, (exercise, yaw, height, person) in enumerate(cells):
        seed = first + number
        drawn = variant(seed)
        # Half are seen a little from behind, half from the front.
        sign = 1.0 if person % 2 else -1.0
        drawn = replace(drawn, view=replace(drawn.view, yaw_deg=sign * yaw, height_m=height))
        script = practise(exercise, seed, keys=2, turned=person % _TURNED_EVERY == _TURNED_EVERY - 1)
        yield Take(script, seed, drawn, None, FPS, label=exercise)


def gathered(folder: Path, first: int, people: int, *, lunges: bool = False, wide: bool = False) -> Seen:
    """All frames, drawn unless the folder holds them.

    Args:
        folder: Where they are kept.
        first: First seed.
        people: For every exercise, yaw and height of the camera.
        lunges: Lunges alone, seen from within 30 degrees.
        wide: Seen from the front or from behind, at ``WIDE_YAWS_DEG``.
    """
    path = folder / f"{'lunges' if lunges else 'wide' if wide else 'accuracy'}-{first}-{people}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        exercises, yaws = ((_LUNGE,), YAWS_DEG[:3]) if lunges else (EXERCISES, WIDE_YAWS_DEG if wide else YAWS_DEG)
        wanted = list(takes(first, people, exercises, yaws))
        done: dict[int, Seen] = {}
        for number, seen in watched(wanted):
            done[number] = seen
            print(f"\rdrawn and estimated: {len(done)} of {len(wanted)} clips", end="", flush=True)
        print()
        joined([done[number] for number in sorted(done)]).save(path)
    return Seen.load(path)


@dataclass(frozen=True, slots=True)
class Scored:
    """Frames in which the body is whole, and what was measured in them; near side first.

    Attributes:
        seen: The frames.
        truth: ``(N, 2, M)``.
        ours: ``(N, 2, M)`` smoothed measures of the session, NaN where none were given.
        sigma: ``(N, 2, M)`` their stated uncertainty.
        image: ``(N, 2, M)`` as the image landmarks have it.
        world: ``(N, 2, M)`` as the landmarks in space have it.
        swapped_raw: ``(N,)`` legs labelled the other way by the model.
        swapped: ``(N,)`` by us.
        tellable: ``(N,)`` whether that can be told from the landmarks.
        told: ``(N,)`` whether we say which leg is which: an angle of a leg is given.
        judged: ``(N,)`` whether the view is good enough for a verdict.
    """

    seen: Seen
    truth: Floats
    ours: Floats
    sigma: Floats
    image: Floats
    world: Floats
    swapped_raw: Bools
    swapped: Bools
    tellable: Bools
    told: Bools
    judged: Bools

    def errors(self, which: str, measure: int) -> Floats:
        """``(N, 2)`` errors of one of ``ours``, ``image`` and ``world``."""
        off = getattr(self, which)[..., measure] - self.truth[..., measure]
        return np.asarray(off - 360.0 * np.round(off / 360.0) if IS_ANGLE[measure] else off)


def scored(seen: Seen) -> Scored:
    """Runs a session over every clip, and keeps the frames that count."""
    ours, sigma = np.full(seen.truth.shape, np.nan), np.full(seen.truth.shape, np.nan)
    followed, told, judged = seen.image_px.copy(), np.zeros(len(seen), bool), np.zeros(len(seen), bool)
    for clip in np.unique(seen.clip):
        session = Session(built_in())
        for index in np.flatnonzero(seen.clip == clip).tolist():
            step = session.step(index, seen.pose(index))
            ours[index], sigma[index] = step.measures.values, step.measures.sigma
            followed[index] = step.pose.image_px
            told[index] = step.measures.legs_told
            judged[index] = not step.assessment.problems
    sign = np.where(seen.near == 1, 1.0, -1.0)
    image, world = side_measures(seen.image_px, sign), side_measures(seen.world_m[..., :2], sign)
    raw, tellable = share_labelled_other_way(seen.image_px, seen.true_px)
    swapped, _ = share_labelled_other_way(followed, seen.true_px)
    order = np.stack([seen.near, 1 - seen.near], axis=1)
    every = np.arange(len(seen))[:, None]
    counts = seen.found & seen.whole & (seen.time_s > _SETTLED_S)
    arrays = (seen.truth, ours, sigma, image, world)
    truth, ours, sigma, image, world = (array[every, order][counts] for array in arrays)
    return Scored(
        seen.taken(counts),
        *(truth, ours, sigma, image, world),
        *(flags[counts] for flags in (raw, swapped, tellable, told, judged)),
    )


def named(seen: Seen, first: int, people: int) -> Seen:
    """Tells apart who turned the front leg to the camera, which the program does not ask for."""
    turned = (seen.label == "low-lunge") & ((seen.seed - first) % people % _TURNED_EVERY == _TURNED_EVERY - 1)
    return replace(seen, label=np.where(turned, TURNED, seen.label))


def tables(seen: Seen) -> str:
    """All figures as Markdown."""
    s = scored(seen)
    parts = [_promises(seen, s), _sigmas(s)]
    parts += [_all_measures(s, kind, side) for kind in KINDS for side in (0, 1)]
    return "\n\n".join(parts)


def _yaw(s: Scored) -> Floats:
    return np.abs(s.seen.view[:, 0])


def _mae(s: Scored, which: str, measure: int, frames: Bools, side: int) -> float:
    counted = frames & np.isfinite(s.ours[:, side, measure])
    return float(np.abs(s.errors(which, measure)[counted, side]).mean())


def _spread(s: Scored, measure: int, frames: Bools, side: int) -> float:
    """Standard error of our mean absolute error."""
    counted = frames & np.isfinite(s.ours[:, side, measure])
    return _standard_error(np.abs(s.errors("ours", measure)[counted, side]), s.seen.clip[counted])


def _share_spread(s: Scored, measure: int, frames: Bools) -> float:
    """Standard error of the share of the near side's errors inside one sigma."""
    counted = frames & np.isfinite(s.ours[:, 0, measure])
    inside = np.abs(s.errors("ours", measure)[counted, 0]) <= s.sigma[counted, 0, measure]
    return _standard_error(inside.astype(np.float64), s.seen.clip[counted])


def _swaps_spread(s: Scored, frames: Bools) -> float:
    """Standard error of the share of frames with exchanged legs."""
    return _standard_error(s.swapped[frames].astype(np.float64), s.seen.clip[frames])


def _standard_error(size: Floats, clip: NDArray[np.int64]) -> float:
    """How a mean varies when people are drawn anew, with replacement."""
    people, which = np.unique(clip, return_inverse=True)
    sums, counts = np.bincount(which, size), np.bincount(which)
    drawn = np.random.default_rng(0).integers(len(people), size=(_DRAWS, len(people)))
    return float((sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)).std())


def _promises(seen: Seen, s: Scored) -> str:
    lines = [
        "### Near side, what is judged",
        "",
        "Mean absolute error in degrees, ± its standard error over people; image and world: MediaPipe's own angles on "
        "the same frames; ratio: ours to the better of the two; measured: share of frames in which a value was given.",
        "",
        "| exercise | yaw | measure | people | frames | measured | ours | image | world | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for exercise, (name, low, high) in itertools.product(
        KINDS, (("0 and 15°", 0.0, 15.0), ("30°", 30.0, 30.0), ("45°", 45.0, 45.0))
    ):
        frames = (s.seen.label == exercise) & (_yaw(s) >= low) & (_yaw(s) <= high)
        for measure in WATCHED:
            m = MEASURES.index(measure)
            ours, image, world = (_mae(s, which, m, frames, 0) for which in ("ours", "image", "world"))
            people = len(np.unique(s.seen.clip[frames]))
            lines.append(
                f"| {exercise} | {name} | {_called(measure)} | {people} | {frames.sum()} | "
                f"{np.isfinite(s.ours[frames, 0, m]).mean():.0%} | {ours:.1f} ± "
                f"{_spread(s, m, frames, 0):.1f} | {image:.1f} | {world:.1f} | {ours / min(image, world):.2f} |"
            )
    lines += ["", *_other_figures(seen, s)]
    return "\n".join(lines)


def _other_figures(seen: Seen, s: Scored) -> list[str]:
    m = MEASURES.index("hip_opening_deg")
    bridge = (s.seen.label == "bridge") & (_yaw(s) <= 15.0)
    by_height = [_mae(s, "ours", m, bridge & np.isclose(s.seen.view[:, 1], height), 0) for height in HEIGHTS_M]
    raw_by_height = [_mae(s, "image", m, bridge & np.isclose(s.seen.view[:, 1], height), 0) for height in HEIGHTS_M]
    arched = bridge & (s.truth[:, 0, m] > 0.0) & np.isfinite(s.ours[:, 0, m])
    slopes = [
        np.polyfit(s.truth[arched, 0, m], s.truth[arched, 0, m] + s.errors(which, m)[arched, 0], 1)[0]
        for which in ("ours", "image", "world")
    ]
    lunge, asked = s.tellable & (s.seen.label == "low-lunge"), s.tellable & (s.seen.label != TURNED)
    whole = seen.whole
    return [
        "| what | ours | raw |",
        "|---|---|---|",
        "| bridge, hip opening, yaw up to 15°, camera at 0.3, 0.8, 1.4 m | "
        f"{_listed(by_height)} | {_listed(raw_by_height)} |",
        f"| bridge, slope of measured by true arching beyond straight ({arched.sum()} frames) | {slopes[0]:.2f} | "
        f"{slopes[1]:.2f} image, {slopes[2]:.2f} world |",
        *(
            f"| legs labelled the other way, {name} ({which.sum()} frames; named in {s.told[which].mean():.1%}) | "
            f"{s.swapped[which & s.told].mean():.2%} ± {_swaps_spread(s, which & s.told):.2%}, whether named or not "
            f"{s.swapped[which].mean():.2%} | "
            f"{s.swapped_raw[which & s.told].mean():.2%}, {s.swapped_raw[which].mean():.2%} |"
            for name, which in (
                ("set up as asked", asked),
                ("of these judged", asked & s.judged),
                ("lunges set up as asked, yaw up to 30°", lunge & (_yaw(s) <= 30.0)),
                (TURNED, s.tellable & (s.seen.label == TURNED)),
            )
        ),
        f"| found, of {whole.sum()} frames with the whole body in the picture | | {seen.found[whole].mean():.2%} |",
    ]


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.1f}°" for value in values)


def _sigmas(s: Scored) -> str:
    lines = [
        "### Stated uncertainty",
        "",
        "Share of the near side's errors inside one (± its standard error over people) and two stated sigmas, and the "
        "median sigma.",
        "",
        "| exercise | measure | yaw up to 15°: 1σ | 2σ | σ | all yaws: 1σ | 2σ | σ |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for exercise, m in itertools.product(KINDS, range(len(MEASURES))):
        cells = []
        for most in (15.0, 90.0):
            frames = (s.seen.label == exercise) & (_yaw(s) <= most)
            found = _statistics(s, m, frames, 0)
            digits = 1 if IS_ANGLE[m] else 3
            cells.append(
                f"{found.inside_one_sigma:.0%} ± {_share_spread(s, m, frames):.0%} | {found.inside_two_sigma:.0%} | "
                f"{np.nanmedian(s.sigma[frames, 0, m]):.{digits}f}"
            )
        lines.append(f"| {exercise} | {_called(MEASURES[m])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _statistics(s: Scored, m: int, frames: Bools, side: int) -> ErrorStatistics:
    return error_statistics(
        s.ours[frames, side, m], s.truth[frames, side, m], s.sigma[frames, side, m], is_angle=bool(IS_ANGLE[m])
    )


def _all_measures(s: Scored, exercise: str, side: int) -> str:
    lines = [
        f"### {exercise}, {('near', 'far')[side]} side",
        "",
        "| measure | yaw | frames | bias | MAE | p95 | worst | image MAE | world MAE |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for m, yaw in itertools.product(range(len(MEASURES)), YAWS_DEG):
        frames = (s.seen.label == exercise) & np.isclose(_yaw(s), yaw)
        found = _statistics(s, m, frames, side)
        digits = 1 if IS_ANGLE[m] else 3
        numbers = [found.bias, found.mae, found.p95, found.worst]
        numbers += [_mae(s, which, m, frames, side) for which in ("image", "world")]
        cells = " | ".join(f"{n:+.{digits}f}" if i in (0, 3) else f"{n:.{digits}f}" for i, n in enumerate(numbers))
        lines.append(f"| {_called(MEASURES[m])} | {yaw:.0f}° | {found.count} | {cells} |")
    return "\n".join(lines)


def _called(measure: str) -> str:
    return measure.removesuffix("_deg").replace("_", " ")


_BEGIN, _END = "<!-- figures: make bench-accuracy -->", "<!-- end of figures -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("accuracy"), help="where what was drawn is kept")
    parser.add_argument("--first", type=int, help="first seed, for trying; the kept ones when left out")
    parser.add_argument("--people", type=int, default=4, help="people for each exercise, yaw and camera height")
    parser.add_argument("--write", type=Path, help="a Markdown file whose figures are to be replaced")
    arguments = parser.parse_args()
    parts = PARTS if arguments.first is None else ((arguments.first, arguments.people),)
    seen = joined([named(gathered(arguments.folder, first, people), first, people) for first, people in parts])
    text = tables(seen)
    if arguments.first is None:
        text += "\n\n" + views.table(joined([seen, gathered(arguments.folder, *WIDE_PART, wide=True)]))
    print(text)
    if arguments.write is not None:
        replace_figures(arguments.write, _BEGIN, _END, text)


def replace_figures(page: Path, begin: str, end: str, text: str) -> None:
    """Puts figures between two marks of a page, in place of those that are there."""
    written = page.read_text(encoding="utf-8")
    before, _, rest = written.partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
