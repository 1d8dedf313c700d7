"""Keeps cameras: one file for each that was calibrated (``psoas_coach.kept``)."""

from pathlib import Path
from typing import Final

from calibration.camera import VERSION, Camera
from psoas_coach.kept import Shelf, configuration


def folder() -> Path:
    """Where cameras lie."""
    return configuration() / "cameras"


_SHELF: Final = Shelf(
    model=Camera,
    version=VERSION,
    folder=lambda: folder(),  # noqa: PLW0108 - looked up when it is used, so that tests can put another in its place
    kind="camera",
    opening="A camera of psoas-coach: how its lens bends the picture.",
    risk="a lens that is misread makes every angle worse",
    mixed_up="a file that was renamed by hand could mix up two cameras",
    list_with="psoas-coach calibrate camera --list",
    delete_with="psoas-coach calibrate camera --delete",
)
names: Final = _SHELF.names
path_of: Final = _SHELF.path_of
read: Final = _SHELF.read
write: Final = _SHELF.write
text_of: Final = _SHELF.text_of
delete: Final = _SHELF.delete
missing: Final = _SHELF.missing


def known(name: str) -> Camera:
    """A camera that was calibrated.

    Raises:
        Problem: There is none of that name, or its file cannot be used.
    """
    found = read(name)
    if found is None:
        raise missing(name)
    return found
