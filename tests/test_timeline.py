"""The strip has each verdict in its place, whatever is known of the clip's length, and keeps what is grave."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses.exercise_file import built_in
from poses.records import Step
from psoas_coach.session import Session
from vision.palette import COLOURS, PAPER
from vision.timeline import BINS, FIRST_SPAN_S, Timeline

OK, STOP = 2, 4
COLOURS_OF = {verdict.value: colour for verdict, colour in COLOURS.items()}


def steps(seconds: float, rate: float = 10.0) -> Iterator[Step]:
    """A lunge that is good but for three seconds, in which it is far too deep, and a last second out of sight."""
    session = Session(built_in(), corrects=sf.uncorrected())
    for frame in range(round(seconds * rate)):
        time_s = frame / rate
        figure = replace(sf.GOOD_LUNGE, right=sf.Leg(45.0, 80.0)) if 4.0 <= time_s < 7.0 else sf.GOOD_LUNGE
        pose = sf.nobody(time_s) if time_s >= seconds - 1.0 else sf.pose(figure, time_s)
        yield session.step(frame, pose)


def at(line: Timeline, time_s: float) -> int:
    return int(line.levels()[int(time_s / line.span_s * BINS)])


def test_each_moment_has_its_place() -> None:
    line = Timeline(20.0)
    for step in steps(20.0):
        line.add(step)
    assert [at(line, time_s) for time_s in (3.0, 6.0, 12.0, 18.0)] == [OK, STOP, OK, OK]
    assert at(line, 19.8) == 1, "out of sight"
    assert (line.levels()[: round(BINS * 19.9 / 20.0)] > 0).all(), "no gaps between frames"


@pytest.mark.parametrize("announced_s", [None, 0.0, float("nan"), 7.0])
def test_a_length_that_is_unknown_or_wrong_does_no_harm(announced_s: float | None) -> None:
    line = Timeline(announced_s)
    for step in steps(130.0, 5.0):
        line.add(step)
    assert line.span_s / (7.0 if announced_s == 7.0 else FIRST_SPAN_S) in (4.0, 32.0)
    assert line.span_s > 129.0
    # A second of STOP is not lost when two bins become one.
    assert at(line, 6.0) == STOP
    assert at(line, 30.0) == OK
    assert not line.levels()[int(131.0 / line.span_s * BINS) :].any()


@pytest.mark.parametrize("wh", [(160, 120), (640, 480), (1920, 1080), (360, 640)])
def test_the_strip_is_drawn_over_the_lower_edge_only(wh: tuple[int, int]) -> None:
    line = Timeline(20.0)
    for step in list(steps(20.0))[:100]:
        line.add(step)
    w, h = wh
    picture = np.full((h, w, 3), 90, np.uint8)
    line.draw(picture)
    high = max(6, round(min(wh) / 48))
    assert (picture[: h - high] == 90).all()
    strip = picture[h - high :]
    stop = strip[:, round(w * 6.0 / 20.0)]
    # A stop fills the height, what is well is a low line; half of the clip is still to come.
    assert (stop == COLOURS_OF["stop"]).all()
    assert (strip[-1, round(w * 9.0 / 20.0)] == COLOURS_OF["ok"]).all()
    assert not (strip[high // 2, round(w * 9.0 / 20.0)] == COLOURS_OF["ok"]).all()
    cursor = (strip == PAPER).all(axis=(0, 2))
    assert np.flatnonzero(cursor) == pytest.approx(w * 9.9 / 20.0, abs=max(2, w / 300))
    assert len(np.unique(strip[:, round(w * 0.6) :].reshape(-1, 3), axis=0)) == 1
