"""Options that several commands share."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Lang(str, Enum):
    """Languages of the program."""

    en = "en"
    nl = "nl"


class Experiment(str, Enum):
    """What is off unless asked for."""

    shaking = "shaking"


class ExportFormat(str, Enum):
    """What other programs read."""

    trc = "trc"
    mot = "mot"
    csv = "csv"
    parquet = "parquet"
    movement = "movement"


LangOption = Annotated[Lang | None, typer.Option("--lang", help="Language; default: that of the system.")]
ExerciseOption = Annotated[str, typer.Option("--exercise", "-e", help="Id of the exercise, or auto to recognise it.")]
LevelOption = Annotated[
    int, typer.Option("--level", min=1, max=3, help="Level of an exercise that has some (dead-bug); 1 is the easiest.")
]
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
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="How many parts of a clip to work on at a time; default: one for each core. Results do not depend on it.",
        show_default=False,
    ),
]
VideoOption = Annotated[bool, typer.Option("--video", help="Also write annotated.mp4 (H.264).")]
LensOption = Annotated[str | None, typer.Option("--lens", help="Undo the lens of this camera (see calibrate camera).")]
AnswersOption = Annotated[
    Path | None, typer.Option("--answers", help="A TOML file of answers instead of questions.", show_default=False)
]
VoiceOption = Annotated[bool, typer.Option("--voice/--no-voice", help="Say aloud what matters.")]
HeadlessOption = Annotated[bool, typer.Option("--headless", help="No window: print what happens as JSON lines.")]
ReportOption = Annotated[bool, typer.Option("--report/--no-report", help="Write a page to look at: report.html.")]
