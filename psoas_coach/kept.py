"""Keeps what the user gave a name: one readable TOML file each, in their configuration folder, written whole or not.

A file that is damaged, that was renamed by hand, or that a newer program wrote, is told and left as it is. Profiles and
cameras are kept so.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import platformdirs
import tomli_w

from calibration.camera import Camera
from calibration.profile import NAME, Profile
from poses.problem import Problem
from poses.strict_toml import FaultyFile, read_strictly
from psoas_coach.files import make_folder, replacing

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Names that Windows keeps for itself.
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)

_Kept = TypeVar("_Kept", Profile, Camera)


def configuration() -> Path:
    """The user's own folder for what this program keeps."""
    return Path(platformdirs.user_config_dir("psoas-coach", appauthor=False))


@dataclass(frozen=True, slots=True)
class Shelf(Generic[_Kept]):
    """All files of one kind.

    Attributes:
        model: What a file has to look like; it has a ``version`` and a ``name``.
        version: The newest version this program knows.
        folder: Where they lie.
        kind: What one is called, as in "profile".
        opening: First line of each file, after which comes how to delete it.
        risk: What could happen if one were misread.
        mixed_up: What could happen if one were taken for another.
        list_with, delete_with: The commands; the name is put after the second.
    """

    model: type[_Kept]
    version: int
    folder: Callable[[], Path]
    kind: str
    opening: str
    risk: str
    mixed_up: str
    list_with: str
    delete_with: str

    def names(self) -> list[str]:
        """Everything that is kept."""
        return sorted(path.stem for path in self.folder().glob("*.toml") if not path.name.startswith("."))

    def path_of(self, name: str) -> Path:
        """The file of a name.

        Raises:
            Problem: The name cannot be that of a file everywhere.
        """
        if not re.fullmatch(NAME, name) or _RESERVED.match(name):
            raise Problem(
                f"{name!r} cannot be the name of a {self.kind}",
                "it becomes the name of a file",
                "Use letters, digits, - and _, at most 40",
            )
        return self.folder() / f"{name}.toml"

    def read(self, name: str) -> _Kept | None:
        """What is kept under a name, None where there is nothing yet.

        Raises:
            Problem: It was written by a newer program, is damaged, or cannot be read.
        """
        path = self.path_of(name)
        if not path.exists():
            return None
        self._refuse_newer(path)
        try:
            found = read_strictly(path, self.model, f"a {self.kind}", self.risk)
        except Problem as problem:
            faults = "; ".join(problem.faults) if isinstance(problem, FaultyFile) else problem.what
            raise Problem(
                f"The {self.kind} {path} is damaged ({faults})",
                f"{self.risk}, so it is left as it is",
                f"Mend it in an editor, or delete it with: {self.delete_with} {name}",
            ) from None
        if found.name != name:
            raise Problem(
                f"The {self.kind} {path} is that of {found.name}",
                self.mixed_up,
                f"Give the file its old name again, or delete it with: {self.delete_with} {name}",
            )
        return found

    def write(self, kept: _Kept) -> Path:
        """Keeps something, for nobody else to read; a damaged or newer file in its place is not overwritten.

        Raises:
            Problem: There is such a file, or the new one cannot be written.
        """
        path = self.path_of(kept.name)
        self.read(kept.name)
        make_folder(path.parent)
        with replacing(path) as file:
            # Made first, so that nobody else can read it at any moment.
            file.touch(mode=0o600)
            file.write_bytes(self.text_of(kept).encode("utf-8"))
        return path

    def text_of(self, kept: _Kept) -> str:
        """Something as it stands in its file."""
        values: dict[str, Any] = kept.model_dump(exclude_none=True)
        return f"# {self.opening} Delete it with: {self.delete_with} {kept.name}\n{tomli_w.dumps(values)}"

    def delete(self, name: str) -> None:
        """Deletes a file, damaged or not.

        Raises:
            Problem: There is none.
        """
        path = self.path_of(name)
        existed = path.exists()
        for one in (path, path.with_name(f".{path.name}.part")):
            one.unlink(missing_ok=True)
        if not existed:
            raise self.missing(name)

    def missing(self, name: str) -> Problem:
        """The error of something that does not exist, as the user meets it."""
        return Problem(
            f"There is no {self.kind} {name}",
            "nothing is kept under that name",
            f"See what there is with: {self.list_with}",
        )

    def _refuse_newer(self, path: Path) -> None:
        try:
            version = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("version")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            # Told by the one who reads all of it.
            return
        if isinstance(version, int) and version > self.version:
            raise Problem(
                f"The {self.kind} {path} was written by a newer psoas-coach (version {version}, "
                f"this one knows {self.version})",
                f"{self.risk}, so it is left as it is",
                "Use the newer program",
            )
