"""The commands ``profile`` and ``calibrate``: what is remembered of somebody, and of their camera."""

from pathlib import Path
from typing import Annotated

import typer

from psoas_coach.cli_options import (
    AnswersOption,
    HeadlessOption,
    LangOption,
    LensOption,
    ModelOption,
    RollOption,
    VoiceOption,
)

profile_app = typer.Typer(no_args_is_help=True, help="What is remembered of you; nothing unless you gave it a name.")
calibrate_app = typer.Typer(no_args_is_help=True, help="Let the program know what it measures with.")


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
def profile_delete(
    name: Annotated[str, typer.Argument(help="Whose.")],
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Delete their history and their sessions too.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Delete a profile for good, damaged or not."""
    from poses.messages import Messages
    from psoas_coach import profiles
    from psoas_coach.history import commands
    from psoas_coach.terminal import console, language_of_system

    profiles.delete(name)
    console().print(f"Deleted: {name}", markup=False)
    texts = Messages(lang.value if lang else language_of_system())
    commands.after_profile(console(prose=True), texts, name, also_history=with_history)


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
    camera: Annotated[
        str | None,
        typer.Option("--camera", help="Measure before this camera instead: its number or name, a clip, or an address."),
    ] = None,
    answers: AnswersOption = None,
    voice: VoiceOption = True,
    headless: HeadlessOption = False,
    roll: RollOption = 0.0,
    lens: LensOption = None,
    model: ModelOption = "full",
    lang: LangOption = None,
) -> None:
    """Measure a person's own postures and limits: led before the camera, or from clips filmed in one go."""
    from psoas_coach.calibrate_person import Clips
    from psoas_coach.terminal import console, language_of_system

    clips = Clips(*(tuple(given or ()) for given in (standing, kneeling, lying, comfort)))
    if (clips == Clips()) == (camera is None):
        raise typer.BadParameter("give --camera, or clips: --standing, --kneeling, --lying or --comfort")
    language = lang.value if lang else language_of_system()
    if camera is not None:
        if pain:
            raise typer.BadParameter("--pain is about clips; before the camera the key p says that it hurts")
        from psoas_coach.calibrate_live import CalibrationWish, calibrate_live

        wish = CalibrationWish(name, camera, answers, language, voice, headless, model, lens, roll)
        raise typer.Exit(calibrate_live(wish))
    from psoas_coach.person import run

    raise typer.Exit(run(name, clips, pain, model, language, console(), roll_deg=roll, lens=lens))
