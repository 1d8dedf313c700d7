"""Learns the correction of ``poses.correction`` on phantoms: the same seeds and numbers every time.

``make training`` draws and estimates the phantoms (some hours of one core, kept in a folder and not drawn again),
fits, prints how the correction does on people it was not fitted to, and writes ``poses/correction.npz``. Seeds from
``FIRST_KEPT_SEED`` on are never touched here: they are for ``benchmarks.accuracy`` alone.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import accuracy
from benchmarks.fitting import fit_odds, fit_sigmas, fit_values
from benchmarks.phantoms import Seen, Take, joined, watched
from calibration.accuracy import share_labelled_other_way
from calibration.phantom.repertoire import EXERCISES, FREE, practise, take_any
from calibration.phantom.scripts import SCRIPTS
from calibration.phantom.truth import MEASURES
from calibration.phantom.variety import FIRST_KEPT_SEED, Variant, variant
from poses.correction import (
    FILE,
    MOST_SIGMA_DEG,
    PAST_TOE_UNIT,
    SIGMAS_OF,
    TURN_UNIT_DEG,
    YAW_UNIT_DEG,
    Correction,
    Network,
    Traces,
    traces,
    values_from,
)
from poses.exercise_file import built_in
from poses.measures import INDEX, IS_ANGLE
from poses.side_swaps import exchange_legs, front_is_near
from poses.skeleton import LEFT
from psoas_coach.session import Session

Floats = NDArray[np.float64]

FIRST_SEED: Final = 1000
COUNT: Final = 1200
# Of these seeds, and of every third later one, postures are not those of an exercise: nothing shall be learned of how
# exercises usually look.
_FREE: Final = range(1400, 1800)
CHUNK: Final = 100
FOLDS: Final = 4
# People seen from any side, for the yaw: first seed and how many.
VIEWS: Final = (6000, 400)
_WIDEST_DEG: Final = 90.0
# Clips as ``benchmarks.accuracy`` makes them, first seed and people for each view, for the sigmas.
CLIPS: Final = ((3000, 3), (3100, 3))
# More lunges, for which leg is which: the model exchanges them in few, so many are needed.
LUNGES: Final = ((3100, 8), (3300, 16))
_AS_OFTEN: Final = 2
# What is no exercise, so that the correction is not at a loss before and after one.
_OTHERS: Final = (
    "standing",
    "sitting-down",
    "lying-down",
    "getting-up",
    "walking-by",
    "lunge-leaves-and-returns",
    "lunge-creep",
    "bridge-correct",
)
_PICTURES: Final = 10
# Cameras that are learned from, wider than those that are judged: the edges of what is learned are its worst part.
_YAW_DEG, _HEIGHT_M, _ROLL_DEG = 48.0, (0.25, 1.5), 4.5
# Every frame is learned from this often again, turned to another roll of the camera.
_ROLLS: Final = 4
# Beyond this a frame teaches nothing but that the person was not recognised; in units of the networks' output.
_FARTHEST: Final = 6.0


def takes(first: int, count: int, widest_deg: float = _YAW_DEG) -> Iterator[Take]:
    """The clips of some seeds: half lunges, four tenths bridges, a tenth other postures."""
    for seed in range(first, first + count):
        rng = np.random.default_rng([seed, 9])
        drawn = _drawn(seed, rng, widest_deg)
        if seed in _FREE or (seed >= _FREE.stop and seed % 3 == 0):
            yield _free(seed, drawn)
            continue
        if seed % 10 == 9:
            name = _OTHERS[(seed // 10) % len(_OTHERS)]
            times = np.sort(rng.uniform(0.0, SCRIPTS[name].duration_s, _PICTURES))
            yield Take(SCRIPTS[name], seed, drawn, tuple(times.tolist()), label=name)
            continue
        name = EXERCISES[0] if seed % 10 < 5 else EXERCISES[1]
        turned = bool(rng.random() < 0.3)
        try:
            script = practise(name, seed, turned=turned)
        except ValueError:
            continue
        keys = [key.time_s for key in script.scenes[0].keys]
        still = [(a + b) / 2.0 for a, b in zip(keys[::2], keys[1::2], strict=True)]
        moving = [a + float(rng.uniform(0.3, 0.7)) * (b - a) for a, b in zip(keys[1:-1:2], keys[2::2], strict=True)]
        yield Take(script, seed, drawn, tuple(sorted(still + moving)), label=name + ("-turned" if turned else ""))


def _drawn(seed: int, rng: np.random.Generator, widest_deg: float) -> Variant:
    """A person before a camera that may stand lower, higher and more obliquely than it should."""
    drawn = variant(seed)
    yaw, height = float(rng.uniform(-widest_deg, widest_deg)), float(rng.uniform(*_HEIGHT_M))
    return replace(drawn, view=replace(drawn.view, yaw_deg=yaw, height_m=height))


def _free(seed: int, drawn: Variant) -> Take:
    """Ten unrelated postures: two thirds upright, a third on the back."""
    family = FREE[0] if seed % (3 if seed in _FREE else 9) else FREE[1]
    script = take_any(family, seed, keys=_PICTURES)
    return Take(script, seed, drawn, tuple(float(number) for number in range(_PICTURES)), label=family)


def gathered(folder: Path, first: int, count: int, widest_deg: float = _YAW_DEG) -> Seen:
    """All frames of some seeds; what the folder holds already is not drawn again."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(first, first + count, CHUNK):
        path = folder / f"phantoms-{start}.npz"
        if not path.exists():
            wanted = list(takes(start, min(CHUNK, first + count - start), widest_deg))
            done: dict[int, Seen] = {}
            for number, seen in watched(wanted):
                done[number] = seen
                print(f"\r{path.name}: {len(done)} of {len(wanted)} clips", end="", flush=True)
            print()
            joined([done[number] for number in sorted(done)]).save(path)
        parts.append(Seen.load(path))
    return joined(parts)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learned from: frames in which the person was found, with the legs' labels put right.

    Attributes:
        seen: The frames.
        traces: What the networks are given.
        wanted: ``(N, 8)`` what the first network should put out.
        truth: ``(N, 2, M)`` near and far side.
        fold: ``(N,)`` which part of the people a frame belongs to.
    """

    seen: Seen
    traces: Traces
    wanted: Floats
    truth: Floats
    fold: NDArray[np.int64]


def facing(seen: Seen) -> Floats:
    """``(N,)`` true facing: who shows the right side faces the picture's right."""
    return np.where(seen.near == 1, 1.0, -1.0)


def lessons(seen: Seen, turn_deg: Floats | None = None) -> Lessons:
    """Prepares frames, turned in the picture by so many degrees clockwise if asked."""
    if turn_deg is not None:
        seen = replace(seen, image_px=_turned(seen.image_px, turn_deg), world_m=_turned(seen.world_m, turn_deg))
    found = traces(seen.image_px, seen.world_m, seen.visibility, facing(seen))
    order = np.stack([seen.near, 1 - seen.near], axis=1)
    truth = seen.truth[np.arange(len(seen))[:, None], order]
    true = np.stack([_of(truth, name) for name in ("trunk", "thigh", "shank")], axis=1)
    away = true - found.inclinations
    turns = (away - 360.0 * np.round(away / 360.0)).reshape(len(seen), 6) / TURN_UNIT_DEG
    past_toe = (truth[..., MEASURES.index("knee_past_toe")] - found.past_toe) / PAST_TOE_UNIT
    wanted = np.clip(np.concatenate([turns, past_toe], axis=1), -_FARTHEST, _FARTHEST)
    return Lessons(seen, found, wanted, truth, seen.seed % FOLDS)


def _of(truth: Floats, segment: str) -> Floats:
    """True inclination ``(N, 2)`` of a segment, + forward."""
    values = truth[..., MEASURES.index(f"{segment}_inclination_deg")]
    return -values if segment == "trunk" else values


def _turned(points: Floats, degrees: Floats) -> Floats:
    """Landmarks turned clockwise in the picture's plane (x right, y down)."""
    c, s = np.cos(np.radians(degrees))[:, None], np.sin(np.radians(degrees))[:, None]
    x, y = points[..., 0], points[..., 1]
    return np.concatenate([np.stack([c * x - s * y, s * x + c * y], axis=-1), points[..., 2:]], axis=-1)


def with_labels_put_right(seen: Seen) -> Seen:
    """The frames with exchanged legs put right; frames in which nobody was found are left out."""
    seen = seen.taken(seen.found & seen.whole)
    swapped, _ = share_labelled_other_way(seen.image_px, seen.true_px)
    image, world, visibility = seen.image_px.copy(), seen.world_m.copy(), seen.visibility.copy()
    for index in np.flatnonzero(swapped):
        pose = exchange_legs(seen.pose(int(index)))
        image[index], world[index], visibility[index] = pose.image_px, pose.world_m, pose.visibility
    return replace(seen, image_px=image, world_m=world, visibility=visibility)


def _rolled(seen: Seen, number: int) -> Lessons:
    """The frames as other rolls of the camera would have shown them."""
    wished = np.random.default_rng([number, 11]).uniform(-_ROLL_DEG, _ROLL_DEG, len(seen))
    mirrored = np.array([variant(seed).sensor.mirrored for seed in seen.seed.tolist()])
    return lessons(seen, wished - np.where(mirrored, -1.0, 1.0) * seen.view[:, 3])


# The outputs that the hip's and the knee's angle are made of are learned together: their errors shall cancel. The
# trunk, whose error is small to begin with, counts half as much again, or it would hardly be learned.
_SUMS: Final = np.zeros((8, 12))
_SUMS[:, :8] = np.diag([1.5] * 2 + [1.0] * 4 + [0.5] * 2)
for _side in (0, 1):
    _SUMS[[2 + _side, _side], 8 + _side] = 1.0, -1.0
    _SUMS[[4 + _side, 2 + _side], 10 + _side] = 1.0, -1.0
_COLUMNS: Final = np.array([INDEX[name] for name in SIGMAS_OF])
_HIDDEN: Final = (64, 40)
_HIDDEN_OF_SIGMAS: Final = (16,)
_STEPS: Final = 16000
# More of either finds no more on people that were not fitted to.
_HIDDEN_OF_ODDS: Final = (32,)
_STEPS_OF_ODDS: Final = 6000
_HIDDEN_OF_YAW: Final = (48, 24)
_ROLLS_OF_YAW: Final = 2
# One sigma shall hold as many errors as one of a normal distribution does, and two sigmas nearly as many as two: errors
# have heavier tails, so the second asks for more than the first.
_INSIDE: Final = ((1.0, 0.683), (2.0, 0.935))


def turns_from(parts: Sequence[Lessons], which: NDArray[np.bool_]) -> Network:
    """The network of the turns, from some of the frames."""
    given = np.concatenate([part.traces.features[which] for part in parts])
    wanted = np.concatenate([part.wanted[which] for part in parts])
    return fit_values(given, wanted, _SUMS, _HIDDEN, _STEPS)


def errors_of(outputs: Floats, taught: Lessons) -> Floats:
    """What is still wrong with the measures ``SIGMAS_OF`` after a correction: ``(N, 6, 2)``."""
    values = values_from(outputs, taught.traces)
    errors = (values - taught.truth)[..., _COLUMNS]
    wrapped = errors - 360.0 * np.round(errors / 360.0)
    return np.asarray(np.where(IS_ANGLE[_COLUMNS], wrapped, errors).swapaxes(-1, -2))


def followed(seen: Seen, turns: Network, exchanged: Network) -> tuple[Floats, Floats]:
    """Features ``(N, F)`` and errors ``(N, 12)`` of whole clips as a session follows them, its smoothing included.

    NaN where somebody is not found, or the legs are taken for each other: no sigma covers that.
    """
    # States no error worth speaking of, a hundredth of a degree or of a shank, so that every value is given.
    outputs = 2 * len(SIGMAS_OF)
    silent = Network(turns.mean, turns.scale, ((np.zeros((len(turns.mean), outputs)), np.full(outputs, np.log(0.01))),))
    side_on, silent_yaw = (
        Network(turns.mean, turns.scale, ((np.zeros((len(turns.mean), 1)), np.zeros(1)),)) for _ in range(2)
    )
    values = np.full(seen.truth.shape, np.nan)
    image, world, visibility = seen.image_px.copy(), seen.world_m.copy(), seen.visibility.copy()
    for clip in np.unique(seen.clip):
        session = Session(built_in(), corrects=Correction(turns, silent, exchanged, side_on, silent_yaw))
        for index in np.flatnonzero(seen.clip == clip).tolist():
            step = session.step(index, seen.pose(index))
            values[index] = step.measures.values
            image[index], world[index], visibility[index] = step.pose.image_px, step.pose.world_m, step.pose.visibility
    swapped, _ = share_labelled_other_way(image, seen.true_px)
    order = np.stack([seen.near, 1 - seen.near], axis=1)
    every = np.arange(len(seen))[:, None]
    errors = (values[every, order] - seen.truth[every, order])[..., _COLUMNS]
    errors = np.where(IS_ANGLE[_COLUMNS], errors - 360.0 * np.round(errors / 360.0), errors).swapaxes(-1, -2)
    errors[swapped | ~seen.whole | ~seen.found] = np.nan
    features = traces(image, world, visibility, facing(seen)).features
    return np.nan_to_num(features), errors.reshape(len(seen), -1)


def sigmas_from(features: Floats, errors: Floats, fold: NDArray[np.int64], clips: NDArray[np.bool_]) -> Network:
    """The network of the sigmas, scaled on people it was not fitted to.

    Args:
        features: ``(N, F)``.
        errors: ``(N, 12)``.
        fold: ``(N,)`` which part of the people a frame belongs to.
        clips: ``(N,)`` frames of clips as a session follows them; the sigma is scaled on these alone.
    """
    stated = np.empty_like(errors)
    for part in range(FOLDS):
        others = fold != part
        network = fit_sigmas(features[others], errors[others], _HIDDEN_OF_SIGMAS, _STEPS // 2)
        stated[~others] = np.exp(network(features[~others]))
    ratios = np.abs(errors) / stated
    # Only what is certain enough to be given counts.
    ratios[stated > np.repeat(np.where(IS_ANGLE[_COLUMNS], 1.0, np.radians(1.0)), 2) * MOST_SIGMA_DEG] = np.nan
    wide = [np.nanquantile(ratios[clips], share, axis=0) / sigmas for sigmas, share in _INSIDE]
    network = fit_sigmas(features, errors, _HIDDEN_OF_SIGMAS, _STEPS // 2)
    weights, offsets = network.layers[-1]
    scale = np.max(wide, axis=0)
    for sigmas in (1.0, 2.0):
        inside = (ratios[clips] / scale <= sigmas).sum(axis=0) / np.isfinite(ratios[clips]).sum(axis=0)
        print(f"clips, inside {sigmas:g} sigma, near:", ", ".join(f"{share:.0%}" for share in inside[::2]))
    return Network(network.mean, network.scale, (*network.layers[:-1], (weights, offsets + np.log(scale))))


def odds_from(pictures: Seen, clips: Seen) -> Network:
    """The network of exchanged legs; prints how well it tells them on people it was not fitted to.

    It is asked only of lunges and learns from nothing else: from pictures, and from clips, in which the model stays
    with what it has taken for a leg.
    """
    seen = _tellable_lunges(joined([pictures, clips]))
    swapped, _ = share_labelled_other_way(seen.image_px, seen.true_px)
    features = traces(seen.image_px, seen.world_m, seen.visibility, facing(seen)).features
    told = np.empty(len(swapped))
    for part in range(FOLDS):
        others = seen.seed % FOLDS != part
        network = fit_odds(features[others], swapped[others], _HIDDEN_OF_ODDS, _STEPS_OF_ODDS)
        told[~others] = network(features[~others])[:, 0]
    print(
        f"lunges: legs exchanged in {swapped.mean():.1%}; log odds above 0 in {(told[swapped] > 0.0).mean():.0%} of "
        f"these and in {(told[~swapped] > 0.0).mean():.1%} of the others"
    )
    return fit_odds(features, swapped, _HIDDEN_OF_ODDS, _STEPS_OF_ODDS)


def _tellable_lunges(seen: Seen) -> Seen:
    """Frames in which somebody half-kneels, by the landmarks, and it can be told which leg is which."""
    seen = seen.taken(seen.found & seen.whole)
    seen = seen.taken(share_labelled_other_way(seen.image_px, seen.true_px)[1])
    inclinations = traces(seen.image_px, seen.world_m, seen.visibility, facing(seen)).inclinations
    return seen.taken(np.array([front_is_near(frame) is not None for frame in inclinations]))


def true_yaw(seen: Seen) -> Floats:
    """``(N,)`` yaw, + with the front of the body turned to the camera."""
    mirrored = np.array([variant(seed).sensor.mirrored for seed in seen.seed.tolist()])
    # Who turned the other side to the camera shows the back where they would have shown the front.
    turned = (seen.near == LEFT) != mirrored
    return np.asarray(np.where(turned, -1.0, 1.0) * seen.view[:, 0])


def yaw_from(seen: Seen) -> tuple[Network, Network]:
    """The networks of the yaw and of its error; prints how they do on people they were not fitted to."""
    seen = with_labels_put_right(seen)
    yaw = true_yaw(seen)
    parts = [lessons(seen), *(_rolled(seen, number) for number in range(_ROLLS_OF_YAW))]
    fold, plain = parts[0].fold, parts[0].traces.features

    def fitted(which: NDArray[np.bool_]) -> Network:
        given = np.concatenate([part.traces.features[which] for part in parts])
        wanted = np.concatenate([yaw[which]] * len(parts))[:, None] / YAW_UNIT_DEG
        return fit_values(given, wanted, np.eye(1), _HIDDEN_OF_YAW, _STEPS)

    told, stated = np.empty(len(seen)), np.empty(len(seen))
    for part in range(FOLDS):
        told[fold == part] = YAW_UNIT_DEG * fitted(fold != part)(plain[fold == part])[:, 0]
    errors = (told - yaw)[:, None]
    for part in range(FOLDS):
        sigma = fit_sigmas(plain[fold != part], errors[fold != part], _HIDDEN_OF_SIGMAS, _STEPS // 2)
        stated[fold == part] = np.exp(sigma(plain[fold == part])[:, 0])
    scale = max(float(np.quantile(np.abs(errors[:, 0]) / stated, share)) / sigmas for sigmas, share in _INSIDE)
    for low, high in ((0.0, 15.0), (15.0, 25.0), (25.0, 45.0), (45.0, 90.0)):
        which = (np.abs(yaw) >= low) & (np.abs(yaw) < high)
        off = np.abs(np.abs(told) - np.abs(yaw))[which]
        print(f"yaw {low:.0f} to {high:.0f}, {which.sum()} frames: off by {off.mean():.1f} degrees on average")
    network = fit_sigmas(plain, errors, _HIDDEN_OF_SIGMAS, _STEPS // 2)
    weights, offsets = network.layers[-1]
    wide = Network(network.mean, network.scale, (*network.layers[:-1], (weights, offsets + np.log(scale))))
    return fitted(np.ones(len(seen), dtype=bool)), wide


def learn(seen: Seen, clips: Seen, lunges: Seen, views: Seen) -> Correction:
    """Fits the correction to some frames, its sigmas also to clips, and prints how it does on other people."""
    put_right = with_labels_put_right(seen)
    parts = [lessons(put_right), *(_rolled(put_right, number) for number in range(_ROLLS))]
    plain = parts[0]
    outputs = np.empty_like(plain.wanted)
    for part in range(FOLDS):
        others = plain.fold != part
        outputs[~others] = turns_from(parts, others)(plain.traces.features[~others])
    errors = errors_of(outputs, plain)
    report(errors, errors_of(np.zeros_like(outputs), plain), plain)
    turns, exchanged = turns_from(parts, np.ones(len(plain.fold), dtype=bool)), odds_from(seen, joined([clips, lunges]))
    features, wrong = followed(clips, turns, exchanged)
    # Frames that follow each other are much alike, and the clips' people are few beside the others'.
    many = np.concatenate([plain.traces.features, *[features] * _AS_OFTEN])
    sigmas = sigmas_from(
        many,
        np.concatenate([errors.reshape(len(errors), -1), *[wrong] * _AS_OFTEN]),
        np.concatenate([plain.fold, *[clips.seed % FOLDS] * _AS_OFTEN]),
        np.arange(len(many)) >= len(plain.fold),
    )
    return Correction(turns, sigmas, exchanged, *yaw_from(joined([seen, views])))


def report(errors: Floats, before: Floats, taught: Lessons) -> None:
    """Mean absolute errors, near and far, before and after, by exercise and yaw."""
    yaw = np.abs(taught.seen.view[:, 0])
    print("mean absolute error on people not fitted to: near and far side, in brackets as the image landmarks have it")
    for exercise in EXERCISES:
        for low, high in ((0.0, 15.0), (15.0, 25.0), (25.0, _YAW_DEG)):
            which = np.char.startswith(taught.seen.label, exercise) & (yaw >= low) & (yaw < high)
            after, then = np.abs(errors[which]).mean(axis=0), np.abs(before[which]).mean(axis=0)
            cells = [
                f"{name.removesuffix('_deg')} {after[i, 0]:.2f} {after[i, 1]:.2f} ({then[i, 0]:.2f} {then[i, 1]:.2f})"
                for i, name in enumerate(SIGMAS_OF)
            ]
            print(f"{exercise}, yaw {low:.0f} to {high:.0f}, {which.sum()} frames:", "; ".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("training"), help="where drawn phantoms are kept")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed")
    parser.add_argument("--count", type=int, default=COUNT, help="how many seeds")
    parser.add_argument("--out", type=Path, default=FILE, help="the file to write")
    arguments = parser.parse_args()
    if arguments.first + arguments.count > FIRST_KEPT_SEED:
        parser.error(f"seeds from {FIRST_KEPT_SEED} on are kept for measuring accuracy")
    seen = gathered(arguments.folder, arguments.first, arguments.count)
    clips = joined([accuracy.gathered(arguments.folder, first, people) for first, people in CLIPS])
    lunges = joined([accuracy.gathered(arguments.folder, first, people, lunges=True) for first, people in LUNGES])
    views = gathered(arguments.folder, *VIEWS, _WIDEST_DEG)
    learn(seen, clips, lunges, views).save(arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
