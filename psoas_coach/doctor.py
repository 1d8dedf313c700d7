"""Examines the computer: what is there, what is missing, and how to mend it."""

import importlib
import importlib.util
import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from poses.problem import Problem
from psoas_coach.version import VERSION

# Shared libraries that the wheels expect of a Linux system, and the Debian or Ubuntu package that has each.
_PACKAGE_OF: Final = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6",
}
_OTHER_OPENCV: Final = ("opencv-contrib-python", "opencv-python-headless", "opencv-contrib-python-headless")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing examined.

    Attributes:
        name: What was examined.
        found: What was found.
        ok: Whether it is as it should be.
        remedy: What to do when it is not.
        needed: Whether analysing clips depends on it.
    """

    name: str
    found: str
    ok: bool
    remedy: str = ""
    needed: bool = True


def examine() -> Iterator[Check]:
    """Examines everything, one check after another."""
    yield Check("psoas-coach", f"{VERSION}, Python {platform.python_version()}, {platform.platform(terse=True)}", True)
    for module, distribution in (
        ("numpy", "numpy"),
        ("cv2", "opencv-python"),
        ("av", "av"),
        ("mediapipe", "mediapipe"),
    ):
        yield _library(module, distribution)
    yield _one_opencv()
    yield _model()
    yield _display()
    yield _camera()
    yield from _voices()
    yield _sound()


def missing_library_remedy(message: str) -> str:
    """How to get the system library that an import error names, or "" where it names none."""
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", message)
    if found is None or "cannot open shared object" not in message:
        return ""
    package = _PACKAGE_OF.get(found.group(1))
    if package is None:
        return f"Install the system package that has {found.group(1)}"
    return f"Install it: apt-get install {package} (Debian, Ubuntu; other systems: the package with {found.group(1)})"


def _library(module: str, distribution: str) -> Check:
    try:
        importlib.import_module("vision.estimator" if module == "mediapipe" else module)
        found = metadata.version(distribution)
    except (ImportError, OSError) as error:
        remedy = missing_library_remedy(str(error)) or _install_again(distribution)
        return Check(distribution, f"cannot be loaded ({error})", False, remedy)
    return Check(distribution, found, True)


def _install_again(distribution: str) -> str:
    """How to install a library again, in the versions that are admitted: a later MediaPipe would call home."""
    for requirement in metadata.requires("psoas-coach") or []:
        if requirement.partition(";")[0].strip().startswith(distribution):
            return f"Install it again: pip install --force-reinstall '{requirement.partition(';')[0].strip()}'"
    return "Install psoas-coach again"


def _one_opencv() -> Check:
    others = [name for name in _OTHER_OPENCV if _installed(name)]
    return Check(
        "OpenCV wheels",
        f"opencv-python{''.join(f' and {name}' for name in others)}",
        not others,
        f"They overwrite each other's files: pip uninstall {' '.join(others)}, then install opencv-python again",
    )


def _installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _model() -> Check:
    from vision.model import model_status

    status = model_status("full")
    found = str(status.path) if status.present else f"not yet at {status.path}"
    if status.present and not status.ok:
        found = f"damaged at {status.path}"
    if not status.ok:
        return Check("pose model", found, False, "Fetch it: psoas-coach model")
    try:
        from vision.estimator import Estimator

        # MediaPipe loads its library only now, so this is where a broken one shows.
        Estimator(status.path).close()
    except (ImportError, OSError):
        return Check("pose model", f"{status.path}, but nothing to load it with", False, "See mediapipe above")
    except Problem as problem:
        return Check("pose model", f"{status.path} does not load", False, str(problem))
    return Check("pose model", f"{status.path} loads", True)


def _display() -> Check:
    if sys.platform != "linux":
        return Check("display", "the system's own", True, needed=False)
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(variable):
            return Check("display", f"{variable}={os.environ[variable]}", True, needed=False)
    return Check(
        "display", "none", False, "A window needs a graphical session; analysing clips works without", needed=False
    )


def _camera() -> Check:
    remedy = "Connect a camera, allow this program to use it, and close other programs that do"
    if sys.platform == "linux":
        devices = sorted(str(path) for path in Path("/dev").glob("video*"))
        unreadable = [device for device in devices if not os.access(device, os.R_OK | os.W_OK)]
        if devices and len(unreadable) == len(devices):
            return Check(
                "camera", f"{devices[0]}, not allowed", False, "Join the group video, log in anew", needed=False
            )
        return Check("camera", ", ".join(devices) or "none", bool(devices), remedy, needed=False)
    try:
        import cv2
    except (ImportError, OSError):
        return Check("camera", "cannot be asked", False, "See opencv-python above", needed=False)
    capture = cv2.VideoCapture(0)
    try:
        opened = capture.isOpened()
    finally:
        capture.release()
    return Check("camera", "camera 0 opens" if opened else "camera 0 does not open", opened, remedy, needed=False)


def _voices() -> Iterator[Check]:
    from poses.messages import LANGUAGES
    from psoas_coach.speech_once import remedy, voices

    found = voices()
    if found.why:
        told = {"no_extra": "not installed", "no_engine": "no speech engine"}.get(found.why, "does not answer")
        yield Check("voice", f"{told}; a session chimes", False, remedy(found.why), needed=False)
        return
    for language in LANGUAGES:
        name = found.names.get(language, "")
        told = name or "none; a session chimes"
        yield Check(f"voice ({language})", told, bool(name), remedy("no_voice"), needed=False)


def _sound() -> Check:
    from psoas_coach.sound_player import can_play, commands

    if not can_play():
        remedy = "Install one: apt-get install alsa-utils (Debian, Ubuntu; or pipewire-bin, pulseaudio-utils)"
        return Check("sound", "nothing to play it with", False, remedy, needed=False)
    return Check("sound", ", ".join(command[0] for command in commands()) or "the system's own", True, needed=False)
