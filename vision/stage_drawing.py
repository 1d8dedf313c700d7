"""The live window's picture: everything a ``Stage`` says, at the size the window has.

Which question this module answers: what is drawn in which order, and what need not be drawn again. It decides nothing,
keeps no state and changes nothing it is given; the same stage always gives the same picture.
"""

from dataclasses import replace
from functools import lru_cache

from vision import stage_band, stage_picture, stage_rail, stage_scenes, stage_sign
from vision.cards import blank
from vision.palette import Image
from vision.stage import Stage
from vision.stage_layout import Places, places


def draw(stage: Stage, size_wh: tuple[int, int]) -> Image:
    """Draws one moment of a live session.

    Args:
        stage: What is to be seen.
        size_wh: Width and height of the picture to make, in pixels.

    Returns:
        A new picture, RGB ``uint8 (H, W, 3)``, C-contiguous.
    """
    at = layout(stage, size_wh)
    out: Image = _still(_lasting(stage), at).copy()
    if stage.part == "breathing":
        stage_scenes.draw_pacer(out, stage, at)
    elif stage.part != "ended":
        stage_picture.draw(out, stage, at)
    stage_rail.draw_ring(out, stage, at)
    stage_picture.draw_notice(out, stage, at)
    stage_sign.draw_sign(out, stage, at)
    stage_scenes.draw_keys(out, stage, at)
    return out


def layout(stage: Stage, size_wh: tuple[int, int]) -> Places:
    """Where everything stands."""
    pictureless = stage.part in ("breathing", "ended")
    picture_wh = (1, 1) if pictureless and size_wh[0] < size_wh[1] else (16, 9)
    if stage.frame is not None and not pictureless:
        h, w = stage.frame.image.shape[:2]
        picture_wh = (w, h)
    return places(size_wh, picture_wh)


def _lasting(stage: Stage) -> Stage:
    """What of a stage stays the same for seconds: most of its words."""
    return replace(
        stage,
        frame=None,
        step=None,
        hold_share=0.0,
        hold_text="",
        countdown=0,
        breath_share=0.0,
        breath_text="",
        sign_share=0.0,
        notice="",
        keys=(),
    )


@lru_cache(maxsize=4)
def _still(stage: Stage, at: Places) -> Image:
    """The ground with everything on it that does not move; nobody can change it, since threads share it."""
    out = blank(*at.wh)
    stage_picture.draw_still(out, stage, at)
    stage_rail.draw_still(out, stage, at)
    stage_band.draw(out, stage, at)
    if stage.part == "ended":
        stage_scenes.draw_summary(out, stage, at)
    out.flags.writeable = False
    return out
