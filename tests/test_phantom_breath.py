"""The phantom breathes as its script says: how often, how deep, with which pauses, and where in the picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.phantom.breath import PARTS, Breather, Breathing
from calibration.phantom.flesh import place
from calibration.phantom.kinematics import Figure
from calibration.phantom.script_file import FOLDER
from calibration.phantom.scripts import SCRIPTS, Performance, Studio
from calibration.phantom.solids import solids
from calibration.phantom.truth import BREATH_COLUMNS, COLUMNS
from poses.problem import Problem
from psoas_coach.phantom import find_script

WHOLE = replace(SCRIPTS["belly-breathing"], breathing=Breathing(20.0, 10.0, 2.0, 1.0, 2.5, 0.5))


def test_a_breath_has_the_parts_and_lengths_of_its_script() -> None:
    how = Breathing(20.0, 10.0, 2.0, 3.5, 4.0, 0.5)
    breather = Breather(how, seed=3, until_s=60.0)
    times = np.arange(0.0, 60.0, 0.01)
    drawn = [breather.at(time_s) for time_s in times.tolist()]
    share = {part: sum(one.part == part for one in drawn) / len(drawn) for part in PARTS}
    assert share == pytest.approx({"in": 0.2, "full": 0.35, "out": 0.4, "empty": 0.05}, abs=0.04)
    assert {one.belly_mm for one in drawn if one.part == "full"} == {20.0}
    assert {one.chest_mm for one in drawn if one.part == "empty"} == {0.0}
    assert breather.breaths(0.0, 60.0) == pytest.approx(6.0)
    assert how.rate_per_min == 6.0


def test_breaths_vary_and_the_same_seed_breathes_the_same() -> None:
    how = Breathing(10.0, 4.0, varies=0.1)
    times = np.arange(0.0, 60.0, 0.1).tolist()
    one, again, other = ([Breather(how, seed, 60.0).at(time_s).belly_mm for time_s in times] for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert 10.5 < max(one) < 14.0


def test_a_breath_that_stops_is_breathed_out_first() -> None:
    breather = Breather(Breathing(10.0, 4.0, stops_s=20.0), seed=1, until_s=60.0)
    before, after = breather.at(19.99).belly_mm, breather.at(20.01).belly_mm
    assert after == pytest.approx(before, abs=0.2)
    assert {breather.at(time_s).belly_mm for time_s in np.arange(22.6, 60.0, 0.5).tolist()} == {0.0}
    assert breather.breaths(25.0, 60.0) == 0.0


def front_m(figure: Figure, segment: str) -> float:
    """Height of the highest point of a segment's flesh."""
    tops = []
    for solid, one in zip(solids(figure.body), place(figure), strict=True):
        if solid.segment == segment:
            up = float(np.linalg.norm(one.shape.T @ np.array([0.0, 1.0, 0.0])))
            tops += [float(end[1]) + radius * up for end, radius in zip(one.ends, one.radii, strict=True)]
    return max(tops)


def test_belly_and_chest_rise_and_the_back_stays_on_the_floor() -> None:
    performance = Performance(WHOLE, seed=0)
    times = np.arange(0.0, 12.0, 0.05).tolist()
    level = [performance.drawn(time_s) for time_s in times]
    heights = [one.belly_mm for one in level if one is not None]
    empty, full = (performance.placed(times[int(pick(heights))]) for pick in (np.argmin, np.argmax))
    assert 1000.0 * (front_m(full, "lumbar_mid") - front_m(empty, "lumbar_mid")) == pytest.approx(20.0, abs=0.5)
    rose = 1000.0 * (front_m(full, "thorax") - front_m(empty, "thorax"))
    assert 10.0 < rose < 18.0, "the lowest ribs go with the belly too"
    rose = full.joint("wrist", 0)[1] - empty.joint("wrist", 0)[1]
    assert 1000.0 * rose == pytest.approx(20.0, abs=1.0), "hands ride on the belly"
    for joint in ("shoulder", "hip", "knee", "ankle"):
        assert full.joint(joint, 1) == pytest.approx(empty.joint(joint, 1))
    lowest = [min(float(one.ends[:, 1].min()) - max(one.radii) for one in place(figure)) for figure in (empty, full)]
    assert lowest[0] == pytest.approx(lowest[1], abs=1e-6)


def test_other_scripts_keep_the_quiet_breath_of_before() -> None:
    studio = Studio(SCRIPTS["bridge"], size=(160, 120))
    assert studio.performance.drawn(3.0) is None
    assert abs(studio.performance.placed(3.0).breath) > 0.1
    assert tuple(studio.row(30)) == COLUMNS


def test_the_truth_of_a_clip_has_its_breath() -> None:
    studio = Studio(SCRIPTS["belly-breathing"], seed=4, fps=2.0, size=(160, 120))
    rows = [studio.row(index) for index in range(len(studio))]
    assert tuple(rows[0]) == (*COLUMNS, *BREATH_COLUMNS)
    assert 6.0 < max(row["belly_mm"] for row in rows) < 11.0
    assert rows[-1]["breath"] - rows[0]["breath"] == pytest.approx(12, abs=1)
    still = Studio(SCRIPTS["breath-none"], seed=4, fps=2.0, size=(160, 120))
    assert {still.row(index)["belly_mm"] for index in range(len(still))} == {0.0}


def test_a_misspelt_breath_is_a_fault(tmp_path: Path) -> None:
    script = (FOLDER / "breath-none.toml").read_text()
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(script.replace("belly_mm", "bely_mm").replace("in_s = 2.0", "in_s = -2.0"))
    with pytest.raises(Problem) as told:
        find_script(str(faulty))
    assert "breathing.bely_mm" in str(told.value)
    assert "breathing.in_s" in str(told.value)
