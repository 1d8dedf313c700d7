"""The command line. Each command loads what it needs when it runs, so that --help answers at once.

Exit status: 0 done; 1 an error in the program; 2 wrong use or unusable input; 3 some clips or results failed;
4 verified and found worse than it should be; 130 interrupted, with everything up to that moment kept.
"""

import io
import os
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from poses.problem import Problem

app = typer.Typer(
    name="psoas-coach",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches gentle psoas work on a clip and warns against forcing and overextending. "
    "A technique aid, not a medical device. Everything stays on this computer.",
)
exercises_app = typer.Typer(no_args_is_help=True, help="Show and check exercises.")
phantom_app = typer.Typer(no_args_is_help=True, help="A rendered person whose joint angles are known exactly.")
app.add_typer(exercises_app, name="exercises")
app.add_typer(phantom_app, name="phantom")
profile_app = typer.Typer(no_args_is_help=True, help="What is remembered of you; nothing unless you gave it a name.")
app.add_typer(profile_app, name="profile")
calibrate_app = typer.Typer(no_args_is_help=True, help="Let the program know what it measures with.")
app.add_typer(calibrate_app, name="calibrate")


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


@app.command()
def analyse(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", help="Videos, animated GIFs or still images.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-results"),
    exercise: ExerciseOption = "auto",
    video: VideoOption = False,
    model: ModelOption = "full",
    experimental: ExperimentalOption = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Go by this person's limits, and note what their answers say to leave for now."),
    ] = None,
    roll: RollOption = 0.0,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Undo the lens of this camera (see calibrate camera).")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Analyse recorded clips; each gets a folder with summary, table, poses and picture."""
    from datetime import date

    from psoas_coach import cameras, profiles
    from psoas_coach.run import analyse_clips
    from psoas_coach.terminal import language_of_system

    status, _ = analyse_clips(
        clips,
        out,
        exercise=exercise,
        model=model,
        lang=lang.value if lang else language_of_system(),
        video=video,
        shaking=Experiment.shaking in (experimental or []),
        offers=profiles.offers_to(profile, date.today()) if profile else None,
        person=profiles.person(profile) if profile else None,
        roll_deg=roll,
        camera=cameras.known(camera) if camera else None,
    )
    raise typer.Exit(status)


@app.command()
def live(
    camera: Annotated[
        str, typer.Option("--camera", help="Number or name of a camera, a clip, or an address (rtsp://, http://).")
    ] = "0",
    exercise: ExerciseOption = "auto",
    plan: Annotated[
        Path | None, typer.Option("--plan", help="A TOML file of what to do, instead of the usual.", show_default=False)
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Whose answers are remembered; those of today are asked each time.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A TOML file of answers instead of questions.", show_default=False)
    ] = None,
    voice: Annotated[bool, typer.Option("--voice/--no-voice", help="Say aloud what matters.")] = True,
    headless: Annotated[bool, typer.Option("--headless", help="No window: print what happens as JSON lines.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Also keep the video; faces are not blurred.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for sessions; default: your own data folder.", show_default=False),
    ] = None,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Be guided through a session before the camera; everything is kept as it goes."""
    from psoas_coach.live import Wish
    from psoas_coach.live import live as run_live
    from psoas_coach.terminal import language_of_system

    if plan is not None and exercise != "auto":
        raise typer.BadParameter("give --plan or --exercise, not both")
    language = lang.value if lang else language_of_system()
    wish = Wish(camera, exercise, plan, profile, answers, language, voice, headless, record, out, model)
    raise typer.Exit(run_live(wish))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-demo"),
    video: Annotated[bool, typer.Option("--video/--no-video", help="Write the annotated videos too.")] = True,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Analyse the clips that come with the program."""
    from psoas_coach.run import analyse_clips
    from psoas_coach.samples import sample_clips
    from psoas_coach.terminal import language_of_system

    language = lang.value if lang else language_of_system()
    status, _ = analyse_clips(sample_clips(), out, exercise="auto", model=model, lang=language, video=video)
    raise typer.Exit(status)


@app.command()
def replay(
    recording: Annotated[
        Path, typer.Argument(metavar="POSES.npz", help="Poses that analyse wrote, or the folder of a live session.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-replay"),
    exercise: ExerciseOption = "auto",
    experimental: ExperimentalOption = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Go by this person's limits.")] = None,
    lang: LangOption = None,
) -> None:
    """Run the same analysis over stored poses, without looking at a picture again."""
    from poses.messages import Messages
    from psoas_coach import profiles
    from psoas_coach.analyse import replay as run_replay
    from psoas_coach.run import chosen_exercises, with_limits_of
    from psoas_coach.terminal import console, language_of_system, tell_outcome

    exercises = chosen_exercises(exercise, shaking=Experiment.shaking in (experimental or []))
    exercises = with_limits_of(profiles.person(profile) if profile else None, exercises)
    outcome = run_replay(recording, out, exercises, exercise)
    tell_outcome(console(), Messages(lang.value if lang else language_of_system()), outcome)


@app.command()
def screen(
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A TOML file of answers instead of questions.", show_default=False)
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Print such a file, to fill in.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also keep the outcome, as JSON.")] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Remember the answers about you, for a month, under this name.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask also what the profile still knows.")] = False,
    lang: LangOption = None,
) -> None:
    """Ask what should be asked before stretching, and say which exercises to leave for now."""
    from poses.messages import Messages
    from psoas_coach import screening
    from psoas_coach.terminal import console, language_of_system

    texts = Messages(lang.value if lang else language_of_system())
    if template:
        typer.echo(screening.template(texts), nl=False)
        return
    screening.run(console(prose=True), texts, answers, out, name=profile, again=again)


@app.command()
def model(
    name: Annotated[str, typer.Argument(help="lite, full, heavy, or the path of a .task file.")] = "full",
) -> None:
    """Show where the pose model lies, and fetch it if it is not there."""
    from psoas_coach.terminal import console
    from vision.model import ensure_model, model_status

    screen = console()
    ensure_model(name, report=console(stderr=True).print)
    status = model_status(name)
    screen.print(f"{status.name}: {status.path}")
    screen.print(f"SHA-256 {status.digest} ({status.source})")


@app.command()
def doctor() -> None:
    """Check this computer: versions, libraries, model, camera, display and voices; each with its remedy."""
    from psoas_coach.doctor import examine
    from psoas_coach.terminal import console

    screen, healthy = console(), True
    for check in examine():
        healthy &= check.ok or not check.needed
        style, sign = ("green", "●") if check.ok else (("red", "■") if check.needed else ("bright_blue", "○"))
        screen.print(sign, style=style, end=" ")
        screen.print(
            f"{check.name}{'' if check.needed else ' (optional)'}: {check.found}"
            + (f"\n    {check.remedy}" if not check.ok else ""),
            markup=False,
        )
    raise typer.Exit(0 if healthy else 2)


@app.command()
def voice(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write how every cue sounds into this folder instead.", show_default=False),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Hear the voice: three cues, or chimes where there is none for the language."""
    from poses.messages import Messages
    from psoas_coach.terminal import console, language_of_system
    from psoas_coach.voice_command import try_voice, write_cues

    texts = Messages(lang.value if lang else language_of_system())
    if out is not None:
        write_cues(console(), texts, out)
    else:
        try_voice(console(), texts)


@exercises_app.command("list")
def exercises_list(lang: LangOption = None) -> None:
    """List the exercises that can be recognised."""
    from poses.exercise_file import built_in_ids
    from poses.messages import Messages
    from psoas_coach.terminal import console, language_of_system

    texts, screen = Messages(lang.value if lang else language_of_system()), console()
    for name in built_in_ids():
        screen.print(f"{name}  {texts('exercises', name)}")


@exercises_app.command("show")
def exercises_show(
    name: Annotated[str, typer.Argument(help="Id of an exercise.")],
    lang: LangOption = None,
) -> None:
    """Show the limits of an exercise."""
    from poses.messages import Messages
    from psoas_coach.limits import limits_table
    from psoas_coach.run import chosen_exercises
    from psoas_coach.terminal import console, language_of_system

    exercise = chosen_exercises(name)[0]
    console().print(limits_table(exercise, Messages(lang.value if lang else language_of_system())))


@exercises_app.command("validate")
def exercises_validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exercise files (TOML).")],
) -> None:
    """Check exercise files and name every fault at once."""
    from poses.exercise_file import read
    from poses.strict_toml import FaultyFile
    from psoas_coach.terminal import console, tell_problem

    faulty = 0
    for file in files:
        try:
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


@profile_app.command("list")
def profile_list() -> None:
    """List everybody who has a profile, and where they lie."""
    from psoas_coach import profiles
    from psoas_coach.terminal import console

    screen = console()
    for name in profiles.names():
        screen.print(name, markup=False)
    screen.print(str(profiles.folder()), style="dim", markup=False)


@profile_app.command("show")
def profile_show(name: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """Show a profile as it stands in its file."""
    from psoas_coach import profiles

    found = profiles.read(name)
    if found is None:
        raise profiles.missing(name)
    typer.echo(profiles.text_of(found), nl=False)


@profile_app.command("delete")
def profile_delete(name: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """Delete a profile for good, damaged or not."""
    from psoas_coach import profiles
    from psoas_coach.terminal import console

    profiles.delete(name)
    console().print(f"Deleted: {name}", markup=False)


@profile_app.command("session")
def profile_session(
    name: Annotated[str, typer.Argument(help="Whose.")],
    pain: Annotated[int, typer.Option("--pain", min=0, max=10, help="The most that was felt, 0 to 10.")],
    stops: Annotated[int, typer.Option("--stops", min=0, help="How often something had to be stopped.")] = 0,
    worse: Annotated[
        bool | None, typer.Option("--worse/--not-worse", help="Whether it was worse the next morning.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Note how a session went, and hear what that means for the next one."""
    from datetime import datetime

    from calibration.progress import Done
    from poses.messages import Messages
    from psoas_coach.person import add_session, tell_advice
    from psoas_coach.terminal import console, language_of_system

    now = datetime.now().replace(microsecond=0)
    profile = add_session(name, Done(at=now, stops=stops, pain=pain, worse_next_day=worse))
    tell_advice(console(prose=True), Messages(lang.value if lang else language_of_system()), profile, now)


@calibrate_app.command("camera")
def calibrate_camera(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...",
            help="Pictures of the board, folders of them, a clip, or a camera's number; taken as you film.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call the camera.")] = None,
    board: Annotated[Path | None, typer.Option("--board", help="Write the board to print, as PNG, A4.")] = None,
    kept: Annotated[bool, typer.Option("--list", help="List the cameras that are kept, and where they lie.")] = False,
    delete: Annotated[str | None, typer.Option("--delete", metavar="NAME", help="Delete a camera for good.")] = None,
) -> None:
    """Find how a camera's lens bends the picture, from pictures of a printed board, so that analyse can undo it."""
    from psoas_coach import cameras
    from psoas_coach.terminal import console

    if sum((bool(sources), board is not None, kept, delete is not None)) != 1 or bool(sources) != (name is not None):
        raise typer.BadParameter("give SOURCE... with --name NAME, or one of --board FILE, --list, --delete NAME")
    if delete is not None:
        cameras.delete(delete)
        console().print(f"Deleted: {delete}", markup=False)
        return
    from psoas_coach.calibrate_camera import calibrate, tell_all, write_board

    if kept:
        tell_all(console())
    elif board is not None:
        write_board(board)
        console().print(f"Print it, or show it on a tablet: {board}", markup=False)
    else:
        raise typer.Exit(calibrate(sources or [], name or "", console()))


@calibrate_app.command("person")
def calibrate_person(
    name: Annotated[str, typer.Argument(help="Whose profile; made where there is none.")],
    standing: Annotated[
        list[Path] | None, typer.Option("--standing", help="Standing relaxed, side-on; one facing each way.")
    ] = None,
    kneeling: Annotated[
        list[Path] | None, typer.Option("--kneeling", help="Half-kneeling tall, the back knee to the camera.")
    ] = None,
    lying: Annotated[list[Path] | None, typer.Option("--lying", help="Lying on the back, knees bent.")] = None,
    comfort: Annotated[
        list[Path] | None,
        typer.Option("--comfort", help="A lunge held at the first mild stretch, never the maximum; three a side."),
    ] = None,
    pain: Annotated[int, typer.Option("--pain", min=0, max=10, help="The most that was felt, 0 to 10.")] = 0,
    roll: RollOption = 0.0,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Measure a person's own postures and limits, from clips filmed in one go with the camera left where it is."""
    from psoas_coach.calibrate_person import Clips
    from psoas_coach.person import run
    from psoas_coach.terminal import console, language_of_system

    clips = Clips(*(tuple(given or ()) for given in (standing, kneeling, lying, comfort)))
    if clips == Clips():
        raise typer.BadParameter("give clips: --standing, --kneeling, --lying or --comfort")
    language = lang.value if lang else language_of_system()
    raise typer.Exit(run(name, clips, pain, model, language, console(), roll_deg=roll))


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


@app.command()
def version() -> None:
    """Show the version."""
    from psoas_coach.version import VERSION

    typer.echo(VERSION)


def main() -> None:
    """Entry point: every error a user can meet becomes one line and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or file that cannot hold a letter gets a question mark, not an error after all the work.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Problem as problem:
        from psoas_coach.terminal import tell_problem

        tell_problem(problem)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        from psoas_coach.doctor import missing_library_remedy

        remedy = missing_library_remedy(str(error)) or "Install psoas-coach again"
        typer.echo(f"psoas-coach: A library cannot be loaded ({error}): nothing works without it. {remedy}.", err=True)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("PSOAS_COACH_DEBUG"):
            raise
        first_line = str(error).partition("\n")[0]
        typer.echo(
            f"psoas-coach: an error in the program ({type(error).__name__}: {first_line}). "
            "Please report it, with what PSOAS_COACH_DEBUG=1 prints when set.",
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
