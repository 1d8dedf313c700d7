"""What has to be there before a live session begins: a camera, a plan, answers, a screen."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sittings import LUNGE, Run

from poses.messages import Messages
from psoas_coach.live_gate import outcome_now, plan_for
from psoas_coach.plan import default_plan
from psoas_coach.run import chosen_exercises


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--headless",), "There is nobody to ask"),
        (("--headless", "--camera", "none.mp4"), "There is no file and no single camera called none.mp4"),
        (("--headless", "--exercise", "none"), "There is no exercise none"),
        (("--headless", "--plan", "none.toml"), "There is no file none.toml"),
        (("--headless", "--profile", "nobody", "--answers", "{answers}"), "There is no profile nobody"),
        (("--headless", "--answers", "none.toml"), "There is no file none.toml"),
        (("--answers", "{answers}"), "There is no display"),
        (("--plan", "x.toml", "--exercise", "bridge"), "not both"),
    ],
)
def test_what_cannot_begin_is_told(
    words: tuple[str, ...], says: str, run: Run, answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    camera = () if "--camera" in words else ("--camera", str(LUNGE))
    status, out, errors = run("live", *camera, *(word.format(answers=answers) for word in words))
    assert (status, says in errors) == (2, True), errors
    assert "Traceback" not in errors
    assert out == ""


def test_answers_that_stand_against_everything_begin_nothing(run: Run, answers: Path, tmp_path: Path) -> None:
    text = answers.read_text(encoding="utf-8").replace("E3 = false", "E3 = true")
    (tmp_path / "ill.toml").write_text(text, encoding="utf-8")
    status, _, errors = run("live", "--headless", "--camera", LUNGE, "--answers", "ill.toml", "--out", "out")
    assert status == 2
    assert "No session now (E3)" in errors
    assert not Path("out").exists()


def test_answers_leave_out_what_they_stand_against(run: Run, answers: Path, tmp_path: Path) -> None:
    text = answers.read_text(encoding="utf-8").replace("S11 = false", "S11 = true")
    (tmp_path / "knee.toml").write_text(text, encoding="utf-8")
    told = StringIO()
    out, texts = Console(file=told, width=200), Messages("en")
    offers = outcome_now(out, texts, None, tmp_path / "knee.toml").offers
    plan = plan_for(out, texts, default_plan(chosen_exercises("auto")), offers)
    assert [item.exercise for item in plan.items] == ["bridge"]
    assert "Left out of this session: By your answers, Low lunge is: not now because of S11." in " ".join(
        told.getvalue().split()
    )
