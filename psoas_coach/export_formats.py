"""How each format of another program writes a recording down. What is told, and in which signs, is in ``export``.

TRC (markers) and MOT (motion): the files of OpenSim, which Sports2D and Pose2Sim write too; columns are parted by tabs.
CSV and Parquet: one row for each value. DeepLabCut's CSV: what the Python package ``movement`` opens.
"""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from poses.problem import Problem
from poses.skeleton import LANDMARKS
from psoas_coach.export import Told, angles, columns
from psoas_coach.files import replacing
from psoas_coach.version import VERSION

HEADER: Final = ("time_s", "kind", "name", "value", "unit", "sigma", "judged")
# DeepLabCut names whoever found the points.
SCORER: Final = "psoas-coach"


def write_trc(recording: Told, path: Path) -> None:
    """Markers in metres, as the model guesses them in space: X to the picture's right, Y up, Z towards the camera.

    They count from the middle of the hips, so the body stays in its place. A marker that was not seen is ``nan``:
    OpenSim takes an empty cell for it too, except in the last column, where it refuses the file.
    """
    count, rate = len(recording.time_s), f"{recording.rate_hz:.6g}"
    points = recording.world_m * (1.0, -1.0, -1.0)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"PathFileType\t4\t(X/Y/Z)\t{_one_word(recording.name)}.trc\n")
        file.write(
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
        )
        file.write(f"{rate}\t{rate}\t{count}\t{len(LANDMARKS)}\tm\t{rate}\t1\t{count}\n")
        file.write("Frame#\tTime\t" + "\t\t\t".join(LANDMARKS) + "\t\t\n")
        numbers = range(1, len(LANDMARKS) + 1)
        file.write("\t\t" + "\t".join(f"X{number}\tY{number}\tZ{number}" for number in numbers) + "\n\n")
        for number, (time_s, row) in enumerate(zip(recording.time_s, points, strict=True), start=1):
            cells = (f"{value:.6f}" for value in row.ravel().tolist())
            file.write("\t".join([str(number), f"{time_s:.6f}", *cells]) + "\n")


def write_mot(recording: Told, path: Path) -> None:
    """Joint angles in degrees, under the program's own names and signs; ``nan`` where they are not known."""
    names, values = angles(recording)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{_one_word(recording.name)}\nversion=1\nnRows={len(values)}\nnColumns={len(names) + 1}\n")
        file.write("inDegrees=yes\n\n")
        file.write("Angles of psoas-coach in the picture's plane; hip_opening is minus hip flexion.\n")
        file.write("endheader\n" + "\t".join(["time", *names]) + "\n")
        for time_s, row in zip(recording.time_s, values, strict=True):
            file.write("\t".join([f"{time_s:.6f}", *(f"{value:.6f}" for value in row.tolist())]) + "\n")


def write_csv(recording: Told, path: Path) -> None:
    """One row for each value; an empty cell where it is not known."""
    times = [f"{time_s:.6f}" for time_s in recording.time_s]
    judged = [str(bool(one)).lower() for one in recording.judged]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for column in columns(recording):
            cells = zip(times, column.values.tolist(), column.sigma.tolist(), judged, strict=True)
            rows.writerows((t, column.kind, column.name, _cell(v), column.unit, _cell(s), j) for t, v, s, j in cells)


def write_parquet(recording: Told, path: Path) -> None:
    """The same as the CSV, with null where a value is not known, and where it comes from in the file's metadata.

    Raises:
        Problem: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise Problem(
            "Parquet cannot be written: the library pyarrow is not installed",
            "it comes with an extra of its own, since few need it",
            "Install psoas-coach[export], or give --format csv, which says the same",
        ) from error
    labels = pa.dictionary(pa.int16(), pa.string())
    schema = pa.schema(
        [
            pa.field("time_s", pa.float64(), nullable=False),
            pa.field("kind", labels, nullable=False),
            pa.field("name", labels, nullable=False),
            pa.field("value", pa.float64()),
            pa.field("unit", labels, nullable=False),
            pa.field("sigma", pa.float64()),
            pa.field("judged", pa.bool_(), nullable=False),
        ],
        metadata={"clip": recording.name, "program": f"psoas-coach {VERSION}"},
    )

    def numbers(values: Iterable[float]) -> pa.Array:
        return pa.array(values, pa.float64(), from_pandas=True)

    def same(text: str, count: int) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int16)), pa.array([text]))

    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for column in columns(recording):
            count = len(column.values)
            arrays = [
                pa.array(recording.time_s),
                same(column.kind, count),
                same(column.name, count),
                numbers(column.values),
                same(column.unit, count),
                numbers(column.sigma),
                pa.array(recording.judged),
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def write_movement(recording: Told, path: Path) -> None:
    """Landmarks in pixels with their visibility as likelihood, as DeepLabCut's CSV; an empty cell where not seen.

    Such a file numbers its frames and knows no times: whoever opens it says how many there are a second.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for title, cells in _three_titles():
            rows.writerow([title, *cells])
        both = zip(recording.index.tolist(), recording.image_px, recording.visibility, strict=True)
        for number, points, visible in both:
            cells = [_cell(value) for value in np.column_stack([points, visible]).ravel().tolist()]
            rows.writerow([str(number), *cells])


def _three_titles() -> Sequence[tuple[str, list[str]]]:
    coordinates = ("x", "y", "likelihood")
    return (
        ("scorer", [SCORER] * (3 * len(LANDMARKS))),
        ("bodyparts", [name for name in LANDMARKS for _ in coordinates]),
        ("coords", [*coordinates] * len(LANDMARKS)),
    )


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"


def _one_word(name: str) -> str:
    """A clip's name without what would part columns or lines."""
    return "_".join(name.split()) or "clip"


_WRITERS: Final[dict[str, Callable[[Told, Path], None]]] = {
    "trc": write_trc,
    "mot": write_mot,
    "csv": write_csv,
    "parquet": write_parquet,
    "movement": write_movement,
}


def export(recording: Told, name: str, out: Path) -> None:
    """Writes a recording for another program.

    Args:
        recording: What is told.
        name: Of the format, see ``cli_options.ExportFormat``.
        out: The file.

    Raises:
        Problem: The file cannot be written, or the library that writes its kind is missing.
    """
    if not len(recording.time_s):
        raise Problem("The recording holds no frames", "there is nothing to tell", "Analyse a clip that shows somebody")
    with replacing(out) as temporary:
        _WRITERS[name](recording, temporary)
