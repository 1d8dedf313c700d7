"""What several tests need: the pose model and the real recordings."""

import os
from pathlib import Path

import pytest

from poses.problem import Problem
from vision.model import ensure_model

_REAL = Path(__file__).resolve().parents[2] / "shared" / "real"


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The pose model in the user's own cache, fetched if need be; where it must be there (CI), its lack fails."""
    try:
        return ensure_model("full")
    except Problem as problem:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"CI must have the pose model: {problem}")
        pytest.skip(f"the pose model cannot be had: {problem}")


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real pictures and videos beside the checkout; they are not part of the project."""
    if not _REAL.is_dir():
        pytest.skip(f"the real recordings are not at {_REAL}")
    return _REAL
