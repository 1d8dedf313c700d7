"""What is complete, and how does it get where it belongs?

``done.json`` in a folder of results says what they are of: the clip's content, all settings, the program, and the
files with their sizes. It is the last file written before the folder gets its name, so a folder that has it and whose
files are all there is whole. The limits that hold are part of the settings: those of a person change from week to week.
"""

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from psoas_coach.batch.records import Job, Looked
from psoas_coach.files import cannot_write, replacing
from psoas_coach.summary import Summary
from psoas_coach.version import VERSION
from vision.model import VARIANTS, model_status

DONE: Final = "done.json"
# Beside the results: where runs write before anything is complete.
WORKING: Final = ".working"
_OLD: Final = ".replaced-"


class Done(BaseModel):
    """What stands in ``done.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[1]
    program: str
    clip: str
    sha256: str
    settings: str
    strip: str
    files: dict[str, int]


def fingerprint(job: Job) -> str:
    """Everything about a job that its results follow from, but for the clip."""
    # Of a model of the user's own the content counts; a name stands for one content.
    model = job.model if job.model in VARIANTS else str(model_status(job.model).digest)
    camera = None if job.camera is None else job.camera.model_dump_json()
    said = (VERSION, repr(job.exercises), job.asked_for, model, job.lang, job.video, job.report, camera, job.roll_deg)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def is_done(folder: Path, job: Job, settings: str, looked: Looked) -> Done | None:
    """What a folder says it holds, where that is whole and just what is asked for.

    Args:
        folder: Of results.
        job: What is asked for.
        settings: Its fingerprint.
        looked: What the clip is.
    """
    try:
        done = Done.model_validate_json((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if (done.clip, done.sha256, done.settings) != (job.name, looked.sha256, settings) or summary_of(folder) is None:
        return None
    return done if done.files == _sizes(folder) else None


def summary_of(folder: Path) -> Summary | None:
    """The summary in a folder, or None where there is none that can be read."""
    try:
        return Summary.model_validate_json((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def publish(made: Path, folder: Path, job: Job, settings: str, looked: Looked, strip: str, *, complete: bool) -> None:
    """Puts results where they belong, in the place of earlier ones.

    Args:
        made: Where they were written, on the same file system.
        folder: Where they belong.
        job: What was asked for.
        settings: Its fingerprint.
        looked: What the clip is.
        strip: What was found in its course.
        complete: Whether all is there that was asked for; otherwise the clip is done again the next time.

    Raises:
        Problem: They cannot be put there; earlier ones are left.
    """
    done = Done(
        format=1,
        program=VERSION,
        clip=job.name,
        sha256=looked.sha256,
        settings=settings if complete else "",
        strip=strip,
        files=_sizes(made),
    )
    with replacing(made / DONE) as temporary:
        temporary.write_text(done.model_dump_json(indent=2) + "\n", encoding="utf-8", newline="\n")
    old = folder.with_name(f"{_OLD}{folder.name}")
    try:
        if folder.exists():
            _remove(old)
            folder.replace(old)
        made.replace(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    _remove(old)


def tidy(out: Path) -> None:
    """Removes what a run that was ended left behind, and gives back what it was about to replace."""
    _remove(out / WORKING)
    for old in out.glob(f"{_OLD}*"):
        folder = old.with_name(old.name.removeprefix(_OLD))
        if folder.exists():
            _remove(old)
        else:
            with suppress(OSError):
                old.replace(folder)


def _sizes(folder: Path) -> dict[str, int]:
    """Every file of a folder but the one that lists them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files if path.name != DONE}


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
