"""The self-check must tell a good installation from a bad one.

Protected here: that the statistics of errors are what they are called, that the bundled clips pass on the whole way
through the program, and that wrong angles, a missed STOP and a false one each turn the verdict.
"""

import csv
import io
import math
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from calibration.accuracy import error_statistics, share_labelled_other_way
from calibration.phantom.script_file import FOLDER
from poses import skeleton
from poses.measures import INDEX, NAMES
from poses.problem import Problem
from poses.records import Verdict
from psoas_coach.comparison import WATCHED, Observation, compare, read_truth
from psoas_coach.samples import sample_clips
from psoas_coach.verify import EXIT_WORSE, Case, observe, verify_cases
from vision.recorder import VideoRecorder
from vision.sources import open_source

Run = Callable[..., tuple[int, str, str]]
NAN = math.nan

# The part of the bundled lunge in which it goes too far: recognised before, truly past the stop limit from 9.133 s.
START_S, END_S, STOP_S = 7.0, 11.0, 9.133


def test_errors_are_described_as_by_hand() -> None:
    # Errors -1, 2, -2 (over the seam), 5; the two NaN are left out.
    found = error_statistics(
        [9.0, 12.0, 179.0, -175.0, NAN, 1.0],
        [10.0, 10.0, -179.0, 180.0, 0.0, NAN],
        [1.0, 1.5, 0.9, 2.0, 1.0, 1.0],
        is_angle=True,
    )
    assert (found.count, found.bias, found.mae, found.worst) == pytest.approx((4, 1.0, 2.5, 5.0))
    # Sizes in order 1, 2, 2, 5; 0.95 of the way over three steps is 2.85: 2 + 0.85 * 3.
    assert found.p95 == pytest.approx(4.55)
    # Inside: 1 <= 1 only; twice: 1 <= 2 and 2 <= 3, while 2 > 1.8 and 5 > 4.
    assert (found.inside_one_sigma, found.inside_two_sigma) == (0.25, 0.5)
    # The largest error keeps its sign, and ratios have no seam.
    ratios = error_statistics([0.0, 200.0], [359.0, 0.0], is_angle=False)
    assert (ratios.worst, ratios.mae) == (-359.0, 279.5)
    assert math.isnan(ratios.inside_one_sigma)


def test_nothing_measured_gives_no_numbers() -> None:
    found = error_statistics([NAN, NAN], [1.0, 2.0], [1.0, 1.0], is_angle=True)
    assert found.count == 0
    assert all(math.isnan(value) for value in (found.bias, found.mae, found.p95, found.worst, found.inside_two_sigma))
    # An error whose uncertainty was not stated counts in neither share.
    assert error_statistics([1.0, 3.0], [0.0, 0.0], [2.0, NAN], is_angle=True).inside_one_sigma == 1.0


def test_legs_taken_for_each_other_are_told_where_they_can_be() -> None:
    true = np.zeros((6, 33, 2))
    true[:, list(skeleton.SHOULDERS), 1] = -100.0  # a trunk of 100 pixels: legs are apart from 15 on
    for pair in (skeleton.KNEES, skeleton.ANKLES):
        true[:, pair[0], 0], true[:, pair[1], 0] = 0.0, 40.0
    true[4, :, 0] *= 14.0 / 40.0
    swap = [*skeleton.KNEES, *skeleton.ANKLES]
    image = true + 5.0
    image[1, swap] = image[1, [i for pair in (skeleton.KNEES, skeleton.ANKLES) for i in reversed(pair)]]
    image[2, skeleton.KNEES[0]] = true[2, skeleton.KNEES[1]]  # one knee gone astray is no swap
    image[3] = NAN
    image[5, skeleton.ANKLES[1]] = NAN
    swapped, tellable = share_labelled_other_way(image, true)
    assert swapped.tolist() == [False, True, False, False, False, False]
    assert tellable.tolist() == [True, True, True, False, False, False]


def test_the_bundled_clips_measure_as_they_should(model_path: Path, run: Run) -> None:
    status, out, _ = run("phantom", "verify", "--far")
    assert status == 0, out
    assert "measures as it should" in out
    assert "no STOP is missed or false" in out
    lines = [line.split() for line in out.splitlines()]
    # One row a clip for each measure and side.
    near, far = ([line for line in lines if side in line[:5]] for side in ("near", "far"))
    assert len(near) == len([line for line in far if "truly" not in line]) == 2 * len(NAMES)
    openings = [line for line in near if line[1:3] == ["hip", "opening"]]
    assert [line[0] for line in openings] == ["●", "●"]
    # Frames, bias, MAE, p95, worst: an error of several hundred real frames is neither nothing nor much.
    for line in openings:
        frames, bias, mae, p95, worst = (float(word) for word in line[5:10])
        assert frames > 500
        assert 0.2 < mae < p95 < abs(worst) < 20.0
        assert abs(bias) <= mae
    assert len(re.findall(r"● truly too far open .* STOP said at", out)) == 3


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of the bundled lunge as a clip of its own, with their truth and events."""
    whole, path = sample_clips()[0], tmp_path_factory.mktemp("part") / "part.mp4"
    with open_source(whole) as source, VideoRecorder(path, width=640, height=480, rate_hint=30.0) as recorder:
        for frame in source:
            if START_S <= frame.time_s < END_S:
                recorder.write(frame.image, frame.time_s - START_S)
    with whole.with_suffix(".truth.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    rows = [[f"{float(row[0]) - START_S:.4f}", *row[1:]] for row in rows if START_S <= float(row[0]) < END_S]
    write(path.with_suffix(".truth.csv"), [head, *rows])
    write(path.with_suffix(".events.csv"), [["id", "start_s", "end_s"], stop(STOP_S - START_S, END_S - START_S)])
    return path


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def stop(start_s: float, end_s: float) -> list[str]:
    return ["hip-opening-stop", str(start_s), str(end_s)]


@pytest.fixture
def copy(part: Path, tmp_path: Path) -> Path:
    """The part, free to be spoilt."""
    for path in part.parent.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / part.name


def shift(clip: Path, column: str, by_deg: float) -> None:
    path = clip.with_suffix(".truth.csv")
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    at = head.index(column)
    write(path, [head, *[[*row[:at], str(float(row[at]) + by_deg), *row[at + 1 :]] for row in rows]])


def judged(clip: Path, model_path: Path) -> tuple[int, str]:
    page = io.StringIO()
    status = verify_cases([Case(clip, stops_count=True)], model_path, Console(file=page, width=100))
    return status, page.getvalue()


def test_a_truth_twenty_degrees_away_turns_the_verdict(model_path: Path, copy: Path) -> None:
    status, out = judged(copy, model_path)
    assert (status, "as it should" in out) == (0, True), out
    # The left side is turned away and does not count.
    shift(copy, "knee_flexion_deg_left", 20.0)
    assert judged(copy, model_path)[0] == 0
    shift(copy, "knee_flexion_deg_right", 20.0)
    status, out = judged(copy, model_path)
    assert status == EXIT_WORSE == 4
    assert "measures worse than it should" in out
    assert re.search(r"part: knee flexion is off by (1[5-9]|2\d)\.\d°", out)
    assert re.search(r"■ knee flexion ", out)


@pytest.fixture(scope="module")
def seen(part: Path, model_path: Path) -> Observation:
    return observe(part, model_path)


def test_a_missed_and_a_false_stop_are_told_apart(part: Path, seen: Observation) -> None:
    truth = read_truth(part)
    right = compare(seen, truth)
    ((event, said),) = right.stops
    assert said is not None
    assert (said.verdict, said.rule) == (Verdict.STOP, "hip-opening")
    assert event.start_s < said.reported_s < event.end_s
    assert right.faults(stops_count=True) == []
    # Nothing truly happened: what was said is false, unless it was within a second of something.
    false = compare(seen, replace(truth, events=()))
    assert false.false_stops == (said,)
    assert ["false" in fault for fault in false.faults(stops_count=True)] == [True]
    assert false.faults(stops_count=False) == []
    close = replace(event, start_s=said.start_s - 5.0, end_s=said.start_s - 0.9)
    assert compare(seen, replace(truth, events=(close,))).false_stops == ()
    other_rule = replace(event, id="trunk-back-lean-stop")
    assert compare(seen, replace(truth, events=(other_rule,))).false_stops == (said,)
    # Something truly happened of which nothing was said.
    missed = compare(replace(seen, findings=()), truth)
    assert missed.stops == ((event, None),)
    assert ["missed" in fault for fault in missed.faults(stops_count=True)] == [True]
    short = replace(event, end_s=event.start_s + 0.4)
    assert compare(replace(seen, findings=()), replace(truth, events=(short,))).stops == ()


def test_frames_meet_the_truth_of_their_own_time(part: Path, seen: Observation) -> None:
    truth, steps = read_truth(part), seen.steps
    # A truth that is what was measured leaves no error, on either side, however many rows it has between.
    exact = np.full((2 * len(steps) - 1, 2, len(NAMES)), NAN)
    exact[::2] = [step.measures.values for step in steps]
    times = np.interp(np.arange(len(exact)) / 2.0, np.arange(len(steps)), truth.time_s[: len(steps)])
    found = compare(seen, replace(truth, time_s=times, values=exact))
    assert {found.near[INDEX[name]].worst for name in WATCHED} == {0.0}
    assert all(errors.count == 0 or errors.worst == 0.0 for errors in found.far)
    assert 0 < found.judged < found.found == found.frames == len(steps)
    with pytest.raises(Problem, match="other times"):
        compare(seen, replace(truth, time_s=truth.time_s * 1.01))


@pytest.mark.parametrize(
    ("ending", "content", "says"),
    [
        (".truth.csv", None, "is missing"),
        (".events.csv", None, "is missing"),
        (".truth.csv", b"", "is not what phantom render writes"),
        (".truth.csv", b"time_s,other\n0,1\n", "is not what phantom render writes"),
        (".events.csv", b"id,start_s,end_s\nhip-opening-stop,soon,later\n", "is not what phantom render writes"),
        (".events.csv", b"\xff\xfe", "is not what phantom render writes"),
    ],
)
def test_an_unusable_truth_is_told(copy: Path, ending: str, content: bytes | None, says: str) -> None:
    path = copy.with_suffix(ending)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem, match=says):
        read_truth(copy)


def test_ctrl_c_ends_without_a_verdict(part: Path, model_path: Path) -> None:
    def cases() -> Iterator[Case]:
        signal.raise_signal(signal.SIGINT)
        yield Case(part, stops_count=True)

    page = io.StringIO()
    assert verify_cases(cases(), model_path, Console(file=page, width=100)) == 130
    assert page.getvalue() == "Interrupted: no verdict.\n"


def test_a_script_is_rendered_verified_and_cleared_away(
    model_path: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    text = (FOLDER / "standing.toml").read_text(encoding="utf-8").replace("time_s = 12.0", "time_s = 1.0")
    Path("mine.toml").write_text(text, encoding="utf-8")
    tiny = ("--size", "160x120", "--fps", "10", "--processes", "1")
    status, out, _ = run("phantom", "verify", "mine.toml", *tiny)
    assert status == 0
    assert "11 frames" in out
    # Standing is no exercise: there is nothing to compare, and that is no proof of anything.
    assert "Nothing was judged, so no angle is verified." in out
    assert "as it should" not in out
    assert list(room.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("none",), "There is no script none"),
        (("low-lunge", "none.toml"), "There is no file none.toml"),
        (("--seed", "3"), "without a SCRIPT"),
        (("--processes", "2"), "without a SCRIPT"),
        (("low-lunge", "--size", "big"), "big is not a size"),
    ],
)
def test_wrong_use_is_told_before_anything_is_rendered(words: tuple[str, ...], says: str, run: Run) -> None:
    status, out, errors = run("phantom", "verify", *words)
    assert (status, out) == (2, "")
    assert says in errors
