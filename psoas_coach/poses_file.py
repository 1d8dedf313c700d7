"""``poses.npz``: the landmarks of every frame, so that a clip need be estimated only once.

Arrays: ``index (N,)``, ``time_s (N,)``, ``image_px (N, 33, 2)``, ``world_m (N, 33, 3)``, ``visibility (N, 33)``,
``exchanged (N,)`` (what a second look says of the legs) and ``company (N,)`` (whether somebody else is seen), both NaN
where it was not looked for, and missing in older recordings, ``image_wh (2,)`` and ``meta``, a JSON text that says
where they come from, and what was undone: the lens, and the lean of the camera. Landmarks are stored exactly as the
model gave them: where the picture shows them. What the session saw follows from these and the lens, so a replay by the
same limits gives the same verdicts to the last digit, and the picture can still be drawn over.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from calibration.camera import Camera, straightened
from calibration.level import levelled
from poses import skeleton
from poses.problem import Problem
from poses.records import Pose
from psoas_coach.files import replacing

FORMAT: Final = 1
# Of a recording through a lens. An older program, which knows no lenses, must not read it as if there were none.
FORMAT_CORRECTED: Final = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recording of poses comes from.

    Attributes:
        clip: File name of the clip, without its folder.
        kind: "video", "animation" or "image".
        still: Whether there is but one picture, of whatever kind.
        interrupted: Whether the user ended the analysis.
        model: Name of the pose model.
        duration_s: Length that the container announced, or None.
        broke: What broke the clip off, or "".
        broke_at_s: When, or None.
        camera: The camera whose lens was undone before anything was measured, or None.
        roll_deg: How far the camera leaned, which was undone too: content turned clockwise.
    """

    clip: str
    kind: str
    model: str
    still: bool = False
    interrupted: bool = False
    duration_s: float | None = None
    broke: str = ""
    broke_at_s: float | None = None
    camera: Camera | None = None
    roll_deg: float = 0.0

    @property
    def format(self) -> int:
        """Of the file that holds such a recording: an older program must not replay it without undoing these."""
        return FORMAT if self.camera is None and self.roll_deg == 0.0 else FORMAT_CORRECTED

    def as_measured(self, pose: Pose) -> Pose:
        """A pose as the model gave it, to what is measured: lens and lean undone."""
        straight = pose if self.camera is None else straightened(pose, self.camera.lens)
        return levelled(straight, self.roll_deg)


_ORIGIN: Final = TypeAdapter(Origin)
_Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]


class PosesRecorder:
    """Gathers poses in memory (0.8 kB a frame) and writes them at the end."""

    def __init__(self) -> None:
        self._indices: list[int] = []
        self._poses: list[Pose] = []

    def write(self, index: int, pose: Pose) -> None:
        """Keeps one pose as the model gave it."""
        self._indices.append(index)
        self._poses.append(pose)

    def save(self, path: Path, origin: Origin) -> None:
        """Writes all poses so far."""
        poses = self._poses
        arrays: _Arrays = {
            "index": np.array(self._indices, dtype=np.int64),
            "time_s": np.array([pose.time_s for pose in poses], dtype=np.float64),
            "image_px": _stack([pose.image_px for pose in poses], (skeleton.COUNT, 2)),
            "world_m": _stack([pose.world_m for pose in poses], (skeleton.COUNT, 3)),
            "visibility": _stack([pose.visibility for pose in poses], (skeleton.COUNT,)),
            "exchanged": np.array([pose.exchanged for pose in poses], dtype=np.float64),
            "company": np.array([pose.company for pose in poses], dtype=np.float64),
            "image_wh": np.array(poses[0].image_wh if poses else (0, 0), dtype=np.int64),
        }
        save_arrays(path, origin, arrays)


def save_arrays(path: Path, origin: Origin, arrays: _Arrays) -> None:
    """Writes a recording whose arrays are there already; their names and shapes are those above."""
    meta = json.dumps({"format": origin.format, **_ORIGIN.dump_python(origin, mode="json")})
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays, meta=np.array(meta))


@dataclass(frozen=True, slots=True)
class Recording:
    """Poses read back, with where they come from."""

    origin: Origin
    indices: np.ndarray[Any, np.dtype[np.int64]]
    arrays: dict[str, np.ndarray[Any, np.dtype[Any]]]

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[tuple[int, Pose]]:
        width, height = (int(length) for length in self.arrays["image_wh"])
        names = ("time_s", "image_px", "world_m", "visibility", "exchanged", "company")
        columns = (self.arrays[name] for name in names)
        for index, time_s, image_px, world_m, visibility, exchanged, company in zip(
            self.indices, *columns, strict=True
        ):
            pose = Pose(float(time_s), image_px, world_m, visibility, (width, height), float(exchanged), float(company))
            yield int(index), self.origin.as_measured(pose)


_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "index": (),
    "time_s": (),
    "image_px": (skeleton.COUNT, 2),
    "world_m": (skeleton.COUNT, 3),
    "visibility": (skeleton.COUNT,),
    "exchanged": (),
    "company": (),
}


def load(path: Path) -> Recording:
    """Reads a recording of poses.

    Raises:
        Problem: When the file is missing, damaged, or not a recording of poses.
    """
    why, do = "replay needs the poses.npz that analyse wrote", "Analyse the clip again"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(str(arrays.pop("meta")))
    except FileNotFoundError:
        raise Problem(f"There is no file {path}", why, "Check the name") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise Problem(f"{path} is not a recording of poses ({type(error).__name__})", why, do) from None
    found = meta.pop("format", None) if isinstance(meta, dict) else None
    if found not in (FORMAT, FORMAT_CORRECTED):
        raise Problem(f"{path} is of another version", why, do)
    frames = arrays["time_s"].shape[:1] if "time_s" in arrays else ()
    for name in ("exchanged", "company"):
        arrays.setdefault(name, np.full(frames, np.nan))
    shapes = {name: (*frames, *shape) for name, shape in _SHAPES.items()} | {"image_wh": (2,)}
    wrong = [
        name
        for name, shape in shapes.items()
        if name not in arrays or arrays[name].shape != shape or arrays[name].dtype.kind not in "fiu"
    ]
    if not frames or wrong:
        raise Problem(f"{path} lacks {', '.join(wrong) or 'time_s'} of the right shape", why, do)
    if not (np.isfinite(arrays["time_s"]).all() and (np.diff(arrays["time_s"]) > 0).all()):
        raise Problem(f"The times in {path} do not rise", why, do)
    try:
        origin = _ORIGIN.validate_json(json.dumps(meta), strict=True)
    except ValidationError:
        raise Problem(f"{path} does not say where it comes from", why, do) from None
    if origin.format != found:
        raise Problem(f"{path} does not say through which lens it was seen", why, do)
    if origin.camera is not None:
        origin.camera.lens.check_shape((int(arrays["image_wh"][0]), int(arrays["image_wh"][1])))
    return Recording(origin, arrays["index"], arrays)


def _stack(rows: list[Any], shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, *shape), dtype=np.float32)
