"""Somebody else in the picture is noticed, and until the person is alone again nothing is judged."""

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import stick_figure as sf
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.variety import variant
from poses.company import CLEAR_LOOKS, EVERY_S, CompanyMemory, follow, is_due
from poses.exercise_file import built_in
from poses.records import Frame, Pose, Verdict
from poses.second_look import EVERY_S as SECOND_LOOK_EVERY_S
from psoas_coach import poses_file
from psoas_coach.session import Session
from vision.estimator import Estimator
from vision.others import is_somebody_else, without_person
from vision.sources import open_source

LUNGE = sf.pose(sf.GOOD_LUNGE)


def at(time_s: float, *, company: float = math.nan, moved_px: float = 0.0) -> Pose:
    pose = sf.pose(sf.GOOD_LUNGE, time_s)
    return replace(pose, company=company, image_px=pose.image_px + np.array([moved_px, 0.0], np.float32))


def test_looks_keep_to_a_clock_of_their_own_and_away_from_the_second_looks() -> None:
    taken = []
    for first in (0, 7, 23):
        last, looks, memory = -math.inf, [], CompanyMemory()
        for frame in range(first, 90):
            pose = at(frame / 30.0)
            if is_due(pose, last, memory):
                last = pose.time_s
                looks.append(frame)
            memory = follow(pose, memory)
        taken.append([frame for frame in looks if frame >= 30])
    assert taken[0] == taken[1] == taken[2] == [38, 53, 68, 83]
    assert EVERY_S == SECOND_LOOK_EVERY_S
    assert not is_due(sf.nobody(0.0), -math.inf, CompanyMemory())


def test_alone_again_after_two_looks_that_see_nobody_else() -> None:
    memory = CompanyMemory()
    awaited: list[int] = []
    for company in (0.0, math.nan, 1.0, math.nan, 0.0, math.nan, 0.0, math.nan):
        memory = follow(at(len(awaited) * 0.25, company=company), memory)
        awaited.append(memory.awaited)
    assert awaited == [0, 0, CLEAR_LOOKS, 2, 1, 1, 0, 0]


def test_a_trunk_that_jumps_may_be_somebody_elses() -> None:
    trunk_px = float(np.linalg.norm(LUNGE.image_px[11] - LUNGE.image_px[23]))
    memory = follow(at(0.0), CompanyMemory())
    far = at(1 / 30, moved_px=trunk_px)
    assert follow(far, memory).awaited == CLEAR_LOOKS
    assert is_due(far, 0.0, memory), "then it is looked at once"
    assert follow(at(1 / 30, moved_px=0.4 * trunk_px), memory).awaited == 0
    assert follow(at(1.0, moved_px=trunk_px), memory).awaited == 0, "a second is long enough to walk there"
    assert not follow(far, memory).others, "nobody was seen, only a jump"
    # In a recording without looks it is not waited for them for ever.
    memory = follow(far, memory)
    for tenth in range(1, 30):
        memory = follow(at(1 / 30 + tenth / 10, moved_px=trunk_px), memory)
    assert memory.awaited == 0


def test_time_in_which_nobody_was_found_is_no_time_alone() -> None:
    memory = follow(at(10.0, company=1.0), CompanyMemory())
    memory = follow(sf.nobody(11.0), memory)
    memory = follow(at(12.2, company=0.0), memory)
    assert (memory.awaited, memory.others) == (1, True)
    memory = follow(at(12.7, company=0.0), memory)
    assert (memory.awaited, memory.others) == (0, False)


def test_nothing_is_judged_in_company() -> None:
    session, steps = Session(built_in(), corrects=sf.uncorrected()), []
    for frame in range(240):
        seen = 1.0 if 60 <= frame < 120 and frame % 15 == 8 else 0.0 if frame % 15 == 8 else math.nan
        pose = sf.pose(sf.lunge(40.0), frame / 30.0)
        steps.append(session.step(frame, replace(pose, company=seen)))
    verdicts = [step.verdict for step in steps]
    assert Verdict.STOP in verdicts[:60]
    assert set(verdicts[68:120]) == {Verdict.UNKNOWN}
    assert all(step.assessment.problems == ("not_alone",) for step in steps[68:120])
    shown = steps[110].cue
    assert shown is not None
    assert shown.id == "one_person"
    assert verdicts[-1] is Verdict.STOP


def test_what_was_seen_is_kept_with_the_poses(tmp_path: Path) -> None:
    path, older = tmp_path / "poses.npz", tmp_path / "older.npz"
    recorder = poses_file.PosesRecorder()
    recorder.write(0, at(0.0, company=1.0))
    recorder.write(1, at(0.1))
    recorder.save(path, poses_file.Origin("clip.mp4", "video", "full"))
    assert [pose.company for _, pose in poses_file.load(path)] == pytest.approx([1.0, math.nan], nan_ok=True)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "company"}
    np.savez(older, **arrays)
    assert json.loads(str(arrays["meta"]))["format"] == poses_file.FORMAT
    assert all(math.isnan(pose.company) for _, pose in poses_file.load(older))


def picture(path: Path) -> NDArray[np.uint8]:
    with open_source(path) as source:
        return next(iter(source)).image


def test_one_person_is_alone(model_path: Path, real: Path) -> None:
    # Nearly all of it are photographs of one person; what is left of them when they are wiped out is nobody.
    said = {}
    for path in sorted((real / "images").glob("*.jpg")):
        with Estimator(model_path, still=True) as estimator:
            said[path.name] = estimator.estimate(Frame(0, 0.0, picture(path))).company
    assert len(said) > 15
    assert [name for name, company in said.items() if company == 1.0] == []


def test_two_people_in_one_picture_are_two(model_path: Path, real: Path) -> None:
    one = picture(real / "images" / "kneeling_hip_flexor_0.jpg")
    other = picture(real / "images" / "kneeling_hip_flexor_1.jpg")
    other = np.asarray(
        cv2.resize(other, (round(other.shape[1] * one.shape[0] / other.shape[0]), one.shape[0])), np.uint8
    )
    both = np.ascontiguousarray(np.concatenate([one, other], axis=1))
    with Estimator(model_path, still=True) as estimator:
        pose = estimator.estimate(Frame(0, 0.0, both))
    assert pose.company == 1.0


def test_a_second_person_behind_is_seen_and_a_far_one_is_left_alone(model_path: Path) -> None:
    studio = Studio(SCRIPTS["lunge-companion"], seed=3, fps=1.0, variant=variant(3))
    alone, together = studio.frame(4), studio.frame(9)
    with Estimator(model_path, still=True) as estimator:
        assert estimator.estimate(alone).company == 0.0
    with Estimator(model_path, still=True) as estimator:
        pose = estimator.estimate(together)
    assert pose.company == 1.0
    wiped = without_person(together.image, pose.image_px)
    far = replace(pose, image_px=(pose.image_px * 0.2).astype(np.float32))
    assert not is_somebody_else(far.image_px, wiped)


def test_the_rest_of_the_same_body_is_not_somebody_else() -> None:
    width, height = LUNGE.image_wh
    wiped = without_person(np.full((height, width, 3), 128, np.uint8), LUNGE.image_px)
    scale = wiped.image.shape[1] / width
    assert wiped.mask.any()
    assert not is_somebody_else(LUNGE.image_px * scale, wiped)
    assert not is_somebody_else(np.full((33, 2), np.nan), wiped)
    aside = LUNGE.image_px * scale + np.array([150.0, 0.0])
    assert is_somebody_else(aside, wiped)
    # A uniform picture is still uniform: no outline is left to be found.
    assert np.ptp(wiped.image) <= 1


def test_landmarks_far_outside_the_picture_do_no_harm() -> None:
    points = LUNGE.image_px * 1e6
    assert without_person(np.zeros((48, 64, 3), np.uint8), points).image.shape == (48, 64, 3)
