"""Exercise files are read strictly: each test breaks one thing and expects its message."""

from pathlib import Path

import pytest

from poses.exercise import Band
from poses.exercise_file import built_in, built_in_file, read
from poses.problem import Problem

LUNGE = built_in_file("low-lunge").read_text(encoding="utf-8")


def faults(text: str, folder: Path) -> str:
    file = folder / "my-lunge.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read(file)
    return str(caught.value)


def test_the_limits_are_those_of_the_specification() -> None:
    lunge = {rule.id: rule for exercise in built_in() if exercise.id == "low-lunge" for rule in exercise.rules}
    bridge = {rule.id: rule for exercise in built_in() if exercise.id == "bridge" for rule in exercise.rules}
    bands = {
        "hip-opening": (Band(0, 10), Band(max=15), Band(max=25)),
        "trunk-back-lean": (Band(-15, 5), Band(max=8), Band(max=15)),
        "thigh-depth": (Band(0, 35), Band(max=45), Band(max=60)),
        "back-knee": (Band(60, 100), Band(max=110), Band()),
        "front-knee": (Band(70, 100), Band(max=110), Band()),
        "front-shank": (Band(-5, 15), Band(max=20), Band()),
        "knee-past-toe": (Band(max=0), Band(max=0), Band()),
    }
    assert {name: (rule.target, rule.caution, rule.stop) for name, rule in lunge.items()} == bands
    assert lunge["trunk-back-lean"].stop_on_s == 1.0
    assert {name: (rule.target, rule.caution, rule.stop) for name, rule in bridge.items()} == {
        "hip-opening": (Band(-15, 5), Band(max=10), Band(max=15)),
        "knee-angle": (Band(80, 120), Band(60, 130), Band()),
        "shank": (Band(-15, 15), Band(-25, 25), Band()),
    }


def test_a_personal_copy_is_read_under_its_own_name(tmp_path: Path) -> None:
    file = tmp_path / "my-lunge.toml"
    file.write_text(LUNGE.replace("max = 25", "max = 22"), encoding="utf-8")
    exercise = read(file)
    assert exercise.id == "my-lunge"
    assert exercise.rules[0].stop == Band(max=22)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'id = "moving-leg"\ntarget = { max = -40',
            'id = "other-leg"\ntarget = { max = -40',
            "there is no rule other-leg",
        ),
        ("stop = { max = -20, ", "stop = { max = -35, ", "stop limits lie inside caution"),
        ("begins_within_s =", "begun_within_s =", "begun_within_s: unknown key"),
        ('"far-leg", "arm-and-leg"', '"far-leg", "arms"', "there is no text for arms"),
        ('leg = "lowered"\nlower_foot', 'leg = "left"\nlower_foot', "Input should be 'lowered' or 'raised'"),
        ('hands = "off_knee"', 'hands = "folded"', "Input should be 'on_knee', 'off_knee'"),
    ],
)
def test_levels_roles_and_what_is_unseen_are_read_strictly(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = built_in_file("dead-bug").read_text(encoding="utf-8")
    assert text.count(old) == 1
    assert message in faults(text.replace(old, new), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stop = { max = 25", "stopp = { max = 25", 'rule "hip-opening".stopp: unknown key'),
        (
            "caution = { max = 15,",
            'caution = { max = "15",',
            'rule "hip-opening".caution.max: Input should be a valid number',
        ),
        ("caution = { max = 15,", "caution = { max = 5,", "caution limits lie inside target"),
        ("stop = { max = 25,", "stop = { max = 12,", "stop limits lie inside caution"),
        (
            "caution = { max = 15,",
            "caution = { max = nan,",
            'rule "hip-opening".caution.max: Input should be a finite number',
        ),
        ("target = { min = 0, max = 10,", "target = { min = 30, max = 10,", "min 30 is larger than max 10"),
        ('measure = "hip_opening_deg"\nleg = "stretched"', 'measure = "hip"\nleg = "stretched"', "no such measure"),
        ('leg = "stretched"\ntarget', 'leg = "hind"\ntarget', "rule \"hip-opening\".leg: Input should be 'stretched'"),
        (
            'high = "too_far_caution", stop = "too_far_stop" }\n\n[[rules]] # L2',
            'stop = "too_far_stop" }\n\n[[rules]]',
            "cues.high is missing",
        ),
        ('high = "back_foot_lifted"', 'high = "back_fot"', "no such cue"),
        ('id = "front-knee"', 'id = "front-shank"', "two rules are called front-shank"),
        ('id = "front-knee"', 'id = "Front knee"', 'rule "Front knee".id'),
        (', source = "below the norm', ', Source = "below the norm', 'rule "hip-opening".target.source: is missing'),
        ("[posture]", "[postures]", "posture.margin_deg: is missing"),
        ("margin_deg", "marge_deg", "posture.marge_deg: unknown key"),
    ],
)
def test_each_fault_is_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert LUNGE.count(old) >= 1
    assert message in faults(LUNGE.replace(old, new, 1), tmp_path)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = LUNGE.replace("stop = { max = 25", "stopp = { max = 25").replace("[posture]", "[postures]")
    told = faults(text, tmp_path)
    assert "stopp" in told
    assert "postures" in told
    assert "Mend each" in told


@pytest.mark.parametrize("text", ["rules = [", "\x00"])
def test_what_is_not_toml(text: str, tmp_path: Path) -> None:
    assert "is not TOML" in faults(text, tmp_path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="There is no file"):
        read(tmp_path / "none.toml")


def test_every_number_has_a_source() -> None:
    # The schema asks for one beside each band and number; the built-in files are read by it, so this would fail there.
    for exercise in built_in():
        assert built_in_file(exercise.id).read_text(encoding="utf-8").count("source =") >= 2 * len(exercise.rules)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "low-lunge.toml"
    file.write_text(LUNGE, encoding="utf-8-sig")
    assert read(file).rules


@pytest.mark.parametrize("text", ["rules = [1]", 'rules = "all"', "rules = [{ id = 5 }]"])
def test_nonsense_where_a_table_should_be(text: str, tmp_path: Path) -> None:
    assert "my-lunge.toml: " in faults(text, tmp_path)
