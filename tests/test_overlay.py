"""What the user sees: legible at every size, honest about what is unknown, and never told by colour alone."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poses.exercise import Band, Exercise, Rule
from poses.records import Assessment, Cue, Measures, Pose, Reading, Step, Verdict
from vision import angles, bars, lettering, palette
from vision.cards import Box
from vision.overlay import OverlayWords, draw

SIZES = [(320, 240), (640, 480), (850, 567), (1280, 720), (3840, 2160), (240, 320), (720, 1280)]
LONGEST = "Kantel je staartbeen, maak je onderrug lang."
PROBLEM = "Een deel van je valt buiten beeld. Stap achteruit, zodat ik alles zie."
WORDS = OverlayWords(
    exercise="Lage lunge",
    side="gerekt been: rechts",
    rules={"hip": "Voorkant van de gerekte heup", "trunk": "Achterover leunen", "knee": "Knie voorbij de tenen"},
    verdicts={
        Verdict.OK: "goed",
        Verdict.CAUTION: "voorzichtig",
        Verdict.STOP: "stop",
        Verdict.UNKNOWN: "niet beoordeeld",
    },
)

# A low lunge seen from the side, facing right, in shares of the picture's shorter side from its middle; the left leg is
# behind. Only what the drawing needs; the other landmarks are not seen.
BODY = {
    0: (0.02, -0.36),
    11: (-0.03, -0.25),
    12: (0.0, -0.25),
    23: (-0.04, 0.05),
    24: (0.0, 0.05),
    25: (-0.16, 0.3),
    26: (0.2, 0.08),
    27: (-0.36, 0.33),
    28: (0.18, 0.33),
    31: (-0.4, 0.38),
    32: (0.27, 0.36),
}


def rule(name: str, measure: str, target: Band, caution: Band, stop: Band) -> Rule:
    return Rule(
        id=name,
        measure=measure,
        leg="stretched",
        target=target,
        caution=caution,
        stop=stop,
        caution_on_s=0.8,
        stop_on_s=0.3,
        when=(),
        cue_low="",
        cue_high="",
        cue_stop="",
    )


RULES = (
    rule("hip", "hip_opening_deg", Band(0, 10), Band(max=15), Band(max=25)),
    rule("trunk", "trunk_inclination_deg", Band(-15, 5), Band(max=8), Band(max=15)),
    rule("knee", "knee_past_toe", Band(max=0), Band(max=0), Band()),
)
LUNGE = Exercise(id="low-lunge", posture=(), posture_margin_deg=5.0, rules=RULES)


def step(w: int, h: int, *verdicts: Verdict, cue: Verdict | None = None, seen: bool = True) -> Step:
    """One moment of the lunge in a picture of ``w`` times ``h``, with a verdict for each rule."""
    points = np.full((33, 2), np.nan, np.float32)
    for index, (x, y) in BODY.items() if seen else ():
        points[index] = round(w / 2 + x * min(w, h)), round(h / 2 + y * min(w, h))
    values = {
        Verdict.OK: (6.0, 0.0, -0.1),
        Verdict.CAUTION: (18.0, 10.0, 0.1),
        Verdict.STOP: (31.0, 22.0, 0.2),
        Verdict.UNKNOWN: (math.nan, math.nan, math.nan),
    }
    readings = tuple(
        Reading(made.id, made.measure, 0, values[verdict][index], 0.03 if index == 2 else 3.0, verdict, math.nan, 0.0)
        for index, (made, verdict) in enumerate(zip(RULES, verdicts, strict=False))
    )
    nothing = np.full((2, 8), np.nan)
    measures = Measures(nothing, nothing, 1, 0)
    return Step(
        index=0,
        pose=Pose(0.0, points, np.full((33, 3), np.nan, np.float32), np.ones(33, np.float32), (w, h)),
        raw=measures,
        measures=measures,
        assessment=Assessment(0.0, "low-lunge", 0, 0, (), readings),
        cue=None if cue is None else Cue("any", cue, 0.0),
        spoken=False,
        findings=(),
    )


def scene(w: int, h: int, level: int = 128) -> np.ndarray:
    """A picture without contrast, so that whatever differs from it was drawn."""
    return np.full((h, w, 3), level, np.uint8)


def amount(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels have just this colour."""
    return int((image == colour).all(axis=-1).sum())


def test_drawing_is_pure() -> None:
    """The same step always gives the same new picture, and the frame is left alone, from any thread."""
    frame = np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8)
    kept = frame.copy()
    moment = step(640, 360, Verdict.STOP, Verdict.OK, Verdict.CAUTION, cue=Verdict.STOP)
    words = replace(WORDS, cue=LONGEST)
    first = draw(frame, moment, LUNGE, words)
    with ThreadPoolExecutor(2) as pool:
        others = list(pool.map(lambda _: draw(frame, moment, LUNGE, words), range(4)))
    assert all((other == first).all() for other in others)
    assert (frame == kept).all()
    assert first.dtype == np.uint8
    assert first.shape == frame.shape
    assert first.flags.c_contiguous
    assert not np.shares_memory(first, frame)


def test_it_is_drawn_where_the_picture_shows_the_body() -> None:
    """Where a lens was undone, angles are measured elsewhere than they are seen."""
    seen = step(640, 360, Verdict.STOP, Verdict.OK, Verdict.CAUTION)
    straight = replace(seen.pose, image_px=1.1 * seen.pose.image_px - 25, picture_px=seen.pose.image_px)
    one, other = (draw(scene(640, 360), made, LUNGE, WORDS) for made in (seen, replace(seen, pose=straight)))
    assert (one == other).all()


@pytest.mark.parametrize(("w", "h"), SIZES)
def test_nothing_is_cut_off_at_any_size(w: int, h: int) -> None:
    """With the longest texts everything written keeps clear of the picture's edge, and the person stays visible."""
    moment = step(w, h, Verdict.STOP, Verdict.CAUTION, Verdict.UNKNOWN, cue=Verdict.STOP)
    drawn = draw(scene(w, h), moment, LUNGE, replace(WORDS, cue=LONGEST, problem=PROBLEM)) != 128
    assert not drawn[:2].any()
    assert not drawn[-2:].any()
    assert not drawn[:, :2].any()
    assert not drawn[:, -2:].any()
    assert drawn.any(axis=-1).mean() < 0.7, "the person can hardly be seen any more"


@settings(max_examples=40, deadline=None)
@given(
    st.text("abcdefghijklmnopqrstuvwxyzéëï°,. ", min_size=1, max_size=120).filter(str.strip),
    st.integers(60, 900),
    st.integers(20, 260),
    st.integers(9, 120),
)
def test_text_is_fitted_never_clipped(text: str, wide: int, high: int, largest: int) -> None:
    """Whatever the text, the block of lines fits its space, and no word is lost while it can still be written."""
    block = lettering.fit(text, (wide, high), largest, 3)
    assert block.wide <= wide
    assert block.high <= high
    assert block.size <= max(largest, lettering.SMALLEST)
    assert " ".join(block.lines) == " ".join(text.split()) or block.size == lettering.SMALLEST


def test_a_cue_can_be_read_from_across_the_room() -> None:
    """On a wide picture the capitals of the longest cue are about a fourteenth of its height."""
    for w, h in ((1280, 720), (1920, 1080), (640, 480)):
        moment = step(w, h, cue=Verdict.CAUTION, seen=False)
        silent = draw(scene(w, h), moment, LUNGE, WORDS)
        spoken = draw(scene(w, h), moment, LUNGE, replace(WORDS, cue=LONGEST))
        new = (silent != spoken).any(axis=-1)
        letters = new & (spoken == palette.PAPER).all(axis=-1)
        # The K is the first letter of the first line: its upright is the first column with much of the paper's colour.
        # Two rows are not of just this colour, since edges are smoothed.
        column = int(np.argmax(letters.sum(axis=0) > h / 20))
        rows = np.flatnonzero(letters[:, column + 2])
        first_line = rows[: np.argmax(np.diff(rows, append=10**6) > 1) + 1]
        assert len(first_line) >= h / 14.5 - 2, f"{len(first_line)} of {h}"


def test_no_person_is_no_reason_to_fail() -> None:
    """With every landmark missing only the cards are drawn, and a mirror then changes nothing but the scene."""
    words = replace(WORDS, problem=PROBLEM)
    moment = step(640, 480, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN, seen=False)
    plain = draw(scene(640, 480), moment, None, words)
    assert (plain != 128).any()
    # Text that came out mirrored would differ.
    assert (draw(scene(640, 480), moment, None, words, mirrored=True) == plain).all()


def test_a_mirror_takes_the_joints_along() -> None:
    """Landmark x goes to W - 1 - x, where the flipped picture shows that joint."""
    w, h = 1280, 720
    frame = scene(w, h)
    frame[:, : w // 2] = 60
    moment = step(w, h)
    mirrored = draw(frame, moment, None, OverlayWords(""), mirrored=True)
    assert (mirrored[h - 1, 0] == 128).all()
    assert (mirrored[h - 1, w - 1] == 60).all()
    for index in BODY:
        x, y = moment.pose.image_px[index].astype(int)
        assert (mirrored[y, w - 1 - x] == palette.PAPER).all(), index
        assert (draw(frame, moment, None, OverlayWords(""))[y, x] == palette.PAPER).all(), index

    # To the pixel: the middle of a single dot.
    points = np.full((33, 2), np.nan, np.float32)
    points[23] = 900, 600
    alone = replace(moment, pose=replace(moment.pose, image_px=points))
    dot = (draw(scene(w, h), alone, None, OverlayWords(""), mirrored=True) != 128).any(axis=-1)[500:, :]
    assert np.flatnonzero(dot.any(axis=0)).mean() == pytest.approx(w - 1 - 900, abs=0.3)


def test_unknown_earns_no_praise() -> None:
    """Green is seen when all is well, and not a pixel of it when nothing could be judged or a problem stands."""
    fine = (Verdict.OK,) * 3
    frame = scene(1280, 720)
    assert amount(draw(frame, step(1280, 720, *fine), LUNGE, WORDS), palette.OK) > 500
    unknown = draw(frame, step(1280, 720, *(Verdict.UNKNOWN,) * 3), LUNGE, WORDS)
    assert amount(unknown, palette.OK) == 0
    # The map of the limits keeps its colours; the body loses them.
    problem = draw(frame, step(1280, 720, *fine), LUNGE, replace(WORDS, problem=PROBLEM))
    assert amount(problem[400:], palette.OK) == 0
    assert amount(draw(frame, step(1280, 720, *fine), LUNGE, WORDS)[400:], palette.OK) > 0


def test_stop_takes_over_the_picture() -> None:
    """A stop is no small change: its colour fills the banner and the body's lines."""
    frame = scene(1280, 720)
    fine = draw(frame, step(1280, 720, *(Verdict.OK,) * 3), LUNGE, WORDS)
    words = replace(WORDS, cue="Kom nu rustig terug en rust.")
    stop = draw(frame, step(1280, 720, *(Verdict.STOP,) * 3, cue=Verdict.STOP), LUNGE, words)
    assert (fine != stop).any(axis=-1).mean() > 0.1
    assert amount(stop[250:], palette.STOP) > 100 > amount(fine[250:], palette.STOP)


def test_marks_differ_without_colour() -> None:
    """In one and the same grey, at the size they have in the panel, no two marks look alike."""
    pictures = {}
    for verdict in Verdict:
        picture = scene(24, 24, 20)
        palette.mark(picture, verdict, (12, 12), 9, body=(200, 200, 200), sign=(20, 20, 20))
        pictures[verdict] = picture.astype(float)
    for one, other in combinations(Verdict, 2):
        assert np.abs(pictures[one] - pictures[other]).mean() > 12, (one, other)


def test_bones_differ_without_colour() -> None:
    """Across a judged bone the grey profile of STOP has a light core, of CAUTION dark dashes, of OK neither."""
    lightest, darkest = {}, {}
    for verdict in (Verdict.OK, Verdict.CAUTION, Verdict.STOP):
        moment = step(1280, 720, verdict)
        grey = cv2.cvtColor(draw(scene(1280, 720), moment, None, OverlayWords("")), cv2.COLOR_RGB2GRAY)
        hip, knee = moment.pose.image_px[23], moment.pose.image_px[25]
        core = [grey[int(y), int(x)] for x, y in (hip + (knee - hip) * share for share in np.linspace(0.4, 0.8, 40))]
        lightest[verdict], darkest[verdict] = max(core), min(core)
    assert lightest[Verdict.STOP] > 220 > lightest[Verdict.OK]
    assert darkest[Verdict.CAUTION] < 60 < darkest[Verdict.OK]


def test_a_bar_shows_where_the_person_is() -> None:
    """Limits 0-10, 15 and 25 and a quarter beyond: 8 degrees at least, so the bar runs from -8 to 33 degrees."""
    reading = Reading("hip", "hip_opening_deg", 0, 15.0, math.nan, Verdict.OK, math.nan, 0.0)
    row = bars.Row.of(RULES[0], "")
    assert bars.span(row) == (-8.0, 33.0)
    edges = [(round(start * 41) - 8, colour) for start, _, colour in bars.zones(row)]
    assert edges == [
        (-8, palette.TRACK),
        (0, palette.OK),
        (10, palette.TRACK),
        (15, palette.CAUTION),
        (25, palette.STOP),
    ]

    # Limits of a hundredth are not lost in a bar of tenths.
    low, high = bars.span(bars.Row("", False, Band(max=0.006), Band(max=0.011), Band(), True))
    assert (low, high) == pytest.approx((-0.016, 0.033))

    # One pixel for a tenth of a degree; the marker is the only thing that rises above the bar.
    box = Box(10, 20, 410, 10)
    for value, column in ((15.0, 10 + 230), (0.0, 10 + 80), (25.0, 10 + 330)):
        image = scene(430, 50)
        image[box.y : box.bottom, box.x : box.right] = bars.draw(row, box.w, box.h)
        bars.point(image, box, row, replace(reading, value=value))
        light = np.flatnonzero((image[box.y - 3] > 200).all(axis=-1))
        assert light.mean() == pytest.approx(column, abs=1.0)

    # Beyond the end there is an arrow there, and a bar that is not judged has no marker.
    image = scene(430, 50)
    bars.point(image, box, row, replace(reading, value=60.0))
    assert np.flatnonzero((image != 128).any(axis=(0, 2))).min() > box.right - 2 * box.h


def test_zones_differ_without_colour() -> None:
    """In grey the target is even, caution is striped, and the stop chequer is light below where it is dark above."""
    grey = cv2.cvtColor(bars.draw(bars.Row.of(RULES[0], ""), 410, 12), cv2.COLOR_RGB2GRAY).astype(float)
    target, caution, stop = grey[:, 90:170], grey[:, 240:320], grey[:, 340:400]
    assert target.std() < 1
    assert caution.std() > 20
    assert stop.std() > 15
    assert np.corrcoef(stop[2], stop[9])[0, 1] < -0.5


def test_values_stand_beside_each_other() -> None:
    """Four values at one joint near the panel and the picture's edge: none overlaps, none leaves the picture."""
    taken = [Box(0, 0, 260, 330)]
    wanted = [angles.Tag((270.0, 300.0), -2.5, verdict, "−112°") for verdict in Verdict]
    wanted.append(angles.Tag((1278.0, 718.0), 0.7, Verdict.STOP, "33°"))
    placed = angles.tags(scene(1280, 720), wanted, taken, 1.0)
    assert len(placed) == 5
    for one, other in combinations([*taken, *placed], 2):
        assert one.overlap(other) == 0
    for box in placed:
        assert min(box.x, box.y) >= 0
        assert box.right <= 1280
        assert box.bottom <= 720
