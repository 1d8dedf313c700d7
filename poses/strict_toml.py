"""Reads TOML files strictly, and tells everything that is wrong with one at once.

Which question this module answers: does this file have just the keys and values it may have. Unknown keys are faults: a
misspelt limit would silently be no limit.
"""

import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from poses.problem import Problem

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Strict(BaseModel):
    """A table that has just the keys it names, with values of just their types."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


Source = Annotated[str, Field(min_length=3, description="Where the number comes from, or the word convention")]


class Number(Strict):
    """A number beside its source."""

    value: float
    source: Source


_Model = TypeVar("_Model", bound=Strict)


class FaultyFile(Problem):
    """A file with faults.

    Attributes:
        faults: One line each: file, key, what is wrong, what was found.
    """

    def __init__(self, faults: tuple[str, ...], why: str) -> None:
        super().__init__("; ".join(faults), why, "Mend each and try again")
        self.faults = faults


def read_strictly(path: Path, model: type[_Model], what: str, why: str) -> _Model:
    """Reads a file.

    Args:
        path: The file.
        model: What it has to look like.
        what: What it is, with its article, as in "an exercise".
        why: Why a fault matters.

    Raises:
        Problem: The file cannot be read or is not TOML.
        FaultyFile: Its content is not as it has to be.
    """
    try:
        # Editors of Windows begin a file with a byte order mark.
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Problem(f"There is no file {path}", f"{what} is read from a TOML file", "Check the name") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read ({error})", f"{what} is a UTF-8 TOML file", "Check the file") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path.name} is not TOML: {error}", "nothing of it can be used", "Mend that line") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = (f"{path.name}: {_key(data, fault['loc'])}: {_wording(fault)}" for fault in found)
        raise FaultyFile(tuple(faults), why) from None


def _key(data: dict[str, Any], path: tuple[int | str, ...]) -> str:
    """Where a fault is; a table of a list that has an id is called by it rather than by its number."""
    match path:
        case (str(name), int(number), *rest):
            entry = data[name][number]
            if isinstance(entry, dict) and "id" in entry:
                return ".".join([f'{name.removesuffix("s")} "{entry["id"]}"', *map(str, rest)])
        case ():
            return "the file"
    return ".".join(map(str, path))


def _wording(fault: ErrorDetails) -> str:
    found = fault["input"]
    shown = f" (found {found!r})" if isinstance(found, str | int | float | bool) else ""
    if fault["type"] == "extra_forbidden":
        return f"unknown key{shown}"
    if fault["type"] == "missing":
        return "is missing"
    return fault["msg"].removeprefix("Value error, ") + shown
