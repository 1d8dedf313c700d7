"""Each thing that is wrong with the view is named, and what is fine is not."""

import math
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from calibration.view import Look, brightness, check, look_at
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Messages
from psoas_coach.session import Session

GOOD = Look(0.0, True, True, 0.08, 180.0, 6.0, 120.0, 130.0)


def over(look: Look, rate_hz: float = 30.0, seconds: float = 3.0, roll_deg: float | None = 1.0) -> dict[str, str]:
    looks = [replace(look, time_s=n / rate_hz) for n in range(round(seconds * rate_hz))]
    return {one.id: one.problem for one in check(looks, roll_deg)}


def test_a_good_view_has_nothing_to_mend() -> None:
    assert set(over(GOOD).values()) == {""}
    assert set(over(GOOD)) == {"person", "alone", "framing", "distance", "yaw", "roll", "light", "rate"}


@pytest.mark.parametrize(
    ("look", "wrong"),
    [
        (replace(GOOD, alone=False), {"alone": "not_alone"}),
        (replace(GOOD, margin=-0.1), {"framing": "cut_off"}),
        (replace(GOOD, margin=0.01), {"framing": "near_edge"}),
        (replace(GOOD, trunk_px=90.0), {"distance": "too_small"}),
        (replace(GOOD, yaw_deg=19.0), {"yaw": "turn_side"}),
        (replace(GOOD, yaw_deg=math.nan), {"yaw": "unknown"}),
        (replace(GOOD, person_light=20.0, picture_light=30.0), {"light": "dark"}),
        (replace(GOOD, person_light=240.0, picture_light=240.0), {"light": "bright"}),
        (replace(GOOD, person_light=60.0, picture_light=180.0), {"light": "against_the_light"}),
        (replace(GOOD, person_light=math.nan), {"light": "unknown"}),
    ],
)
def test_each_problem_is_told_and_no_other(look: Look, wrong: dict[str, str]) -> None:
    found = over(look)
    assert {name: problem for name, problem in found.items() if problem} == wrong
    for language in LANGUAGES:
        for name, problem in wrong.items():
            if problem != "unknown":
                assert Messages(language)("view", f"{name}-{problem}", value="19")


def test_the_camera_and_its_rate() -> None:
    assert over(GOOD, rate_hz=12.0)["rate"] == "too_few"
    assert over(GOOD, rate_hz=20.0)["rate"] == ""
    assert over(GOOD, roll_deg=6.0)["roll"] == "leans"
    assert over(GOOD, roll_deg=None)["roll"] == "unknown"


def test_somebody_who_is_hardly_there_is_the_only_thing_to_say() -> None:
    looks = [replace(GOOD, time_s=n / 10, found=n % 2 == 0) for n in range(30)]
    (only,) = check(looks)
    assert (only.id, only.problem, only.value) == ("person", "none", 0.5)
    assert [one.problem for one in check([])] == ["none"]


def test_a_moment_is_looked_at_where_the_person_is() -> None:
    pose = sf.pose(sf.GOOD_LUNGE)
    step = Session(built_in(), corrects=sf.uncorrected(yaw_deg=-7.0)).step(0, pose)
    width, height = pose.image_wh
    image = np.full((height, width, 3), 200, np.uint8)
    left, top = pose.image_px.min(axis=0).astype(int)
    right, bottom = pose.image_px.max(axis=0).astype(int)
    image[top:bottom, left:right] = 30
    person, picture = brightness(image, pose)
    assert person < 60.0 < picture
    look = look_at(step, (person, picture))
    assert look.found
    assert look.alone
    assert look.yaw_deg == pytest.approx(7.0)
    assert look.trunk_px == pytest.approx(float(np.linalg.norm(pose.image_px[11] - pose.image_px[23])), rel=0.05)
    assert 0.0 < look.margin < 0.5
    nobody = sf.nobody(0.0)
    assert math.isnan(brightness(image, nobody)[0])
    assert not look_at(Session(built_in()).step(0, nobody)).found
