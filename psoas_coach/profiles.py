"""Keeps profiles: one readable TOML file for each person, in the user's own configuration folder, written whole or not.

A file that is damaged, or that a newer program wrote, is told and left as it is. Nothing is kept unless somebody gave
a name for it.
"""

import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import platformdirs
import tomli_w

from calibration.profile import NAME, VERSION, Profile
from calibration.screening import Answer, Offer, screen, table
from poses.problem import Problem
from poses.strict_toml import FaultyFile, read_strictly
from psoas_coach.files import make_folder, replacing

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Names that Windows keeps for itself.
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def folder() -> Path:
    """Where profiles lie."""
    return Path(platformdirs.user_config_dir("psoas-coach", appauthor=False)) / "profiles"


def names() -> list[str]:
    """Everybody who has a profile."""
    return sorted(path.stem for path in folder().glob("*.toml") if not path.name.startswith("."))


def path_of(name: str) -> Path:
    """The file of a person.

    Raises:
        Problem: The name cannot be that of a file everywhere.
    """
    if not re.fullmatch(NAME, name) or _RESERVED.match(name):
        raise Problem(
            f"{name!r} cannot be the name of a profile",
            "it becomes the name of a file",
            "Use letters, digits, - and _, at most 40",
        )
    return folder() / f"{name}.toml"


def read(name: str) -> Profile | None:
    """A person's profile, None where there is none yet.

    Raises:
        Problem: It was written by a newer program, is damaged, or cannot be read.
    """
    path = path_of(name)
    if not path.exists():
        return None
    _refuse_newer(path)
    try:
        found = read_strictly(path, Profile, "a profile", "what is misread could offer what must be withheld")
    except Problem as problem:
        faults = "; ".join(problem.faults) if isinstance(problem, FaultyFile) else problem.what
        raise Problem(
            f"The profile {path} is damaged ({faults})",
            "what is misread could offer what must be withheld, so it is left as it is",
            f"Mend it in an editor, or delete it with: psoas-coach profile delete {name}",
        ) from None
    if found.name != name:
        raise Problem(
            f"The profile {path} is that of {found.name}",
            "a file that was renamed by hand could mix up two people",
            f"Give the file its old name again, or delete it with: psoas-coach profile delete {name}",
        )
    return found


def _refuse_newer(path: Path) -> None:
    try:
        version = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("version")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        # Told by the one who reads all of it.
        return
    if isinstance(version, int) and version > VERSION:
        raise Problem(
            f"The profile {path} was written by a newer psoas-coach (version {version}, this one knows {VERSION})",
            "reading it by half could offer what must be withheld, so it is left as it is",
            "Use the newer program",
        )


def write(profile: Profile) -> Path:
    """Keeps a profile, for nobody else to read; a damaged or newer file in its place is not overwritten.

    Raises:
        Problem: There is such a file, or the new one cannot be written.
    """
    path = path_of(profile.name)
    read(profile.name)
    make_folder(path.parent)
    with replacing(path) as file:
        # Made first, so that nobody else can read it at any moment.
        file.touch(mode=0o600)
        file.write_bytes(text_of(profile).encode("utf-8"))
    return path


def offers_to(name: str, today: date) -> Mapping[str, Offer]:
    """What a person's remembered answers make of each exercise; emergencies and today are not asked of a recording.

    Raises:
        Problem: There are no answers of this person that still hold.
    """
    profile = read(name)
    known = profile.known_answers(today) if profile is not None else {}
    if not known:
        raise Problem(
            f"There are no answers of {name} that still hold",
            "they say which exercises to leave for now, for a month",
            f"Answer the questions first: psoas-coach screen --profile {name}",
        )
    nothing: dict[str, Answer] = dict.fromkeys(table().questions, "no")
    return screen(nothing | known).offers


def text_of(profile: Profile) -> str:
    """The profile as TOML."""
    values: dict[str, Any] = profile.model_dump(exclude_none=True)
    said = (
        "# A profile of psoas-coach: answers about health. Delete it with: psoas-coach profile delete " + profile.name
    )
    return f"{said}\n{tomli_w.dumps(values)}"


def delete(name: str) -> None:
    """Deletes a profile, damaged or not.

    Raises:
        Problem: There is none.
    """
    path = path_of(name)
    existed = path.exists()
    for one in (path, path.with_name(f".{path.name}.part")):
        one.unlink(missing_ok=True)
    if not existed:
        raise missing(name)


def missing(name: str) -> Problem:
    """The error of a profile that does not exist, as the user meets it."""
    return Problem(
        f"There is no profile {name}",
        "nothing is kept under that name",
        "See who has one with: psoas-coach profile list",
    )
