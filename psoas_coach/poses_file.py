"""``poses.npz``: the landmarks of every frame, so that a clip need be estimated only once.

Arrays: ``index (N,)``, ``time_s (N,)``, ``image_px (N, 33, 2)``, ``world_m (N, 33, 3)``, ``visibility (N, 33)``,
``exchanged (N,)`` (what a second look says of the legs), ``company (N,)`` (whether somebody else is seen) and
``rise (N, 3)`` (what belly and chest did, the values of ``records.Rise``), all three NaN where it was not looked for,
and missing in older recordings, ``image_wh (2,)`` and ``meta``, a JSON text that says where they come from, what was
undone (the lens, and the lean of the camera), and whose limits held. Landmarks are stored exactly as the model gave
them: where the picture shows them. What the session saw follows from these and the lens, so a replay gives the same
verdicts to the last digit, and the picture can still be drawn over.
"""

import contextlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from calibration.camera import Camera, straightened
from calibration.level import levelled
from poses import skeleton
from poses.problem import Problem
from poses.records import Pose, Rise
from psoas_coach.files import cannot_write, replacing
from psoas_coach.held_limits import HeldLimits

FORMAT: Final = 1
# Of a recording through a lens. An older program, which knows no lenses, must not read it as if there were none.
FORMAT_CORRECTED: Final = 2
# Of a recording by somebody's own limits. An older program would judge it by everybody's, and call fine what was not.
FORMAT_LIMITED: Final = 3


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
        limits: Those that held; None in older recordings.
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
    limits: HeldLimits | None = None

    @property
    def format(self) -> int:
        """Of the file that holds such a recording: an older program must not replay it without heeding these."""
        if self.limits is not None and self.limits.personal:
            return FORMAT_LIMITED
        return FORMAT if self.camera is None and self.roll_deg == 0.0 else FORMAT_CORRECTED

    def as_measured(self, pose: Pose) -> Pose:
        """A pose as the model gave it, to what is measured: lens and lean undone."""
        straight = pose if self.camera is None else straightened(pose, self.camera.lens)
        return levelled(straight, self.roll_deg)


_ORIGIN: Final = TypeAdapter(Origin)
_Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "index": (),
    "time_s": (),
    "image_px": (skeleton.COUNT, 2),
    "world_m": (skeleton.COUNT, 3),
    "visibility": (skeleton.COUNT,),
    "exchanged": (),
    "company": (),
    "rise": (3,),
}
# What older recordings lack.
_LATER: Final = ("exchanged", "company", "rise")
# Attributes of a pose that are numbers; the index is none, and what rises is several.
_OF_POSE: Final = tuple(name for name in _SHAPES if name not in ("index", "rise"))
_LANDMARKS: Final = ("image_px", "world_m", "visibility")
_ROW: Final = np.dtype(
    [
        (name, np.int64 if name == "index" else np.float32 if name in _LANDMARKS else np.float64, shape)
        for name, shape in _SHAPES.items()
    ]
)


class PosesRecorder:
    """Gathers poses in a nameless file, so that memory does not grow with the clip, and writes them at the end."""

    def __init__(self) -> None:
        self._rows = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._row = np.zeros(1, _ROW)
        self._count = 0
        self._wh = 0, 0

    def write(self, index: int, pose: Pose) -> None:
        """Keeps one pose as the model gave it.

        Raises:
            Problem: There is no room for it.
        """
        row = self._row[0]
        row["index"] = index
        for name in _OF_POSE:
            row[name] = getattr(pose, name)
        row["rise"] = Rise.numbers(pose.rise)
        try:
            self._rows.write(self._row.tobytes())
        except OSError as error:
            raise cannot_write(Path(tempfile.gettempdir()), error) from error
        self._wh = pose.image_wh if self._count == 0 else self._wh
        self._count += 1

    def save(self, path: Path, origin: Origin) -> None:
        """Writes all poses so far.

        Raises:
            Problem: The file cannot be written.
        """
        try:
            self._rows.flush()
            # Not read into memory: what is written is taken from it piece by piece.
            rows = np.memmap(self._rows, _ROW, "r") if self._count else np.zeros(0, _ROW)
        except OSError as error:
            raise cannot_write(path, error) from error
        arrays: _Arrays = {name: rows[name] for name in _SHAPES}
        save_arrays(path, origin, {**arrays, "image_wh": np.array(self._wh, dtype=np.int64)})

    def close(self) -> None:
        """Lets go of them; safe to call twice."""
        with contextlib.suppress(OSError):
            self._rows.close()


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
        names = ("time_s", "image_px", "world_m", "visibility", "exchanged", "company", "rise")
        columns = (self.arrays[name] for name in names)
        for index, time_s, image_px, world_m, visibility, exchanged, company, rise in zip(
            self.indices, *columns, strict=True
        ):
            pose = Pose(float(time_s), image_px, world_m, visibility, (width, height), float(exchanged), float(company))
            yield int(index), self.origin.as_measured(replace(pose, rise=Rise.of(rise)))


def load(path: Path) -> Recording:
    """Reads a recording of poses.

    Raises:
        Problem: When the file is missing, damaged, or not a recording of poses.
    """
    why, do = "what is needed here is the poses.npz that analyse wrote", "Analyse the clip again"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(str(arrays.pop("meta")))
    except FileNotFoundError:
        raise Problem(f"There is no file {path}", why, "Check the name") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise Problem(f"{path} is not a recording of poses ({type(error).__name__})", why, do) from None
    found = meta.pop("format", None) if isinstance(meta, dict) else None
    if found not in (FORMAT, FORMAT_CORRECTED, FORMAT_LIMITED):
        raise Problem(f"{path} is of another version", why, do)
    frames = arrays["time_s"].shape[:1] if "time_s" in arrays else ()
    for name in _LATER:
        arrays.setdefault(name, np.full((*frames, *_SHAPES[name]), np.nan))
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
        raise Problem(f"{path} does not say through which lens it was seen, or whose limits held", why, do)
    if origin.camera is not None:
        origin.camera.lens.check_shape((int(arrays["image_wh"][0]), int(arrays["image_wh"][1])))
    return Recording(origin, arrays["index"], arrays)
