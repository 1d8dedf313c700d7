"""The command ``history``: what was done, week by week, and how to take it along or delete it."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from psoas_coach.cli_options import Lang, LangOption

if TYPE_CHECKING:
    from rich.console import Console

    from poses.messages import Messages

history_app = typer.Typer(help="See what was done, week by week; export it, or delete it for good.")


class HistoryFormat(str, Enum):
    """What a history can be exported as."""

    csv = "csv"
    json = "json"


WhoseOption = Annotated[
    str | None, typer.Option("--profile", help="Whose; - for sessions without a profile.", show_default=False)
]


@history_app.callback(invoke_without_command=True)
def history(
    context: typer.Context,
    profile: WhoseOption = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=520, help="How many weeks, this one included.")] = 12,
    page: Annotated[bool, typer.Option("--page", help="Also write it as a page with plots.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the page; default: your own data folder.", show_default=False),
    ] = None,
    opened: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    lang: LangOption = None,
) -> None:
    """See what was done, week by week."""
    if context.invoked_subcommand is not None:
        return
    from psoas_coach.history.commands import show

    if out is not None and not page:
        raise typer.BadParameter("--out is where the page goes; say --page too")
    screen, texts = _screen_and_texts(lang)
    raise typer.Exit(show(screen, texts, profile, weeks, page=page, folder=out, opened=opened))


@history_app.command("export")
def history_export(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file (json) or folder (csv) to write.")],
    form: Annotated[HistoryFormat, typer.Option("--format", help="csv: a file for each table; json: one file.")],
    profile: WhoseOption = None,
    lang: LangOption = None,
) -> None:
    """Write everything that is kept, or all of one person."""
    from psoas_coach.history.commands import export

    export(*_screen_and_texts(lang), profile, form.value, out)


@history_app.command("delete")
def history_delete(
    profile: WhoseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this only tell what would be deleted.")] = False,
    keep_sessions: Annotated[
        bool, typer.Option("--keep-sessions", help="Leave the folders of the sessions, out of the history for good.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Delete the history and its sessions for good: everybody's, or one person's."""
    from psoas_coach.history.commands import delete

    raise typer.Exit(delete(*_screen_and_texts(lang), profile, yes=yes, keep_sessions=keep_sessions))


@history_app.command("rebuild")
def history_rebuild(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="Where sessions lie besides the usual place (live --out)."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Make the history anew from the folders of sessions and from profiles; a damaged one is put aside."""
    from psoas_coach.history.commands import rebuild

    rebuild(*_screen_and_texts(lang), folders or [])


def _screen_and_texts(lang: Lang | None) -> "tuple[Console, Messages]":
    from poses.messages import Messages
    from psoas_coach.terminal import console, language_of_system

    return console(prose=True), Messages(lang.value if lang else language_of_system())
