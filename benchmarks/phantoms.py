"""Phantoms before the real estimator: landmarks and truth of the same frames.

What accuracy is measured on and the correction is learned from. Drawing and estimating one clip is one task; tasks run
in as many processes as there are cores, and their results do not depend on it.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.script import Script
from calibration.phantom.scripts import Studio
from calibration.phantom.truth import MEASURES, landmarks_px
from calibration.phantom.variety import Variant
from poses import skeleton
from poses.records import ArmsAgain, Frame, Pose
from poses.second_look import unmirrored
from vision.estimator import Estimator
from vision.model import ensure_model

Floats = NDArray[np.float64]

SIZE: Final = (640, 480)
# A picture shown on its own is shown this often, 1/30 s apart, so that the estimator's own filter has come to rest.
SHOWINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Take:
    """One clip to be made.

    Attributes:
        script: What is done.
        seed: Breathing, sway, grain.
        variant: Who is seen where, through what.
        times_s: The media times that are shown, or None for all at ``fps``.
        fps: Frames a second, when all are shown.
        label: What the clip is for; kept with every frame.
        size: Width and height of its pictures.
    """

    script: Script
    seed: int
    variant: Variant
    times_s: tuple[float, ...] | None = None
    fps: float = 10.0
    label: str = ""
    size: tuple[int, int] = SIZE


@dataclass(frozen=True, slots=True)
class Seen:
    """Frames of one or more clips: what the estimator saw, and what was there; first axis the frames.

    Attributes:
        clip: ``(N,)`` number of the clip within the collection.
        label: ``(N,)`` its label.
        seed: ``(N,)`` its seed.
        time_s: ``(N,)`` media time.
        image_px: ``(N, 33, 2)`` landmarks as the estimator gives them, NaN where nobody was found.
        world_m: ``(N, 33, 3)``.
        visibility: ``(N, 33)``.
        truth: ``(N, 2, M)`` side, then measure in the order of ``truth.MEASURES``.
        true_px: ``(N, 33, 2)`` where a perfect observer sees the landmarks.
        near: ``(N,)`` side of the body that is truly turned to the camera.
        view: ``(N, 4)`` yaw, height in metres, pitch and roll of the camera.
        exchanged: ``(N,)`` what the second look says of the legs, NaN where none was taken.
        company: ``(N,)`` whether somebody else was seen, NaN where it was not looked for.
        again: ``(N, 33, 3)`` landmarks and visibility of a further look at the arms, NaN where none found anybody.
        without: ``(N,)`` side of the arm that was painted out for it, -1 where the picture was mirrored, NaN without.
        size: ``(N, 2)`` width and height of the pictures.
    """

    clip: NDArray[np.int64]
    label: NDArray[np.str_]
    seed: NDArray[np.int64]
    time_s: Floats
    image_px: Floats
    world_m: Floats
    visibility: Floats
    truth: Floats
    true_px: Floats
    near: NDArray[np.int64]
    view: Floats
    exchanged: Floats
    company: Floats
    again: Floats
    without: Floats
    size: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def found(self) -> NDArray[np.bool_]:
        """``(N,)`` whether anybody was found."""
        return np.isfinite(self.image_px[:, 0, 0])

    @property
    def whole(self) -> NDArray[np.bool_]:
        """``(N,)`` whether the body's landmarks, shoulders to toes and ears, truly lie in the picture."""
        points = self.true_px[:, [*skeleton.EARS, *range(11, 13), *range(23, 33)]]
        return np.asarray(((points >= 0.0) & (points <= self.size[:, None])).all(axis=(1, 2)))

    def taken(self, chosen: NDArray[Any]) -> "Seen":
        """Some of the frames."""
        return Seen(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def pose(self, index: int) -> Pose:
        """The pose of one frame."""
        flat, world = self.image_px[index].astype(np.float32), self.world_m[index].astype(np.float32)
        visibility = self.visibility[index].astype(np.float32)
        looks, again = (float(self.exchanged[index]), float(self.company[index])), None
        if np.isfinite(self.without[index]):
            points, side = self.again[index].astype(np.float32), int(self.without[index])
            again = ArmsAgain(points[:, :2], points[:, 2], side if side >= 0 else None)
        width, height = self.size[index].tolist()
        return Pose(float(self.time_s[index]), flat, world, visibility, (width, height), *looks, again=again)

    def save(self, path: Path) -> None:
        """Keeps all of it in one file."""
        np.savez_compressed(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @staticmethod
    def load(*paths: Path) -> "Seen":
        """Reads what ``save`` wrote; clips of several files are numbered on."""
        parts = [dict(np.load(path)) for path in paths]
        return joined([Seen(**(_unasked(len(part["clip"])) | part)) for part in parts])


def _unasked(count: int) -> dict[str, Any]:
    """What older files lack: drawn before others, or the arms, were looked at, or pictures had other sizes."""
    nan = np.full(count, np.nan)
    again = np.full((count, skeleton.COUNT, 3), np.nan)
    return {"company": nan, "again": again, "without": nan, "size": np.tile(SIZE, (count, 1))}


def joined(parts: Sequence[Seen]) -> Seen:
    """All frames of several collections, clips numbered on."""
    counted, first = [], 0
    for part in parts:
        counted.append(replace(part, clip=part.clip + first))
        first += int(part.clip.max(initial=-1)) + 1
    return Seen(*(np.concatenate([getattr(part, field.name) for part in counted]) for field in fields(Seen)))


def watch(take: Take, *, arms: bool = False) -> Seen:
    """Draws and estimates one clip; with ``arms``, as where signs of the arms are wanted."""
    fps = take.fps if take.times_s is None else 30.0
    studio = Studio(take.script, seed=take.seed, fps=fps, size=take.size, variant=take.variant)
    poses = []
    if take.times_s is None:
        indices, showings = list(range(len(studio))), 1
    else:
        indices, showings = sorted({min(round(t * fps), len(studio) - 1) for t in take.times_s}), SHOWINGS
    with Estimator(ensure_model("full"), arms=arms) as estimator:
        for number, index in enumerate(indices):
            frame = studio.frame(index)
            if showings > 1:
                for showing in range(showings):
                    frame = Frame(index, (number * showings + showing) / 30.0, frame.image)
                    pose = estimator.estimate(frame)
            else:
                pose = estimator.estimate(frame)
            poses.append(pose)
    return _seen(take, studio, indices, poses, take.label)


def watch_at(take: Take, choices: Mapping[str, Sequence[int]]) -> list[Seen]:
    """Draws one clip at ``take.fps`` and estimates several choices of its frames, each as a clip of its own.

    Args:
        take: The clip.
        choices: Indices of frames in rising order, by name; the name is the label.
    """
    studio = Studio(take.script, seed=take.seed, fps=take.fps, size=take.size, variant=take.variant)
    wanted = {name: set(indices) for name, indices in choices.items()}
    poses: dict[str, list[Pose]] = {name: [] for name in choices}
    with ExitStack() as stack:
        estimators = {name: stack.enter_context(Estimator(ensure_model("full"))) for name in choices}
        for index in sorted(set().union(*wanted.values())):
            frame = studio.frame(index)
            for name, estimator in estimators.items():
                if index in wanted[name]:
                    poses[name].append(estimator.estimate(frame))
    return [_seen(take, studio, list(indices), poses[name], name) for name, indices in choices.items()]


def _seen(take: Take, studio: Studio, indices: Sequence[int], poses: Sequence[Pose], label: str) -> Seen:
    rows = [studio.row(index) for index in indices]
    count, mirrored = len(poses), take.variant.sensor.mirrored
    turned = any(abs(key.values.get("heading_deg", 0.0)) > 90.0 for s in take.script.scenes for key in s.keys)
    view, looks = studio.camera, _unasked(count)
    for index, again in ((index, pose.again) for index, pose in enumerate(poses) if pose.again is not None):
        looks["again"][index] = np.column_stack([again.image_px, again.visibility])
        looks["without"][index] = -1 if again.without is None else again.without
    return Seen(
        clip=np.zeros(count, np.int64),
        label=np.full(count, label, dtype="U40"),
        seed=np.full(count, take.seed, np.int64),
        time_s=np.array([pose.time_s for pose in poses]),
        image_px=np.array([pose.image_px for pose in poses], np.float64),
        world_m=np.array([pose.world_m for pose in poses], np.float64),
        visibility=np.array([pose.visibility for pose in poses], np.float64),
        truth=np.array([[[row[f"{m}_{s}"] for m in MEASURES] for s in skeleton.SIDES] for row in rows]),
        true_px=np.array([_true_px(studio, index, take.size) for index in indices]),
        near=np.full(count, skeleton.LEFT if turned != mirrored else skeleton.RIGHT, np.int64),
        view=np.tile([take.variant.view.yaw_deg, view.height_m, view.pitch_deg, view.roll_deg], (count, 1)),
        exchanged=np.array([pose.exchanged for pose in poses]),
        company=np.array([pose.company for pose in poses]),
        again=looks["again"],
        without=looks["without"],
        size=np.tile(take.size, (count, 1)),
    )


def _true_px(studio: Studio, index: int, size: tuple[int, int]) -> Floats:
    """Where the landmarks are in the picture, in a mirrored one with left and right exchanged."""
    points = landmarks_px(studio.performance.placed(float(studio.row(index)["time_s"])), studio.camera, size)
    if not studio.variant.sensor.mirrored:
        return points
    return unmirrored(points, size[0])


def watched(takes: Iterable[Take], processes: int | None = None) -> Iterator[tuple[int, Seen]]:
    """Draws and estimates many clips, in whatever order they are done; each with its number in ``takes``."""
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        running = {pool.submit(watch, take): number for number, take in enumerate(takes)}
        for done in as_completed(running):
            yield running[done], done.result()
