"""Holds, repetitions, doses and rests of made-up phases whose sums can be done by hand."""

import math

import numpy as np
import pytest
from test_phases import LUNGE_10_S, smooth

from poses.exercise_file import built_in
from poses.phases import PhaseMemory, Shape, advance, finish
from poses.skeleton import LEFT, RIGHT
from poses.tally import Hold, Repetition, Tally, close, dose_s, gather, hold_s, rest_s

# The shapes that come with the program.
SHAPES = {exercise.id: exercise.movement.shape for exercise in built_in() if exercise.movement is not None}
LUNGE, BRIDGE = SHAPES["low-lunge"], SHAPES["bridge"]

Row = tuple[float, float, bool | None, int | None]


def follow(shape: Shape, rows: list[Row]) -> tuple[Tally, PhaseMemory, list[Hold], list[Repetition]]:
    """The tally, the phases, and all that was handed out, after the last row but before the end of the source."""
    memory, tally = PhaseMemory(), Tally()
    holds: list[Hold] = []
    repetitions: list[Repetition] = []
    for time_s, value, doing, side in rows:
        memory, changes = advance(shape, time_s, value, memory, in_exercise=doing, side=side)
        tally, held, done = gather(tally, changes, time_s)
        holds += held
        repetitions += done
    return tally, memory, holds, repetitions


def rows_of(*points: tuple[float, float], side: int | None = RIGHT) -> list[Row]:
    time, value = smooth(*points)
    return [(t, v, True, side) for t, v in zip(time.tolist(), value.tolist(), strict=True)]


def test_a_hold_is_handed_out_once_with_its_dose_on_its_own_side() -> None:
    rows = rows_of(*LUNGE_10_S)
    other = [(t + 25.0, v, doing, LEFT) for t, v, doing, _ in rows]
    tally, _, holds, _ = follow(LUNGE, [*rows, *other, *[(t + 50.0, v, d, s) for t, v, d, s in rows]])
    assert [hold.side for hold in holds] == [RIGHT, LEFT, RIGHT]
    for hold in holds:
        # From half of the way in, 1 s before the key 4, to half of the way out, 1 s after the key 14.
        assert hold.end_s - hold.start_s == pytest.approx(12.0, abs=0.1)
        assert hold.seen_s == pytest.approx(hold.end_s - hold.start_s)
        assert hold.peak == pytest.approx(9.0, abs=0.1)
    right, left = tally.side(RIGHT), tally.side(LEFT)
    assert (right.holds, left.holds) == (2, 1)
    assert right.held_s == pytest.approx(holds[0].seen_s + holds[2].seen_s)
    assert right.longest_s == pytest.approx(max(holds[0].seen_s, holds[2].seen_s))
    assert left.held_s == pytest.approx(holds[1].seen_s)


def test_the_clock_of_a_hold_waits_while_nothing_is_seen() -> None:
    rows = [row for row in rows_of(*LUNGE_10_S) if not 6.0 <= row[0] < 9.0]
    during = [row for row in rows if row[0] <= 12.0]
    tally, memory, _, _ = follow(LUNGE, during)
    assert hold_s(tally, memory) == pytest.approx(12.0 - 3.0 - 3.0, abs=0.1)
    # Unseen once more, the clock stands.
    unseen, _ = advance(LUNGE, 14.0, math.nan, memory, in_exercise=None, side=RIGHT)
    assert hold_s(tally, unseen) == hold_s(tally, memory)
    assert dose_s(tally, RIGHT, memory) == hold_s(tally, memory)
    assert dose_s(tally, LEFT, memory) == 0.0
    tally, memory, holds, _ = follow(LUNGE, rows)
    assert len(holds) == 1
    assert holds[0].end_s - holds[0].start_s - holds[0].seen_s == pytest.approx(3.0, abs=0.1)
    assert rest_s(tally, memory, 19.0) == pytest.approx(19.0 - 15.0, abs=0.1)


def test_easing_back_a_little_is_one_hold_and_going_deeper_no_rest() -> None:
    eased = rows_of(
        (0.0, -5.0), (1.0, -5.0), (3.0, 20.0), (8.0, 20.0), (8.7, 14.0), (14.0, 14.0), (16.0, -5.0), (19.0, -5.0)
    )
    tally, _, holds, _ = follow(LUNGE, eased)
    assert len(holds) == 1
    assert holds[0].seen_s == pytest.approx(15.0 - 2.0, abs=0.3)
    assert holds[0].peak == pytest.approx(20.0, abs=0.1)
    assert tally.unrested_s == 0.0
    deeper = rows_of((0.0, -5.0), (1.0, -5.0), (3.0, 8.0), (8.0, 8.0), (11.0, 30.0), (15.0, 30.0))
    tally, memory, holds, _ = follow(LUNGE, deeper)
    assert len(holds) == 1
    assert tally.unrested_s == pytest.approx(holds[0].seen_s)
    assert math.isnan(rest_s(tally, memory, 15.0))


def test_repetitions_have_a_tempo_and_a_number() -> None:
    once = [(0.0, -50.0), (1.0, -50.0), (3.0, 0.0), (5.0, 0.0), (8.0, -50.0), (10.0, -50.0)]
    points = once + [(t + 10.0, v) for t, v in once[1:]]
    tally, _, holds, done = follow(BRIDGE, rows_of(*points, side=None))
    assert holds == []
    assert [one.number for one in done] == [1, 2]
    assert tally.side(None).repetitions == tally.repetitions == 2
    assert tally.last == done[-1]
    for one in done:
        assert one.up_s == pytest.approx(2.0 - 0.4, abs=0.3)
        assert one.top_hold_s == pytest.approx(2.0 + 0.4, abs=0.3)
        assert one.down_s == pytest.approx(3.0 - 0.5, abs=0.3)
        assert one.up_s + one.top_hold_s + one.down_s == pytest.approx(one.end_s - one.start_s)
        assert one.peak == pytest.approx(0.0, abs=0.1)
    # At the top of the third.
    tally, _, _, _ = follow(BRIDGE, rows_of(*points, (21.0, -50.0), (23.0, 0.0), (25.0, 0.0), side=None))
    assert tally.repetition_now == 3


def test_a_long_top_is_a_hold_and_a_repetition() -> None:
    points = [(0.0, -50.0), (1.0, -50.0), (3.0, 0.0), (15.0, 0.0), (17.0, -50.0), (19.0, -50.0)]
    _, _, holds, done = follow(BRIDGE, rows_of(*points, side=None))
    assert len(holds) == len(done) == 1
    assert holds[0].start_s == pytest.approx(done[0].top_s)
    assert holds[0].seen_s == pytest.approx(done[0].top_hold_s)


def test_what_is_under_way_at_the_end_of_the_source_is_handed_out() -> None:
    tally, memory, holds, _ = follow(LUNGE, [row for row in rows_of(*LUNGE_10_S) if row[0] < 10.0])
    assert holds == []
    memory, changes = finish(LUNGE, memory)
    tally, held, _ = gather(tally, changes, memory.seen_s)
    _, late = close(tally)
    assert len([*held, *late]) == 1
    assert [*held, *late][0].end_s == pytest.approx(10.0, abs=0.1)


def test_an_hour_is_kept_in_constant_memory() -> None:
    tally, memory = Tally(), PhaseMemory()
    sizes = []
    for minute in range(60):
        for i in range(600):
            time_s = 60.0 * minute + 0.1 * i
            value = 25.0 * np.cos(2.0 * np.pi * time_s / 4.0) - 25.0
            memory, changes = advance(BRIDGE, time_s, float(value), memory, in_exercise=True)
            tally, _, _ = gather(tally, changes, time_s)
        sizes.append(len(repr(tally)))
    assert max(sizes) < 2500
    assert tally.repetitions == pytest.approx(900, abs=2)


# Opening of the near hip in a real recording of bridges, in whole degrees, every second frame at 24000 / 1001 a second.
# Whoever counts the repetitions in the pictures finds five.
REAL_BRIDGES = """
    -48 -48 -49 -38 -25 -15 -7 -1 3 4 3 3 0 -8 -21 -30 -38 -43 -47 -50 -52 -52 -52 -52 -52 -51 -40 -26 -17 -12 -5 -1
    1 2 1 0 -6 -18 -29 -38 -44 -49 -53 -53 -53 -54 -54 -54 -54 -43 -28 -20 -14 -7 -3 1 3 3 2 0 -8 -21 -32 -40 -45
    -50 -52 -53 -53 -53 -53 -53 -47 -31 -22 -16 -10 -5 -1 2 2 2 1 -3 -13 -23 -32 -40 -45 -50 -52 -53 -53 -53 -53 -53
    -48 -33 -21 -13 -5 1 2 3 2 2 1 -8 -21 -30 -38 -44 -50 -54 -54 -54
"""


def test_five_repetitions_of_a_real_recording() -> None:
    # The first begins before the posture was held long enough to be recognised; the recording ends soon after the last.
    opening = [float(value) for value in REAL_BRIDGES.split()]
    rows: list[Row] = [(i * 2002 / 24000, v, True if i >= 6 else None, None) for i, v in enumerate(opening)]
    memory, tally = PhaseMemory(), Tally()
    for time_s, value, doing, side in rows:
        memory, changes = advance(BRIDGE, time_s, value, memory, in_exercise=doing, side=side)
        tally, _, _ = gather(tally, changes, time_s)
    _, changes = finish(BRIDGE, memory)
    tally, _, _ = gather(tally, changes, memory.seen_s)
    assert tally.repetitions == 5
    assert tally.last is not None
    # Seen in the pictures: up from 7.9 s, at the top from 8.5 to 8.9 s, down at 9.4 s.
    assert tally.last.start_s == pytest.approx(7.9, abs=0.2)
    assert tally.last.end_s == pytest.approx(9.4, abs=0.2)
