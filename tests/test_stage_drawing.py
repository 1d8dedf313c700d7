"""The live window's picture: whole at every size, read from three metres, off the person, not told by colour alone."""

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from itertools import combinations
from typing import get_args

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import stick_figure as sf
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language, Messages
from poses.records import Frame, Pose, Step, Verdict
from psoas_coach.session import Session
from psoas_coach.wording import unseen_sentence
from vision import lettering, palette, stage_picture
from vision.cards import Box
from vision.stage import Part, Stage
from vision.stage_drawing import draw, layout

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SIZES = [(1280, 720), (1920, 1080), (720, 1280)]
OTHER_SIZES = [(640, 480), (320, 240), (480, 854), (2560, 1080), (161, 900)]
PARTS: tuple[Part, ...] = get_args(Part)
KEYS = (("Spatie", "pauze of verder"), ("P", "dat doet pijn: stop deze oefening"), ("Q", "sessie beëindigen"))
MUTED_SCENE = 40


def moment(*figures: sf.Figure) -> Step:
    """What the session makes of somebody who is in each posture for two seconds."""
    session = Session(built_in(), corrects=sf.uncorrected())
    times = [frame / 30 for frame in range(60 * len(figures))]
    poses = [sf.on_the_knee(sf.pose(figures[int(time_s / 2)], time_s)) for time_s in times]
    return [session.step(index, pose) for index, pose in enumerate(poses)][-1]


GOOD = moment(sf.lunge(8.0))
DEEP = moment(sf.lunge(5.0), sf.lunge(36.0))


def scene(w: int = 1280, h: int = 720, level: int = MUTED_SCENE) -> Frame:
    return Frame(0, 0.0, np.full((h, w, 3), level, np.uint8))


def full(part: Part, language: Language, verdict: Verdict = Verdict.CAUTION) -> Stage:
    """A stage with the most that can be said in it."""
    texts = Messages(language)
    return Stage(
        part,
        frame=scene(),
        step=GOOD,
        title=texts("exercises", "low-lunge"),
        side=texts("roles", "stretched", side=texts("sides", "right")),
        phase={"en": "come back", "nl": "terugkomen"}[language],
        cue=texts("cues", "back_arch"),
        verdict=verdict,
        hint=texts("cues", "breath_easier"),
        hold_share=0.6,
        hold_text="12 s",
        repetitions="10 / 12",
        breath_share=0.5,
        breath_text={"en": "breathe out", "nl": "adem uit"}[language],
        notice=texts("problems", "no_person"),
        lines=tuple(texts("problems", name) for name in ("not_whole", "too_small", "unclear", "legs")),
        progress=(2, 6),
    )


def names_in(table: str) -> list[str]:
    """All keys of a table of texts; they are the same in every language."""
    text = (files("poses") / "texts" / "en.toml").read_text(encoding="utf-8")
    return sorted(tomllib.loads(text)[table])


def amount(image: NDArray[np.uint8], colour: palette.Colour) -> int:
    return int((image == colour).all(axis=-1).sum())


def crop(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    return image[box.y : box.bottom, box.x : box.right]


@pytest.mark.parametrize("size", SIZES + OTHER_SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_drawn_within_the_window(size: tuple[int, int], language: Language) -> None:
    """Whatever is said, no letter comes near the window's edge, and every part differs from every other."""
    pictures = []
    for part in PARTS:
        picture = draw(full(part, language), size)
        assert picture.shape == (size[1], size[0], 3)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous
        edge = np.ones(picture.shape[:2], bool)
        margin = max(2, min(size) // 100)
        edge[margin:-margin, margin:-margin] = False
        assert amount(picture[edge], palette.PAPER) == 0, part
        pictures.append(picture)
    for one, other in combinations(pictures, 2):
        assert (one != other).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (64, 48), (160, 160), (170, 2000), (3000, 170)])
def test_no_size_is_a_reason_to_fail(size: tuple[int, int]) -> None:
    for part in PARTS:
        for stage in (full(part, "nl"), Stage(part), replace(full(part, "en"), keys=KEYS)):
            assert draw(stage, size).shape == (size[1], size[0], 3)


def test_drawing_is_pure() -> None:
    """The same stage gives the same new picture, from any thread; what it is given stays as it is."""
    stage = replace(
        full("exercise", "nl"), frame=Frame(0, 0.0, np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8))
    )
    assert stage.frame is not None
    kept, points = stage.frame.image.copy(), GOOD.pose.image_px.copy()
    first = draw(stage, (1280, 720))
    copy = first.copy()
    first[:] = 0
    with ThreadPoolExecutor(2) as pool:
        for other in pool.map(lambda _: draw(stage, (1280, 720)), range(4)):
            assert (other == copy).all()
    assert (stage.frame.image == kept).all()
    assert (GOOD.pose.image_px == points).all()


def fitted(monkeypatch: pytest.MonkeyPatch, stage: Stage, size: tuple[int, int]) -> dict[str, lettering.Block]:
    """Each text that was fitted while drawing, and how."""
    found: dict[str, lettering.Block] = {}
    real = lettering.fit

    def watched(text: str, *rest: object) -> lettering.Block:
        found[text] = real(text, *rest)
        return found[text]

    with monkeypatch.context() as patch:
        patch.setattr(lettering, "fit", watched)
        draw(stage, size)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_whole_and_every_cue_large(
    monkeypatch: pytest.MonkeyPatch, language: Language, size: tuple[int, int]
) -> None:
    """Every cue that the program has, with a hint below it: nothing shortened, capitals of 1/18 of 720 or 1080."""
    texts = Messages(language)
    stage = replace(full("exercise", language), notice="")
    for table, least in (("cues", 1 / 18), ("problems", 1 / 30)):
        for name in names_in(table):
            cue = texts(table, name)
            block = fitted(monkeypatch, replace(stage, cue=cue), size)[cue]
            assert " ".join(block.lines) == cue
            assert round(block.size * lettering.CAP, 1) >= min(size) * least, (name, block)
    for text, block in fitted(monkeypatch, stage, size).items():
        assert " ".join(block.lines) == text


@pytest.mark.parametrize("size", SIZES + OTHER_SIZES)
@pytest.mark.parametrize("wh", [(1280, 720), (640, 480), (720, 1280)])
def test_nothing_said_lies_over_the_person(size: tuple[int, int], wh: tuple[int, int]) -> None:
    """The band of the cue, ring and words keep off the picture, and with it off head and hips; to the pixel."""
    scaled = (GOOD.pose.image_px * min(wh[0] / 1280, wh[1] / 720)).astype(np.float32)
    step = replace(GOOD, pose=replace(GOOD.pose, image_px=scaled, image_wh=wh))
    stage = replace(full("exercise", "nl"), frame=scene(*wh), step=step, notice="")
    at = layout(stage, size)
    assert at.picture.w * at.picture.h > 0.09 * size[0] * size[1]
    assert at.picture.w / at.picture.h == pytest.approx(wh[0] / wh[1], rel=0.03), "the picture keeps its shape"
    assert at.band.overlap(at.picture) == at.rail.overlap(at.picture) == at.band.overlap(at.rail) == 0
    for box in (at.picture, at.band, at.rail):
        assert min(box.x, box.y, size[0] - box.right, size[1] - box.bottom) >= 0
    points = stage_picture.shown_points(step, (at.picture.w, at.picture.h))[list(stage_picture.KEPT_CLEAR)]
    assert (points >= 0).all()
    silent = replace(
        stage, cue="", hint="", title="", side="", phase="", hold_share=math.nan, hold_text="", breath_share=math.nan
    )
    # Its round corners show the frame behind it.
    inset = math.ceil(14 * at.unit)
    inner = Box(at.picture.x, at.picture.y + inset, at.picture.w, at.picture.h - 2 * inset)
    assert (crop(draw(silent, size), inner) == crop(draw(stage, size), inner)).all()


def test_a_notice_keeps_off_the_head() -> None:
    """It hangs from the upper edge, but where the head is there, it stands on the lower one."""
    places = {}
    for name, rise in (("low", 0.0), ("high", 110.0)):
        pose = replace(GOOD.pose, image_px=(GOOD.pose.image_px - np.array([0.0, rise])).astype(np.float32))
        stage = replace(full("exercise", "en"), step=replace(GOOD, pose=pose))
        at = layout(stage, (1280, 720))
        box = stage_picture.draw_notice(np.zeros((720, 1280, 3), np.uint8), stage, at)
        assert box is not None
        places[name] = box
    assert places["low"].y < at.picture.y + at.picture.h / 4
    assert places["high"].bottom > at.picture.bottom - at.picture.h / 4
    assert stage_picture.draw_notice(np.zeros((720, 1280, 3), np.uint8), replace(stage, notice=""), at) is None


def test_only_the_picture_is_mirrored() -> None:
    """The scene's left half is at the right, the body goes along to the pixel, and no letter changes."""
    frame = scene()
    frame.image[:, :640] = 120
    stage = replace(full("exercise", "nl"), frame=frame, notice="")
    picture = draw(stage, (1280, 720))
    at = layout(stage, (1280, 720))
    seen = crop(picture, at.picture)
    assert (seen[30, 30] == MUTED_SCENE).all()
    assert (seen[30, -30] == 120).all()
    for index in (25, 26, 27):
        x, y = GOOD.pose.image_px[index] * (at.picture.w / 1280)
        assert (seen[round(float(y)), at.picture.w - 1 - round(float(x))] == palette.PAPER).all(), index

    other = draw(replace(stage, frame=Frame(0, 0.0, np.ascontiguousarray(frame.image[:, ::-1]))), (1280, 720))
    other[at.picture.y : at.picture.bottom, at.picture.x : at.picture.right] = seen
    assert (other == picture).all()


def block_of(verdict: Verdict) -> NDArray[np.float64]:
    """The left end of the band in grey, its contrast stretched: what is left of it without colour."""
    stage = replace(full("exercise", "en", verdict), hint="")
    band = layout(stage, (1280, 720)).band
    grey = cv2.cvtColor(crop(draw(stage, (1280, 720)), band), cv2.COLOR_RGB2GRAY)[:, :130].astype(float)
    return np.asarray((grey - grey.mean()) / grey.std())


def test_verdicts_differ_without_colour() -> None:
    """The bands of two verdicts differ in grey by shapes, the frames of caution and stop have textures of their own."""
    blocks = {verdict: block_of(verdict) for verdict in Verdict}
    for one, other in combinations(Verdict, 2):
        assert (np.abs(blocks[one] - blocks[other]) > 1).mean() > 0.03, (one, other)
    frames = {}
    for verdict in (Verdict.OK, Verdict.CAUTION, Verdict.STOP):
        stage = full("exercise", "en", verdict)
        at = layout(stage, (1280, 720)).picture
        grey = cv2.cvtColor(draw(stage, (1280, 720)), cv2.COLOR_RGB2GRAY).astype(float)
        frames[verdict] = grey[at.y - 10 : at.y - 2, at.x : at.right]
    assert frames[Verdict.OK].std() < 1
    assert frames[Verdict.CAUTION].std() > 20 < frames[Verdict.STOP].std()
    # Stripes lean, squares do not: one row lower they are the same a pixel to the side.
    for verdict, leans in ((Verdict.CAUTION, True), (Verdict.STOP, False)):
        first, second = frames[verdict][2], frames[verdict][3]
        assert (np.abs(first[1:] - second[:-1]).max() < 1) == leans


def test_the_body_is_judged_only_in_the_exercise() -> None:
    """A stop is on the body only while it is judged, and what is unknown earns no praise."""
    stage = Stage("exercise", frame=scene(), step=DEEP)
    assert DEEP.verdict is Verdict.STOP
    assert amount(draw(stage, (1280, 720)), palette.STOP) > 100
    for part in PARTS:
        if part != "exercise":
            picture = draw(replace(stage, part=part), (1280, 720))
            assert amount(picture, palette.STOP) == amount(picture, palette.OK) == 0, part
    assert amount(draw(replace(stage, step=GOOD), (1280, 720)), palette.OK) > 100
    blind = replace(GOOD, assessment=replace(GOOD.assessment, problems=("turn_side",)))
    assert amount(draw(replace(stage, step=blind), (1280, 720)), palette.OK) == 0


def test_the_ring_fills_and_then_asks_to_come_back() -> None:
    """Its colour covers as much of the ring as of the hold is done; done, it is closed and an arrow stands in it."""
    rail = layout(Stage("exercise"), (1280, 720)).rail
    shares = (0.0, 0.25, 0.5, 0.75, 0.99, 1.0, 3.0)
    rings = {
        share: crop(draw(Stage("exercise", hold_text="20 s", hold_share=share), (1280, 720)), rail) for share in shares
    }
    filled = {share: amount(ring, palette.SKY) for share, ring in rings.items()}
    whole = filled[0.99] / 0.99
    for share in shares[:5]:
        assert filled[share] == pytest.approx(whole * share, abs=0.03 * whole), share
    assert filled[0.0] == filled[1.0] == 0
    assert amount(rings[1.0], palette.OK) == pytest.approx(whole, rel=0.05)
    assert (rings[1.0] == rings[3.0]).all(), "nothing rewards going on"
    done, almost = (cv2.cvtColor(rings[share], cv2.COLOR_RGB2GRAY).astype(int) for share in (1.0, 0.99))
    assert (np.abs(done - almost) > 100).sum() > 500, "told by colour alone"


def test_the_breath_grows_and_shrinks() -> None:
    """The pacer's disc follows the share, alone and inside the ring; its text stays where it is."""
    for part, least in (("breathing", 3.0), ("exercise", 2.5)):
        stage = Stage(part, breath_text="Adem in")  # type: ignore[arg-type]
        areas = []
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            picture = draw(replace(stage, breath_share=share), (1280, 720)).astype(int)
            areas.append(int((picture[..., 2] - picture[..., 0] > 60).sum()))
        assert areas == sorted(areas)
        assert areas[-1] > least * areas[0]


def test_the_plan_the_countdown_and_the_keys_are_seen() -> None:
    plain = draw(Stage("countdown"), (1280, 720))
    assert amount(draw(Stage("countdown", countdown=3), (1280, 720)), palette.PAPER) > 1500
    assert amount(plain, palette.PAPER) == 0
    dots = [amount(draw(Stage("rest", progress=(done, 5)), (1280, 720)), palette.PAPER) for done in range(6)]
    assert dots == sorted(set(dots))
    helped = draw(Stage("exercise", keys=KEYS), (1280, 720))
    assert amount(helped, palette.SKY) > 3000


def test_letters_stand_out() -> None:
    """Every pair of letters and ground has a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3), the breath's disc included."""

    def light(colour: palette.Colour) -> float:
        parts = [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    pairs = [(palette.PAPER, ground) for ground in (palette.INK, palette.RAISED, palette.STOP_GROUND, palette.BLUE)]
    pairs += [
        (palette.MUTED, palette.INK),
        (palette.MUTED, palette.RAISED),
        (palette.INK, palette.SKY),
        (palette.INK, palette.PAPER),
    ]
    for letters, ground in pairs:
        bright, dark = sorted((light(letters), light(ground)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, (letters, ground)


def test_nobody_and_no_camera_are_no_reason_to_fail() -> None:
    nobody: Pose = sf.nobody(0.0)
    for part in PARTS:
        with_nobody = replace(full(part, "en"), step=replace(GOOD, pose=nobody))
        assert draw(with_nobody, (640, 480)).any()
        assert draw(replace(with_nobody, step=None), (640, 480)).any()
        assert draw(replace(with_nobody, frame=None), (640, 480)).any()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dead-bug", "standing-core"])
def test_a_long_hint_gets_more_lines_and_not_tiny_letters(
    monkeypatch: pytest.MonkeyPatch, language: Language, name: str
) -> None:
    written: list[lettering.Block] = []
    real = lettering.write_block

    def write_block(image: NDArray[np.uint8], block: lettering.Block, *rest: object, **how: object) -> float:
        written.append(block)
        return real(image, block, *rest, **how)  # type: ignore[arg-type] # as they were given

    monkeypatch.setattr(lettering, "write_block", write_block)
    texts = Messages(language)
    exercise = next(one for one in built_in() if one.id == name)
    hint = unseen_sentence(texts, name, exercise.unseen)
    draw(Stage("set-up", title=name, cue=texts("live", "view_good"), hint=hint), (1280, 720))
    (block,) = [one for one in written if " ".join(one.lines) == hint]
    assert block.size >= 20
