"""Breathing exercises are data, read strictly; what comes with the program asks no more than the specification."""

from pathlib import Path

import pytest
from sittings import Run

from poses.breathing_file import breathing_exercise, breathing_file, breathing_ids, is_breathing, read
from poses.exercise_file import built_in_file, built_in_ids
from poses.strict_toml import FaultyFile


def test_what_comes_with_the_program() -> None:
    assert breathing_ids() == ("belly-breathing", "breathing-478")
    assert not set(breathing_ids()) & set(built_in_ids())
    paced, belly = (breathing_exercise(name) for name in ("breathing-478", "belly-breathing"))
    # Safe-ranges.md 2.7: a pacer, nothing measured; a first time is halved, four cycles at most.
    assert paced.watch is None
    assert paced.usual is not None
    assert [paced.usual.in_s, paced.usual.full_s, paced.usual.out_s] == [4.0, 7.0, 8.0]
    assert paced.pace.cycle_s == paced.usual.cycle_s / 2.0
    assert paced.cycles == paced.most_cycles == 4
    # 2.8 and 3.7.
    assert belly.watch is not None
    assert (belly.watch.fast_per_min, belly.watch.belly_share) == (20.0, 0.35)
    still = belly.watch.still
    assert (still.window_s, still.share, still.after_s, still.base_s) == (5.0, 0.25, 10.0, 30.0)
    assert belly.pace.full_s == 0.0, "belly breathing holds nothing"
    assert 5.0 <= 60.0 / belly.pace.cycle_s <= 14.0


def faults(tmp_path: Path, *changes: tuple[str, str], of: str = "belly-breathing") -> str:
    text = breathing_file(of).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "faulty.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyFile) as told:
        read(path)
    return "\n".join(told.value.faults)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[pace]\nin_s = {", "[pace]\nins_s = {"), "pace.ins_s: unknown key"),
        (("in_s = { value = 3.5,", "in_s = { value = 35,"), "pace.in_s: 35 is not within 1 to 10"),
        (("belly_share = { value = 0.35", "belly_share = { value = 35"), "watch.belly_share: 35 is not within 0 to 1"),
        (("cycles = { value = 14,", "cycles = { value = 90,"), "cycles are 90 and most_cycles only 70"),
        (("cycles = { value = 14,", "cycles = { value = 1.5,"), "cycles is 1.5; breaths are whole"),
        (('held = "breathe"', 'held = "hold_on"'), "watch.cues.held: no such cue"),
        (('source = "convention: to lie down"', 'source = ""'), "settle_s.source"),
    ],
)
def test_a_fault_is_told_by_its_key(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert told in faults(tmp_path, change)


def test_a_first_time_is_never_harder_than_the_usual(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        ('value = 3.5, source = "half', 'value = 9.5, source = "half'),
        ("full_s = { value = 7,", "full_s = { value = 1,"),
        of="breathing-478",
    )
    assert "usual is shorter than pace" in told


def test_which_file_is_which() -> None:
    assert all(is_breathing(breathing_file(name)) for name in breathing_ids())
    assert not any(is_breathing(built_in_file(name)) for name in built_in_ids())
    assert not is_breathing(Path("no such file"))


def test_the_command_lists_shows_and_checks_them(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("exercises", "list", "--lang", "nl")
    assert status == 0
    assert "belly-breathing  Buikademhaling" in out
    status, out, _ = run("exercises", "show", "breathing-478")
    assert (status, "3.5 s" in out, "7 s" in out) == (0, True, True)
    status, out, _ = run("exercises", "validate", breathing_file("breathing-478"))
    assert (status, "4 breaths, no fault" in out) == (0, True)
    faulty = tmp_path / "faulty.toml"
    faulty.write_text("[pace]\nin_s = 3\n", encoding="utf-8")
    assert run("exercises", "validate", faulty)[0] == 2
