"""Which files a batch takes, by which name they stand in its tables, and what is said beside them."""

import os
import shutil
from pathlib import Path

import pytest

from poses.problem import Problem
from psoas_coach.batch.clips import Found, find, result_names
from psoas_coach.batch.plan import Wish, planned, worth_cutting
from psoas_coach.batch.records import Clip, Looked
from psoas_coach.batch.sidecar import Said, said_of
from psoas_coach.batch.tables import CLIPS, clip_rows, write_csv
from psoas_coach.batch.telling import one_line
from psoas_coach.report.strip import bars


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def names_of(found: list[Found]) -> list[str]:
    return [one.name for one in found]


def test_folders_are_searched_with_all_in_them_in_a_fixed_order(tmp_path: Path) -> None:
    touched(
        tmp_path, "b.mp4", "A.mov", "é/x.mp4", "é/X.gif", ".hidden.mp4", ".git/y.mp4", "Thumbs.db", "psoas-coach.toml"
    )
    touched(tmp_path, "b.mp4.toml", "no clip.toml", "earlier/poses.npz", "earlier/report_files/clip.mp4", "out/z.mp4")
    found = names_of(find([tmp_path], tmp_path / "out"))
    assert found == ["A.mov", "b.mp4", "no clip.toml", "é/X.gif", "é/x.mp4"]


def test_what_an_analysis_or_a_replay_wrote_is_no_clip(tmp_path: Path) -> None:
    pages = ("index.html", "index.nl.html", "index_files/page.css", "compare.html", "compare_files/one.mp4")
    touched(tmp_path, *pages, "one/poses.npz", "one/report.html", "again/report_files/clip.mp4")
    touched(tmp_path, "again/summary.json", "again/measures.csv")
    # A user's own: a page without files, files without a page, a folder that is only called like a page, a summary.
    touched(tmp_path, "own.html", "my_files/a.mp4", "index/b.mp4", "index.mp4", "notes/summary.json", "notes/c.mp4")
    found = [name for name in names_of(find([tmp_path], tmp_path / "out")) if name != "notes/summary.json"]
    assert found == ["index.mp4", "index/b.mp4", "my_files/a.mp4", "notes/c.mp4", "own.html"]


def test_patterns_say_which_files_are_taken(tmp_path: Path) -> None:
    touched(tmp_path, "a.mp4", "b.MP4", "monday/c.mp4", "monday/d.txt", "monday/[x].mp4")
    out = tmp_path / "out"
    assert names_of(find([tmp_path], out, ["*.mp4"])) == ["a.mp4", "b.MP4", "monday/[x].mp4", "monday/c.mp4"]
    assert names_of(find([tmp_path], out, ["monday/*"], ["*.txt"])) == ["monday/[x].mp4", "monday/c.mp4"]
    assert names_of(find([tmp_path], out, exclude=["*.mp4"])) == ["monday/d.txt"]
    # A clip that was named is taken whatever it is called.
    assert names_of(find([tmp_path / "monday" / "d.txt"], out, ["*.mp4"])) == ["d.txt"]


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_may_lead_in_a_circle(tmp_path: Path) -> None:
    touched(tmp_path / "clips", "a.mp4", "deep/b.mp4")
    (tmp_path / "clips" / "deep" / "up").symlink_to(tmp_path / "clips")
    (tmp_path / "clips" / "itself").symlink_to("itself")
    (tmp_path / "clips" / "z.mp4").symlink_to("a.mp4")
    # Two that lead nowhere are two that have to be told.
    for name in ("gone 1.mp4", "gone 2.mp4"):
        (tmp_path / "clips" / name).symlink_to("nowhere")
    found = names_of(find([tmp_path / "clips", tmp_path / "clips" / "deep"], tmp_path / "out"))
    assert found == ["clips/a.mp4", "clips/deep/b.mp4", "clips/gone 1.mp4", "clips/gone 2.mp4", "clips/itself"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_listed(tmp_path: Path) -> None:
    touched(tmp_path, "a.mp4", "closed/b.mp4")
    (tmp_path / "closed").chmod(0)
    found = find([tmp_path], tmp_path / "out", ["*.mp4"])
    (tmp_path / "closed").chmod(0o700)
    assert [(one.name, one.problem is None) for one in found] == [("a.mp4", True), ("closed", False)]


def test_two_clips_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touched(tmp_path, "x/a.mp4", "y/a.mp4", "y/A.mov")
    found = find([tmp_path / "x" / "a.mp4", tmp_path / "y" / "a.mp4", tmp_path / "y" / "A.mov"], tmp_path / "out")
    assert names_of(found) == ["A.mov", "a.mp4", "a.mp4 (2)"]
    assert result_names(found) == ["A", "a-2", "a-3"]
    long = [Found(Path("x"), f"{'ü' * 200}/{letter * 200}.mp4") for letter in "ab"]
    assert [len(name) for name in result_names(long)] == [60, 60]
    odd = [Found(Path("x"), name) for name in ("con.mp4", "../up.mp4", "a/b.mp4", "a--b.mp4", "....mp4")]
    assert result_names(odd) == ["clip-con", "clip--up", "a--b", "a--b-2", "clip"]


def test_what_is_said_of_a_clip_counts_before_what_is_said_of_its_folder(tmp_path: Path) -> None:
    touched(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "psoas-coach.toml").write_text('exercise = "bridge"\nroll = 1.5\n', encoding="utf-8")
    (tmp_path / "a.mp4.toml").write_text('exercise = "low-lunge"\nside = "left"\n', encoding="utf-8")
    usual = Said(person="me", roll=-1.0)
    assert said_of(tmp_path / "a.mp4", usual) == Said("low-lunge", "left", "me", None, 1.5)
    assert said_of(tmp_path / "b.mp4", usual) == Said("bridge", None, "me", None, 1.5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('exersise = "bridge"', "exersise: unknown key"),
        ('side = "port"', "side: Input should be 'left' or 'right'"),
        ("roll = 9", "roll: Input should be less than or equal to 5"),
        ('roll = "1"', "roll: Input should be a valid number"),
        ('exercise = "headstand"', "There is no exercise headstand"),
        ('person = "nobody-at-all"', "There is no profile nobody-at-all"),
        ('camera = "none-of-it"', "There is no camera none-of-it"),
        ("exercise =", "is not TOML"),
    ],
)
def test_a_fault_beside_a_clip_costs_that_clip(tmp_path: Path, text: str, told: str) -> None:
    touched(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "a.mp4.toml").write_text(text, encoding="utf-8")
    bad, good = planned(find([tmp_path], tmp_path / "out"), Wish(Said(), "full", "en"))
    assert bad.failure is not None
    assert told in bad.failure.what
    assert (good.failure, good.job is not None) == (None, True)


def test_only_what_would_keep_others_waiting_is_cut() -> None:
    def clip(frames: int, parts: int) -> Clip:
        return Clip("", "", looked=Looked("", (0, 0), frames, parts))

    long, short = clip(18_000, 40), [clip(300, 1) for _ in range(20)]
    assert [one.frames for one in [long, *short] if worth_cutting([long, *short], 2)(one)] == [18_000]
    assert not worth_cutting([long, *short], 1)(long)
    many = [clip(1800, 4) for _ in range(40)]
    assert not any(map(worth_cutting(many, 2), many))
    assert not worth_cutting([clip(18_000, 1)], 8)(clip(18_000, 1))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\nx", "＝1"])
def test_no_name_becomes_a_formula(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / "batch.csv", list(CLIPS), clip_rows([(Clip(name, "x"), None)]))
    text = (tmp_path / "batch.csv").read_bytes().decode("utf-8")
    assert text.partition("\n")[2].lstrip('"').startswith("'")
    write_csv(tmp_path / "batch.csv", ["peak"], [{"peak": -3.5}])
    assert (tmp_path / "batch.csv").read_text() == "peak\n-3.5\n"


def test_a_name_cannot_move_the_cursor() -> None:
    assert one_line("a\x1b[2J\n\u202eb\udcff 😀é") == "a?[2J??b? 😀é"


def test_a_small_plot_has_a_bar_for_each_stretch() -> None:
    told = [(bar.kind, bar.x, bar.width) for bar in bars("u" * 10 + "o" * 20 + "s" * 30)]
    assert told == [("unknown", 0, 10), ("ok", 10, 20), ("stop", 30, 30)]
    heights = {bar.kind: bar.height for bar in bars("ucos")}
    assert heights["stop"] > heights["caution"] > heights["ok"] > heights["unknown"] > 0


def test_a_searched_folder_may_be_read_only(tmp_path: Path) -> None:
    touched(tmp_path / "clips", "a.mp4")
    before = sorted(tmp_path.rglob("*"))
    find([tmp_path / "clips"], tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before
    shutil.rmtree(tmp_path / "clips")
    assert [one.name for one in find([tmp_path / "clips"], tmp_path / "out")] == ["clips"]


def test_a_folder_of_results_is_no_folder_of_clips(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="where the clips are"):
        find([tmp_path], tmp_path)
