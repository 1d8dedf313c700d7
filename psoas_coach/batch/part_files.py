"""The poses of one part of a long clip in a file, and all parts of it as one recording again.

The parts are those of ``psoas_coach.parts``, each estimated by a new estimator, so what comes of them is what an
analysis in one process gives, to the last byte.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np

from poses import skeleton
from poses.records import Frame, Pose, Rise
from psoas_coach.estimation import Seen, chain, frame_at
from psoas_coach.files import cannot_write
from psoas_coach.parts import parts_of
from vision.clip import Clip
from vision.clip_index import Index, index_of
from vision.estimator import Estimator
from vision.memory import give_back, keep_little

_ROW: Final = np.dtype(
    [
        ("index", np.int64),
        ("time_s", np.float64),
        ("image_px", np.float32, (skeleton.COUNT, 2)),
        ("world_m", np.float32, (skeleton.COUNT, 3)),
        ("visibility", np.float32, (skeleton.COUNT,)),
        ("image_wh", np.int64, (2,)),
        ("exchanged", np.float64),
        ("company", np.float64),
        ("rise", np.float64, (3,)),
        ("light", np.float64, (2,)),
    ]
)
_OF_POSE: Final = ("time_s", "image_px", "world_m", "visibility", "image_wh", "exchanged", "company")


def write_part(
    clip: Path,
    number: int,
    model_path: Path,
    file: Path,
    tell: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> bool:
    """Estimates one part of a clip.

    Args:
        clip: The clip.
        number: Of the part.
        model_path: The pose model's file.
        file: Where its poses go.
        tell: Told how many pictures are done.
        should_stop: Asked after each.

    Returns:
        Whether it was done to its end.

    Raises:
        Astray: The clip is not what its index says.
        Problem: It cannot be read, or the poses cannot be written.
    """
    index = _index(clip, clip.stat().st_mtime_ns)
    part = parts_of(index)[number]
    assert index is not None, "what has no index has no parts"
    last = len(index.stamps) if part.last is None else part.last
    rows = np.zeros(last - part.first, _ROW)
    keep_little()
    with Clip(clip) as source:
        estimator = Estimator(model_path)
        for count, seen in enumerate(chain(estimator, source.part(index, part.warm, last), part.first)):
            row = rows[count]
            row["index"], row["light"], row["rise"] = seen.index, seen.light, Rise.numbers(seen.pose.rise)
            for name in _OF_POSE:
                row[name] = getattr(seen.pose, name)
            tell(count + 1)
            if should_stop():
                return False
    give_back()
    try:
        np.save(file, rows, allow_pickle=False)
    except OSError as error:
        raise cannot_write(file, error) from error
    return True


@lru_cache(maxsize=2)
def _index(clip: Path, changed_ns: int) -> Index | None:
    """The index of a clip, which is made by reading all of it: the parts of one are worked at one after another."""
    return index_of(clip)


class Joined:
    """Parts as one recording; as ``psoas_coach.estimation.Estimated`` describes."""

    def __init__(self, clip: Path, files: Sequence[Path]) -> None:
        """Find out how much there is.

        Args:
            clip: The recording they are of.
            files: The files of all its parts, in order.
        """
        self._clip, self._files = clip, files
        self.damage: str | None = None
        self.total: int | None = sum(len(_rows(file)) for file in files)
        self.done = 0

    def __enter__(self) -> "Joined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def __iter__(self) -> Iterator[Seen]:
        for file in self._files:
            for row in np.array(_rows(file)):
                self.done += 1
                width, height = (int(length) for length in row["image_wh"])
                pose = Pose(
                    float(row["time_s"]),
                    row["image_px"],
                    row["world_m"],
                    row["visibility"],
                    (width, height),
                    float(row["exchanged"]),
                    float(row["company"]),
                    rise=Rise.of(row["rise"]),
                )
                yield Seen(int(row["index"]), pose, (float(row["light"][0]), float(row["light"][1])))

    def frame(self, position: int) -> Frame | None:
        """One frame of the recording again, or None where it cannot be had any more."""
        return frame_at(self._clip, _index(self._clip, self._clip.stat().st_mtime_ns), position)


def _rows(file: Path) -> np.ndarray[Any, np.dtype[Any]]:
    rows: np.ndarray[Any, np.dtype[Any]] = np.load(file, mmap_mode="r", allow_pickle=False)
    return rows
