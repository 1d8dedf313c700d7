"""What is shipped: the wheel holds everything the installed program needs, and nothing of the workshop."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from poses.exercise_file import built_in

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "poses/exercises/low-lunge.toml",
        "poses/texts/nl.toml",
        "psoas_coach/samples/bridge.mp4",
        "psoas_coach/samples/bridge.truth.csv",
        "vision/overlay.py",
        "psoas_coach/report/templates/report.html",
        "psoas_coach/report/assets/page.css",
        "psoas_coach/report/templates/history.html",
        *(f"{room}/py.typed" for room in ("vision", "poses", "calibration", "psoas_coach")),
        "calibration/phantom/render.py",
    ):
        assert needed in names
    # Every script and style of the pages.
    for path in (ROOT / "psoas_coach" / "report" / "assets").iterdir():
        assert f"psoas_coach/report/assets/{path.name}" in names
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"vision", "poses", "calibration", "psoas_coach"}
    assert not [name for name in names if name.endswith((".task", ".tflite", ".pyc", ".part"))]


def test_the_installed_program_finds_its_parts(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        "import psoas_coach.cli, psoas_coach.samples, poses.exercise_file as e;"
        "print(psoas_coach.cli.__file__, *psoas_coach.samples.sample_clips(), len(e.built_in()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    module, lunge, bridge, count = done.stdout.split()
    for path in (module, lunge, bridge):
        assert Path(path).is_relative_to(installed), path
    assert int(count) == len(built_in()) > 0
