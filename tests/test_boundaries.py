"""Rooms and their doors: who may import whom, read from the files themselves.

Data flows outward, imports point inward: ``poses`` knows no other room, ``vision`` and ``calibration`` know ``poses``,
the program knows all three. Libraries stay in the rooms that are made for them.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("vision", "poses", "calibration", "psoas_coach")
MAY_IMPORT = {
    "poses": {"poses"},
    "vision": {"vision", "poses"},
    "calibration": {"calibration", "poses"},
    "psoas_coach": set(ROOMS),
}
# Which files may load a library; no other file may. A folder stands for all of its files.
ONLY_IN = {
    "mediapipe": {"vision/landmarker.py", "vision/model_assembly.py"},
    "av": {"vision/"},
    # doctor asks the camera only where the system cannot list it; a lens is told with OpenCV's calibration.
    "cv2": {"vision/", "psoas_coach/doctor.py", "calibration/lens.py"},
    # Speech engines live in a process of their own.
    "pyttsx3": {"psoas_coach/speech_engine.py"},
    "rich": {"psoas_coach/"},
    # A cluster is one kind of pool, and nobody else knows of it.
    "distributed": {"psoas_coach/batch/pool.py"},
    # Pages are made in one place, where everything that is filled in is escaped; Plotly is a file, never a library.
    "jinja2": {"psoas_coach/report/page.py"},
    "plotly": set(),
    "typer": {
        f"psoas_coach/cli{part}.py" for part in ("", "_batch", "_options", "_person", "_plan", "_content", "_history")
    },
}


def imported(source: str) -> set[str]:
    """Dotted names of all modules a source file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(node.module or "")
    return names


def breaches(path: str, source: str) -> list[str]:
    """What one file imports that it may not."""
    room = path.partition("/")[0]
    tops = {name.partition(".")[0] for name in imported(source)}
    found = [top for top in sorted(tops & set(ROOMS)) if top not in MAY_IMPORT[room]]
    found += [
        library
        for library, places in sorted(ONLY_IN.items())
        if library in tops
        and not any(path == place or (place.endswith("/") and path.startswith(place)) for place in places)
    ]
    return found


FILES = sorted(str(path.relative_to(ROOT).as_posix()) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES)
def test_imports_point_inward(path: str) -> None:
    assert breaches(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("poses/x.py", "from vision import overlay", ["vision"]),
        ("poses/x.py", "def f():\n    import cv2", ["cv2"]),
        ("calibration/x.py", "import vision.sources", ["vision"]),
        ("vision/x.py", "from psoas_coach.session import Session", ["psoas_coach"]),
        ("vision/sources.py", "import mediapipe as mp", ["mediapipe"]),
        ("calibration/lens.py", "import cv2", []),
        ("calibration/camera.py", "import cv2", ["cv2"]),
        ("calibration/lens.py", "import vision.sources", ["vision"]),
        ("psoas_coach/x.py", "import vision, poses, calibration", []),
    ],
)
def test_the_guard_can_fail(path: str, source: str, expected: list[str]) -> None:
    assert breaches(path, source) == expected


def test_every_room_was_looked_at() -> None:
    assert {path.partition("/")[0] for path in FILES} == set(ROOMS)
    assert len(FILES) > 25


def loaded_after(statement: str) -> set[str]:
    """Top-level modules in a fresh interpreter after a statement."""
    code = f"import sys; {statement}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_a_lens_is_undone_without_opencv() -> None:
    assert not loaded_after("import calibration.camera, calibration.sightings") & {"cv2", "mediapipe", "av"}


@pytest.mark.parametrize("module", sorted(path[:-3].replace("/", ".") for path in FILES if path.startswith("poses/")))
def test_poses_loads_neither_opencv_nor_mediapipe(module: str) -> None:
    if module.endswith("__init__"):
        module = "poses"
    assert not loaded_after(f"import {module}") & {"cv2", "mediapipe", "av"}


def test_the_command_line_loads_nothing_heavy() -> None:
    # --help has to answer in a moment: under 0.3 s, of which numpy alone would take a third.
    assert not loaded_after("import psoas_coach.cli") & {"cv2", "mediapipe", "av", "numpy", "pydantic", "rich"}
