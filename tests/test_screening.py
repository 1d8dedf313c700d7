"""What the questions withhold: every cell of the table, and that doubt never offers more."""

import json
import os
import select
import signal
import sys
from itertools import combinations
from pathlib import Path
from typing import cast

import pytest

from calibration.screening import Answer, Level, read_answers, screen, table
from poses.messages import LANGUAGES, Language, Messages
from poses.problem import Problem
from psoas_coach import screening
from psoas_coach.terminal import console

# How long a busy computer may take for anything.
PATIENCE_S = 60.0
# The table of the specification, section 5, copied as it stands there and read independently of the program's file.
SPECIFIED = """
| S1 | ✘ | ✘ | ✘ | T | ✘ | ✘ | ✔ | ✔ |
| S2 | ✘ | ✘ | ✘ | T | ✘ | ✘ | ✔ | ✔ |
| S3 | ✘ | ✘ | ✘ | low | L1 | chair | ✔ | ✔ |
| S4 | ✘ | ✘ | ✘ | ✔ | ✔ | ✔ | ✔ | ✔ |
| S5 | ✘ today | ✘ today | slow | ✔ | ✔ | ✔ | ✔ first | ✔ |
| S6 | ✘ | ✘ | ✘ | ✘ | ✘ | ✘ | ✔ | no hold |
| S7 | ✘ | ✘ | T | to flat, T | L1, T | chair | ✔ | ✔ |
| S8 | ✘ | ✘ | ✘ | ✘ | ✘ | ✘ | ✔ | ✔ |
| S9 | ✘ | ✘ | ✘ | ✘ (T) | ✘ | chair | side/sitting | no hold |
| S10 | ✘ until doctor | ✘ | ✘ | ✘ | ✘ | ✘ | natural only | ✘ |
| S11 | ✘ | ✘ | ✔ | ✔ | ✔ | ✔ | ✔ | ✔ |
| S12 | chair/wall | ✘ | ✔ | ✔ | ✔ | ✘ / helper | ✔ | lying |
| S13 | ✘ | ✘ | T | low | T | ✔ | ✔ | ✔ |
| S14 | ✘ | ✘ | ✘ | T | T | T | ✔ | ✔ |
"""
NOTES = {
    "low": "low",
    "L1": "level_1",
    "chair": "chair",
    "chair/wall": "chair",
    "today": "today",
    "slow": "slow",
    "first": "first",
    "no hold": "no_hold",
    "to flat": "to_flat",
    "side/sitting": "side_or_sitting",
    "until doctor": "doctor",
    "natural only": "natural",
    "lying": "lying",
    "helper": "helper",
    "(T)": "therapist",
}
CELLS = [
    (cells[0], exercise, cell)
    for cells in ([part.strip() for part in line.strip("|").split("|")] for line in SPECIFIED.strip().splitlines())
    for exercise, cell in zip(table().exercises, cells[1:], strict=True)
]
BREATHING = {"belly-breathing", "breathing-478"}


def well(**answers: str) -> dict[str, Answer]:
    """Everything answered no, but for what is named."""
    return cast(dict[str, Answer], dict.fromkeys(table().questions, "no") | answers)


def specified(cell: str) -> tuple[Level, set[str]]:
    words = cell.replace(" / ", ", ").replace("✘ ", "✘, ").replace("✔ ", "✔, ").split(", ")
    level = Level.OFFERED if "✔" in words else Level.EASED
    level = Level.WITHHELD if "✘" in words else Level.ASK if "T" in words else level
    return level, {NOTES[word] for word in words if word not in ("✘", "✔", "T")}


def test_the_specification_has_every_question_and_exercise() -> None:
    assert len(CELLS) == 14 * 8
    assert list(dict.fromkeys(name for name, _, _ in CELLS)) == list(table().person)
    assert len(table().emergency) == 8


@pytest.mark.parametrize(("question", "exercise", "cell"), CELLS)
@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_every_cell(question: str, exercise: str, cell: str, answer: Answer) -> None:
    offer = screen(well(**{question: answer})).offers[exercise]
    level, notes = specified(cell)
    assert (offer.level, set(offer.notes)) == (level, notes)
    assert offer.because == ((question,) if level is not Level.OFFERED or notes else ())


def test_nothing_against_anything_offers_everything() -> None:
    outcome = screen(well())
    assert {offer.level for offer in outcome.offers.values()} == {Level.OFFERED}
    assert (outcome.stops, outcome.see, outcome.unanswered) == ((), (), ())


@pytest.mark.parametrize("question", [*table().emergency, *table().doctor_soon])
@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_signs_of_danger_withhold_everything(question: str, answer: Answer) -> None:
    outcome = screen(well(**{question: answer}))
    assert outcome.stops == (question,)
    assert {offer.level for offer in outcome.offers.values()} == {Level.WITHHELD}


@pytest.mark.parametrize("question", list(table().today))
def test_a_bad_day_leaves_breathing(question: str) -> None:
    offers = screen(well(**{question: "yes"})).offers
    assert {name for name, offer in offers.items() if offer.level is Level.OFFERED} == BREATHING
    assert {offers[name].notes for name in offers if name not in BREATHING} == {("today",)}


def test_what_was_not_answered_counts_as_yes() -> None:
    assert screen({}).emergency == tuple(table().emergency)
    assert len(screen({}).unanswered) == len(table().questions)
    partly = well()
    del partly["S6"]
    assert screen(partly).offers["bridge"].level is Level.WITHHELD


def test_another_yes_never_offers_more() -> None:
    single = {name: screen(well(**{name: "yes"})).offers for name in (*table().person, *table().today)}
    for one, other in combinations(single, 2):
        both = screen(well(**{one: "yes", other: "yes"})).offers
        for exercise in table().exercises:
            expected = max(single[one][exercise].level, single[other][exercise].level)
            assert both[exercise].level is expected, (one, other, exercise)


def test_a_way_out_does_not_survive_a_bare_refusal() -> None:
    # "Unless somebody stands beside you" is no help to somebody who must not do it anyway.
    assert screen(well(S12="yes")).offers["standing-core"].notes == ("helper",)
    assert screen(well(S12="yes", S1="yes")).offers["standing-core"].notes == ()


def test_a_question_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such question: S99"):
        screen({"S99": "no"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_note_and_person_to_see_has_words(language: Language) -> None:
    texts = Messages(language)
    for name in table().questions:
        assert texts("screening", "questions", name).endswith("?")
    for exercise in table().exercises:
        assert texts("screening", "exercises", exercise)
    for whom in table().see.values():
        assert texts("screening", "see", whom)
    cells = [cell for row in (*table().person.values(), *table().today.values()) for cell in row]
    for note in {cell.partition(":")[2] for cell in cells} - {""}:
        assert texts("screening", "notes", note)


def test_answers_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    filled = screening.template(Messages("nl")).replace("= true", "= false").replace("S2 = false", "S2 = true")
    file.write_text(filled, encoding="utf-8")
    assert read_answers(file) == well(S2="yes")
    kept = tmp_path / "new" / "outcome.json"
    screening.run(console(), Messages("en"), file, kept)
    written = json.loads(kept.read_text(encoding="utf-8"))
    assert written["offers"]["bridge"] == {"level": "ask", "notes": [], "because": ["S2"]}
    assert written["see"] == ["physiotherapist"]


def test_an_empty_template_withholds_everything(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(screening.template(Messages("en")), encoding="utf-8")
    assert screen(read_answers(file)).emergency


def test_a_faulty_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("[answers]\nS99 = false\n", encoding="utf-8")
    with pytest.raises(Problem, match="no such question: S99"):
        read_answers(file)
    file.write_text('[answers]\nS1 = "maybe"\n', encoding="utf-8")
    with pytest.raises(Problem, match=r"answers\.S1"):
        read_answers(file)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(("language", "yes", "told"), [("en", "y", "Low lunge"), ("nl", "j", "Lage uitvalspas")])
def test_on_a_terminal(language: str, yes: str, told: str) -> None:
    # S11: cannot kneel. One answer is nonsense first, one is left open.
    replies = dict.fromkeys(table().questions, "n") | {"S11": yes, "S12": "huh", "D4": "?"}
    typed = [
        reply for name in table().questions for reply in ([replies[name], "n"] if name == "S12" else [replies[name]])
    ]
    status, shown = on_a_terminal(["screen", "--lang", language], typed)
    assert status == 0
    assert told in shown
    assert "S11" in shown
    assert Messages("nl" if language == "nl" else "en")("screening", "not_understood") in shown
    assert "D4" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_an_emergency_on_a_terminal_asks_no_further() -> None:
    status, shown = on_a_terminal(["screen", "--lang", "en"], ["n", "n", "y", "n", "n", "n", "n", "n"])
    assert status == 0
    assert "call 112" in shown
    assert "Chest pain" in shown.rpartition("call 112")[2]
    assert "psoas" not in shown.rpartition("call 112")[2]


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_leaving_in_the_middle_keeps_nothing(tmp_path: Path, key: str) -> None:
    status, shown = on_a_terminal(["screen", "--out", str(tmp_path / "kept.json")], ["n", "n", key])
    assert status == 130
    assert "Traceback" not in shown
    assert not (tmp_path / "kept.json").exists()


def on_a_terminal(arguments: list[str], typed: list[str]) -> tuple[int, str]:
    """Runs the program on a pseudo-terminal and types one line for each prompt."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        # Whoever runs the tests in the background of a shell ignores it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, "-m", "psoas_coach.cli", *arguments])
    shown, left = "", list(typed)
    while True:
        assert select.select([terminal], [], [], PATIENCE_S)[0], f"nothing happens after {shown!r}"
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        shown += more.decode("utf-8", "replace")
        if left and shown.endswith("?) "):
            reply = left.pop(0)
            os.write(terminal, (reply if reply in ("\x03", "\x04") else f"{reply}\n").encode())
            shown += "\n"
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), " ".join(shown.split())
