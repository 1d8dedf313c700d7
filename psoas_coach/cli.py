"""The command line. Each command loads what it needs when it runs, so that --help answers at once.

Exit status: 0 done; 1 an error in the program; 2 wrong use or unusable input; 3 some clips or results failed;
4 verified and found worse than it should be; 130 interrupted, with everything up to that moment kept.
"""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from poses.problem import Problem
from psoas_coach.cli_batch import batch
from psoas_coach.cli_content import exercises_app, export, phantom_app, schema
from psoas_coach.cli_history import history_app
from psoas_coach.cli_options import (
    AnswersOption,
    ExerciseOption,
    Experiment,
    ExperimentalOption,
    HeadlessOption,
    LangOption,
    LensOption,
    LevelOption,
    ModelOption,
    ReportOption,
    RollOption,
    VideoOption,
    VoiceOption,
    WorkersOption,
)
from psoas_coach.cli_person import calibrate_app, profile_app
from psoas_coach.cli_plan import plan

app = typer.Typer(
    name="psoas-coach",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches gentle psoas work on a clip and warns against forcing and overextending. "
    "A technique aid, not a medical device. Everything stays on this computer.",
)
app.add_typer(exercises_app, name="exercises")
app.add_typer(phantom_app, name="phantom")
app.add_typer(profile_app, name="profile")
app.add_typer(calibrate_app, name="calibrate")
app.add_typer(history_app, name="history")


@app.command()
def analyse(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", help="Videos, animated GIFs or still images.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-results"),
    exercise: ExerciseOption = "auto",
    level: LevelOption = 1,
    video: VideoOption = False,
    model: ModelOption = "full",
    experimental: ExperimentalOption = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Go by this person's limits, and note what their answers say to leave for now."),
    ] = None,
    roll: RollOption = 0.0,
    camera: Annotated[
        str | None, typer.Option("--camera", "--lens", help="Undo the lens of this camera (see calibrate camera).")
    ] = None,
    report: ReportOption = True,
    compare: Annotated[
        bool, typer.Option("--compare", help="Lay two clips of one exercise beside each other (before and after).")
    ] = False,
    workers: WorkersOption = None,
    noted: Annotated[
        bool, typer.Option("--history", help="Note the clips in the history of --profile, on the day they were filmed.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Analyse recorded clips; each gets a folder with report, summary, table, poses and picture."""
    from datetime import date

    from psoas_coach import cameras, profiles
    from psoas_coach.run import analyse_clips
    from psoas_coach.terminal import language_of_system

    if compare and (len(clips) != 2 or not report):
        raise typer.BadParameter("--compare takes two clips, and their reports")
    if noted and profile is None:
        raise typer.BadParameter("--history notes clips in somebody's history: say whose with --profile")
    status, outcomes = analyse_clips(
        clips,
        out,
        exercise=exercise,
        level=level,
        model=model,
        lang=lang.value if lang else language_of_system(),
        video=video,
        shaking=Experiment.shaking in (experimental or []),
        offers=profiles.offers_to(profile, date.today()) if profile else None,
        person=profiles.person(profile) if profile else None,
        roll_deg=roll,
        camera=cameras.known(camera) if camera else None,
        report=report,
        compare=compare,
        workers=workers,
    )
    if noted and profile is not None:
        from psoas_coach.history.clips import note_clips

        note_clips(clips, out, outcomes, profile, lang.value if lang else language_of_system())
    raise typer.Exit(status)


@app.command()
def live(
    camera: Annotated[
        str, typer.Option("--camera", help="Number of a camera (on Linux also its name), a clip, or an address.")
    ] = "0",
    exercise: ExerciseOption = "auto",
    level: LevelOption = 1,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="A TOML file of what to do, instead of the usual.", show_default=False)
    ] = None,
    programme: Annotated[
        bool, typer.Option("--programme", help="Follow the programme of today (see the command plan).")
    ] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Whose answers are remembered; those of today are asked each time.")
    ] = None,
    answers: AnswersOption = None,
    voice: VoiceOption = True,
    headless: HeadlessOption = False,
    record: Annotated[bool, typer.Option("--record", help="Also keep the video.")] = False,
    blur_face: Annotated[
        bool, typer.Option("--blur-face", help="Make faces coarse in the video that is kept.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for sessions; default: your own data folder.", show_default=False),
    ] = None,
    roll: RollOption = 0.0,
    lens: LensOption = None,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Be guided through a session before the camera; everything is kept as it goes."""
    from psoas_coach.live import Wish
    from psoas_coach.live import live as run_live
    from psoas_coach.terminal import language_of_system

    if plan is not None and exercise != "auto":
        raise typer.BadParameter("give --plan or --exercise, not both")
    if plan is not None and level != 1:
        raise typer.BadParameter("the plan says at which level each step is done; leave --level away")
    if programme and (plan is not None or exercise != "auto" or level != 1):
        raise typer.BadParameter("the programme says what is done; leave --plan, --exercise and --level away")
    if blur_face and not record:
        raise typer.BadParameter("--blur-face is about the video that --record keeps; without --record none is kept")
    language = lang.value if lang else language_of_system()
    wish = Wish(
        camera,
        exercise,
        plan,
        profile,
        answers,
        language,
        voice,
        headless,
        record,
        blur_face,
        out,
        model,
        lens,
        roll,
        level,
        programme,
    )
    raise typer.Exit(run_live(wish))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-demo"),
    video: Annotated[bool, typer.Option("--video/--no-video", help="Write the annotated videos too.")] = True,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Analyse the clips that come with the program, and open their reports."""
    from psoas_coach.run import analyse_clips
    from psoas_coach.samples import sample_clips
    from psoas_coach.terminal import language_of_system

    language = lang.value if lang else language_of_system()
    status, _ = analyse_clips(
        sample_clips(), out, exercise="auto", model=model, lang=language, video=video, opened=True
    )
    raise typer.Exit(status)


@app.command()
def replay(
    recording: Annotated[
        Path, typer.Argument(metavar="POSES.npz", help="Poses that analyse wrote, or the folder of a live session.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("psoas-coach-replay"),
    exercise: ExerciseOption = "auto",
    experimental: ExperimentalOption = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Go by this person's limits of today, not by those that held.")
    ] = None,
    report: ReportOption = True,
    lang: LangOption = None,
) -> None:
    """Run the same analysis over stored poses, without looking at a picture again."""
    from poses.messages import Messages
    from psoas_coach import profiles
    from psoas_coach.analysis import replay as run_replay
    from psoas_coach.run import chosen_exercises, with_limits_of
    from psoas_coach.terminal import console, language_of_system, tell_outcome, tell_problem

    exercises = chosen_exercises(exercise, shaking=Experiment.shaking in (experimental or []))
    if profile is not None:
        person = profiles.person(profile)
        # Else a slip of the pen would be judged by everybody's limits, as if they were this person's.
        if person is None:
            raise profiles.missing(profile)
        exercises = with_limits_of(person, exercises)
    language = lang.value if lang else language_of_system()
    outcome = run_replay(
        recording, out, exercises, exercise, language if report else None, by_these_limits=profile is not None
    )
    tell_outcome(console(), Messages(language), outcome)
    if outcome.without_report is not None:
        tell_problem(outcome.without_report)
        raise typer.Exit(3)


app.command()(export)
app.command()(schema)
app.command()(batch)
app.command()(plan)


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
