"""The command that analyses many clips."""

from pathlib import Path
from typing import Annotated

import typer

from psoas_coach.cli_options import (
    ExerciseOption,
    Experiment,
    ExperimentalOption,
    LangOption,
    ModelOption,
    ReportOption,
    RollOption,
    VideoOption,
)


def batch(
    sources: Annotated[
        list[Path], typer.Argument(metavar="FOLDER|CLIP...", help="Folders, searched with all in them, and clips.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-batch"),
    include: Annotated[
        list[str] | None,
        typer.Option("--include", help="Only files of such a name, as *.mp4 or monday/*; may be given several times."),
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", help="No file of such a name.")] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume/--restart", help="Keep what is complete and unchanged, or do everything again."),
    ] = True,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="How many processes work; default: one each core.", show_default=False),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Address of a Dask scheduler whose workers do it, or local to begin one."),
    ] = None,
    exercise: ExerciseOption = "auto",
    person: Annotated[str | None, typer.Option("--profile", help="Go by this person's limits.")] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", "--lens", help="Undo the lens of this camera (see calibrate camera).")
    ] = None,
    roll: RollOption = 0.0,
    video: VideoOption = False,
    report: ReportOption = True,
    model: ModelOption = "full",
    experimental: ExperimentalOption = None,
    lang: LangOption = None,
) -> None:
    """Analyse many clips on all cores or on a cluster, into one table; goes on where it was ended."""
    from psoas_coach.batch.lead import Crowd, run_batch
    from psoas_coach.batch.plan import Wish
    from psoas_coach.batch.sidecar import Said
    from psoas_coach.terminal import language_of_system

    wish = Wish(
        Said(exercise, None, person, camera, roll),
        model,
        lang.value if lang else language_of_system(),
        video=video,
        report=report,
        shaking=Experiment.shaking in (experimental or []),
    )
    crowd = Crowd(workers, cluster)
    status = run_batch(sources, out, wish, crowd, include=include or (), exclude=exclude or (), again=not resume)
    raise typer.Exit(status)
