"""What is remembered of a person: whole or not at all, not for ever, and never read by half."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from calibration.profile import ASK_AGAIN, Profile, kept_questions
from calibration.screening import Answer, Level, table
from poses.messages import Messages
from poses.problem import Problem
from psoas_coach import profiles, screening
from psoas_coach.terminal import console

TODAY = date(2026, 3, 1)
ANSWERS: dict[str, Answer] = {**dict.fromkeys(table().questions, "no"), "S5": "yes", "S12": "unknown"}
ANNA = Profile(name="anna").with_answers(ANSWERS, TODAY)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path / "profiles")


def test_what_is_written_is_read() -> None:
    assert profiles.read("anna") is None
    path = profiles.write(ANNA)
    assert profiles.read("anna") == ANNA
    assert profiles.names() == ["anna"]
    assert ANNA.known_answers(TODAY)["S12"] == "unknown"
    assert [file.name for file in path.parent.iterdir()] == ["anna.toml"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are others there")
def test_nobody_else_may_read_it() -> None:
    assert profiles.write(ANNA).stat().st_mode & 0o077 == 0


def test_emergencies_and_today_are_never_kept() -> None:
    assert set(ANNA.known_answers(TODAY)) == set(kept_questions())
    assert not set(kept_questions()) & {*table().emergency, *table().today}


def test_answers_hold_for_a_month_and_not_from_the_future() -> None:
    assert ANNA.known_answers(TODAY + ASK_AGAIN)
    assert not ANNA.known_answers(TODAY + ASK_AGAIN + timedelta(days=1))
    assert not ANNA.known_answers(TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[:40], "damaged"),
        (lambda text: text.replace('"S5"', '"S55"'), "S55: no such question"),
        (lambda text: text.replace('"S12"', '"S5"'), "S5 is answered twice"),
        (lambda text: text + "\nheight_m = 1.7\n", "unknown key"),
        (lambda text: text.replace("version = 1", "version = 2"), "newer psoas-coach (version 2"),
        (lambda text: text.replace('"anna"', '"bert"'), "is that of bert"),
    ],
)
def test_what_cannot_be_trusted_is_told_and_left_as_it_is(damage: object, told: str) -> None:
    path = profiles.write(ANNA)
    assert callable(damage)
    damaged = damage(path.read_text(encoding="utf-8"))
    path.write_text(damaged, encoding="utf-8")
    for use in (lambda: profiles.read("anna"), lambda: profiles.write(ANNA)):
        with pytest.raises(Problem) as caught:
            use()
        assert told in str(caught.value)
    assert path.read_text(encoding="utf-8") == damaged
    profiles.delete("anna")
    assert profiles.read("anna") is None
    with pytest.raises(Problem, match="no profile anna"):
        profiles.delete("anna")


@pytest.mark.parametrize("name", ["", "../anna", "a/b", ".anna", "anna.toml", "nul", "a" * 41, "anna\n"])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="cannot be the name"):
        profiles.path_of(name)


def test_names_of_any_language(tmp_path: Path) -> None:
    profiles.write(Profile(name="zoë"))
    assert profiles.names() == ["zoë"]
    assert profiles.read("zoë") == Profile(name="zoë")


def test_only_what_is_not_known_is_asked() -> None:
    asked: list[str] = []

    def listen(prompt: str) -> str:
        asked.append(prompt)
        return "n"

    answers = screening.ask(console(), Messages("en"), listen, ANNA.known_answers(TODAY))
    assert len(asked) == len(table().emergency) + len(table().today)
    assert answers["S5"] == "yes"
    assert set(answers) == set(table().questions)


def test_answers_from_a_file_are_remembered_under_a_name(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(screening.template(Messages("en")).replace("= true", "= false"), encoding="utf-8")
    screening.run(console(), Messages("en"), file, None)
    assert profiles.names() == [], "nothing is kept unless asked for"
    screening.run(console(), Messages("en"), file, None, name="anna")
    kept = profiles.read("anna")
    assert kept is not None
    assert set(kept.known_answers(date.today()).values()) == {"no"}


def test_a_clip_is_told_what_its_person_should_leave_for_now() -> None:
    with pytest.raises(Problem, match="no answers of anna that still hold"):
        profiles.offers_to("anna", TODAY)
    profiles.write(Profile(name="anna").with_answers({**ANSWERS, "S5": "no", "S12": "no", "S7": "yes"}, TODAY))
    offers = profiles.offers_to("anna", TODAY)
    assert (offers["low-lunge"].level, offers["bridge"].notes) == (Level.WITHHELD, ("to_flat",))
    with pytest.raises(Problem, match="still hold"):
        profiles.offers_to("anna", TODAY + ASK_AGAIN + timedelta(days=1))


WRITER = """
import sys
from pathlib import Path
from datetime import date
from calibration.profile import Profile
from calibration.screening import table
from psoas_coach import profiles
profiles.folder = lambda: Path(sys.argv[1])
both = [Profile(name="anna").with_answers(dict.fromkeys(table().questions, a), date(2026, 3, 1)) for a in ("yes", "no")]
profiles.write(both[0])
print("writing", flush=True)
while True:
    for one in both:
        profiles.write(one)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_killed_while_writing_it_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    chance, seen = random.Random(0), set()
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "profiles")], stdout=subprocess.PIPE, env=os.environ
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
            time.sleep(chance.uniform(0.0, 0.05))
            writer.send_signal(signal.SIGKILL)
        found = profiles.read("anna")
        assert found is not None
        (answer,) = set(found.known_answers(TODAY).values())
        seen.add(answer)
    assert seen == {"yes", "no"}, "the writer was killed in the middle of its work"
