"""The commands ``exercises`` and ``phantom``, the limits and whom they are tried on; ``export`` and ``schema``."""

from pathlib import Path
from typing import Annotated

import typer

from poses.problem import Problem
from psoas_coach.cli_options import ExerciseOption, ExportFormat, LangOption, ModelOption

exercises_app = typer.Typer(no_args_is_help=True, help="Show and check exercises.")
phantom_app = typer.Typer(no_args_is_help=True, help="A rendered person whose joint angles are known exactly.")


@exercises_app.command("list")
def exercises_list(lang: LangOption = None) -> None:
    """List the exercises that can be recognised, and those that are breathed."""
    from poses.breathing_file import breathing_ids
    from poses.exercise_file import built_in_ids
    from poses.messages import Messages
    from psoas_coach.terminal import console, language_of_system

    texts, screen = Messages(lang.value if lang else language_of_system()), console()
    for name in (*built_in_ids(), *breathing_ids()):
        screen.print(f"{name}  {texts('exercises', name)}")


@exercises_app.command("show")
def exercises_show(
    name: Annotated[str, typer.Argument(help="Id of an exercise.")],
    lang: LangOption = None,
) -> None:
    """Show the limits of an exercise."""
    from poses.breathing_file import breathing_exercise, breathing_ids
    from poses.messages import Messages
    from psoas_coach.limits import breathing_table, limits_table
    from psoas_coach.run import chosen_exercises
    from psoas_coach.terminal import console, language_of_system

    texts = Messages(lang.value if lang else language_of_system())
    if name in breathing_ids():
        console().print(breathing_table(breathing_exercise(name), texts))
        return
    console().print(limits_table(chosen_exercises(name)[0], texts))


@exercises_app.command("validate")
def exercises_validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exercise files (TOML).")],
) -> None:
    """Check exercise files and name every fault at once."""
    from poses import breathing_file
    from poses.exercise_file import read
    from poses.strict_toml import FaultyFile
    from psoas_coach.terminal import console, tell_problem

    faulty = 0
    for file in files:
        try:
            if breathing_file.is_breathing(file):
                known = breathing_file.read(file)
                console().print(f"{file}: {known.id}, {known.cycles} breaths, no fault")
                continue
            exercise = read(file)
        except FaultyFile as problem:
            faulty += 1
            for fault in problem.faults:
                typer.echo(fault, err=True)
            typer.echo(f"{problem.why.capitalize()}. {problem.do}.", err=True)
        except Problem as problem:
            faulty += 1
            tell_problem(problem)
        else:
            console().print(f"{file}: {exercise.id}, {len(exercise.rules)} rules, no fault")
    raise typer.Exit(2 if faulty else 0)


@phantom_app.command("list")
def phantom_list() -> None:
    """List the motions a phantom knows, with their length."""
    from calibration.phantom.scripts import SCRIPTS
    from psoas_coach.terminal import console

    for name, script in SCRIPTS.items():
        postures = ", ".join(dict.fromkeys(scene.posture for scene in script.scenes))
        console().print(f"{name}  {script.duration_s:.0f} s  {postures}")


@phantom_app.command("render")
def phantom_render(
    script: Annotated[str, typer.Argument(help="Name of a motion (see phantom list), or a .toml file of one.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the clip, its true angles and events.")],
    seed: Annotated[int, typer.Option(min=0, help="0: the reference person; else others.")] = 0,
    fps: Annotated[float, typer.Option(min=1, max=120, help="Frames a second.")] = 30.0,
    size: Annotated[str, typer.Option(help="Width and height in pixels.")] = "640x480",
    yaw: Annotated[float | None, typer.Option(min=-80, max=80, help="Camera round the person, degrees.")] = None,
    camera_height: Annotated[float | None, typer.Option(min=0.1, max=3, help="Camera above the floor, metres.")] = None,
    pitch: Annotated[float | None, typer.Option(min=-30, max=30, help="Camera looks down by, degrees.")] = None,
    roll: Annotated[float | None, typer.Option(min=-45, max=45, help="Picture turned clockwise, degrees.")] = None,
    fov: Annotated[float | None, typer.Option(min=20, max=100, help="Horizontal field of view, degrees.")] = None,
    mirrored: Annotated[bool | None, typer.Option(help="Mirror the picture, and left and right of its truth.")] = None,
    exposure: Annotated[float | None, typer.Option(min=0, max=0.2, help="Shutter time, seconds: motion blur.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many draw at a time; one a core if unset.")] = None,
) -> None:
    """Render a clip of the phantom, with its true joint angles and what truly happens in it beside it."""
    from psoas_coach.phantom import Wish, find_script, parse_size, render
    from psoas_coach.terminal import console

    wish = Wish(seed, fps, parse_size(size), yaw, camera_height, pitch, roll, fov, mirrored, exposure)
    for path in render(find_script(script), out, wish, screen=console(), processes=processes):
        console().print(str(path))


@phantom_app.command("verify")
def phantom_verify(
    scripts: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCRIPT", help="Motions to render and verify; the bundled clips if none is named."),
    ] = None,
    far: Annotated[bool, typer.Option("--far", help="Show the side turned away from the camera too.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="0: the reference person; else others.")] = 0,
    fps: Annotated[float, typer.Option(min=1, max=120, help="Frames a second.")] = 30.0,
    size: Annotated[str, typer.Option(help="Width and height in pixels.")] = "640x480",
    yaw: Annotated[float | None, typer.Option(min=-80, max=80, help="Camera round the person, degrees.")] = None,
    camera_height: Annotated[float | None, typer.Option(min=0.1, max=3, help="Camera above the floor, metres.")] = None,
    mirrored: Annotated[bool | None, typer.Option(help="Mirror the picture, and left and right of its truth.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many draw at a time; one a core if unset.")] = None,
    model: ModelOption = "full",
) -> None:
    """Check on clips with known joint angles how far this installation measures off; exit status 4 if too far."""
    from psoas_coach.phantom import Wish, parse_size
    from psoas_coach.verify import verify

    wish = Wish(seed, fps, parse_size(size), yaw, camera_height, mirrored=mirrored)
    raise typer.Exit(verify(scripts or [], wish, model=model, far=far, processes=processes))


def export(
    recording: Annotated[
        Path, typer.Argument(metavar="POSES.npz", help="Poses that analyse wrote, or the folder of its results.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    format_: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="trc: OpenSim markers; mot: OpenSim joint angles; csv, parquet: a row for each value; "
            "movement: a DeepLabCut table, which the Python package movement opens.",
        ),
    ],
    exercise: ExerciseOption = "auto",
) -> None:
    """Write poses and angles for other programs; docs/export.md says what is in each file."""
    from psoas_coach.analysis import recording_at
    from psoas_coach.export import told
    from psoas_coach.export_formats import export as write
    from psoas_coach.run import chosen_exercises
    from psoas_coach.terminal import console

    found = told(recording_at(recording), chosen_exercises(exercise))
    write(found, format_.value, out)
    console().print(f"{out}: {len(found.time_s)} frames, {found.rate_hz:.6g} a second", markup=False)
    if not found.steady and format_ is ExportFormat.movement:
        console(stderr=True).print(
            "The clip's frames are not at equal distances, and this format has no place for their times: "
            "times in it will be wrong. csv and parquet keep them.",
            markup=False,
        )


def schema(
    name: Annotated[str | None, typer.Argument(help="Which; without it all are listed.", show_default=False)] = None,
) -> None:
    """Print the JSON Schema of what this program writes and reads."""
    import json

    from psoas_coach.schemas import SCHEMAS
    from psoas_coach.schemas import schema as find

    if name is not None:
        typer.echo(json.dumps(find(name).content(), indent=2, ensure_ascii=False))
        return
    for one in SCHEMAS:
        typer.echo(f"{one.name}  {one.what}  {one.id}")
