"""Options that several commands share."""

from enum import Enum
from typing import Annotated

import typer


class Lang(str, Enum):
    """Languages of the program."""

    en = "en"
    nl = "nl"


class Experiment(str, Enum):
    """What is off unless asked for."""

    shaking = "shaking"


LangOption = Annotated[Lang | None, typer.Option("--lang", help="Language; default: that of the system.")]
ExerciseOption = Annotated[str, typer.Option("--exercise", "-e", help="Id of the exercise, or auto to recognise it.")]
ModelOption = Annotated[str, typer.Option("--model", help="lite, full, heavy, or the path of a .task file.")]
ExperimentalOption = Annotated[
    list[Experiment] | None,
    typer.Option("--experimental", help="Also look for what is not yet trusted: shaking (25 frames a second or more)."),
]
RollOption = Annotated[
    float,
    typer.Option(
        "--roll", min=-5, max=5, help="How far the camera leaned (a level or calibrate person tells), clockwise."
    ),
]
VideoOption = Annotated[bool, typer.Option("--video", help="Also write annotated.mp4 (H.264).")]
