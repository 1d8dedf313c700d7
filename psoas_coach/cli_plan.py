"""The command ``plan``: the programme of today, on the terminal and as a file that ``live --plan`` reads."""

from pathlib import Path
from typing import Annotated

import typer

from psoas_coach.cli_options import AnswersOption, LangOption


def plan(
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Whose answers and sessions count; questions of today are asked each time."),
    ] = None,
    answers: AnswersOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Also write it as TOML, for live --plan.", show_default=False),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Put together what is good to do today: 10 to 20 minutes, from your answers and what you did lately.

    Exit status: 0 when it was told and written; 2 when there is nobody to ask, when help or a doctor comes first, or
    when a file cannot be read or written; 130 after Ctrl-C.
    """
    from datetime import datetime

    from psoas_coach.programme_today import run
    from psoas_coach.terminal import console, language_of_system

    language = lang.value if lang else language_of_system()
    run(console(prose=True), language, profile, answers, out, datetime.now())
