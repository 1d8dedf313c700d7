"""The ring of a sign: it fills, it is there only while a sign is given, and it hides nothing that matters."""

from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses.messages import LANGUAGES, Language, Messages
from poses.records import Frame, Step
from psoas_coach.session import Session
from vision.palette import CAUTION, SKY
from vision.stage import Part, Stage
from vision.stage_drawing import draw, layout
from vision.stage_picture import KEPT_CLEAR, shown_points
from vision.stage_sign import draw_sign

SIZES = [(1280, 720), (1920, 1080), (720, 1280), (320, 240)]


def stage(part: Part = "exercise", **more: object) -> Stage:
    step: Step = Session(()).step(0, sf.pose(sf.GOOD_LUNGE))
    frame = Frame(0, 0.0, np.full((720, 1280, 3), 120, np.uint8))
    return replace(Stage(part, frame, step, sign="raised_hand", sign_share=0.5), **more)  # type: ignore[arg-type]


def painted(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == np.array(colour)).all(axis=-1).sum())


@pytest.mark.parametrize("wh", SIZES)
@pytest.mark.parametrize("part", ["exercise", "paused", "breathing", "rest"])
def test_the_ring_fills(wh: tuple[int, int], part: Part) -> None:
    filled = []
    for share in (0.2, 0.5, 0.8):
        shown = stage(part, sign_share=share)
        blank = np.zeros((wh[1], wh[0], 3), np.uint8)
        assert draw_sign(blank, shown, layout(shown, wh)) is not None
        filled.append(painted(blank, SKY))
    assert filled[0] < filled[1] < filled[2]
    assert filled[2] == pytest.approx(4 * filled[0], rel=0.25)


def test_pain_looks_otherwise() -> None:
    blank = np.zeros((720, 1280, 3), np.uint8)
    crossed = stage(sign="arms_crossed")
    draw_sign(blank, crossed, layout(crossed, (1280, 720)))
    assert (painted(blank, CAUTION) > 500, painted(blank, SKY)) == (True, 0)


def test_without_a_sign_nothing_is_drawn() -> None:
    for shown in (stage(sign=""), stage(sign_share=float("nan"))):
        blank = np.zeros((720, 1280, 3), np.uint8)
        assert draw_sign(blank, shown, layout(shown, (1280, 720))) is None
        assert not blank.any()


@pytest.mark.parametrize("wh", SIZES)
def test_it_hides_nothing_of_head_shoulders_and_hips(wh: tuple[int, int]) -> None:
    shown = stage()
    at = layout(shown, wh)
    box = draw_sign(np.zeros((wh[1], wh[0], 3), np.uint8), shown, at)
    assert box is not None
    assert shown.step is not None
    points = shown_points(shown.step, (at.picture.w, at.picture.h))[list(KEPT_CLEAR)] + (at.picture.x, at.picture.y)
    inside = (points >= (box.x, box.y)).all(axis=1) & (points < (box.right, box.bottom)).all(axis=1)
    assert not inside.any()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_is_drawn_in_both_languages(language: Language) -> None:
    texts = Messages(language)
    for what in ("pause", "resume", "pain"):
        asked = stage(cue=texts("live", "signs", what))
        assert (draw(asked, (1280, 720)) != draw(replace(asked, cue=""), (1280, 720))).any()
        assert len(asked.cue.split()) <= 8, "read and heard within the time a sign takes"
