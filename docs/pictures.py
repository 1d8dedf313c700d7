"""Makes the pictures of the documentation: the phantom in wide format, analysed by the real pipeline.

Run ``python docs/pictures.py`` in the project's folder; it takes some minutes. ``python docs/pictures.py live`` makes
those of the live window only, ``python docs/pictures.py calibrate`` those of a calibration before the camera, and
``python docs/pictures.py breathing`` those of the breathing.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.phantom.render import Renderer
from calibration.phantom.scripts import SCRIPTS, Performance, Studio
from calibration.phantom.variety import variant
from calibration.profile import Profile
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.records import Frame, Pose, Step, Verdict
from poses.skeleton import SIDES
from psoas_coach.calibrate_session import CalibrationSession
from psoas_coach.calibrate_stage import stage_of as stage_of_calibration
from psoas_coach.calibrate_state import CalibrationState, tasks
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse
from psoas_coach.plan import default_plan
from psoas_coach.session import Session
from psoas_coach.wording import overlay_words
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.overlay import draw
from vision.stage import Stage
from vision.stage_drawing import draw as draw_stage

FOLDER = Path(__file__).parent / "images"
SIZE = (1280, 720)
FPS = 12.0
# Name of the picture, script, language, and the stretch of media time whose last frame is shown.
SHOTS: tuple[tuple[str, str, Language, float, float], ...] = (
    ("low-lunge-good", "low-lunge", "en", 3.5, 6.5),
    ("low-lunge-stop", "low-lunge", "en", 8.5, 12.5),
    ("bridge-good", "bridge", "en", 6.0, 9.2),
    ("bridge-stop", "bridge", "nl", 17.5, 20.6),
)


def frames(script: str, start_s: float, end_s: float, farther: float | None = None) -> Iterator[Frame]:
    """The phantom between two moments of a script, from so many times the distance of the bundled clips."""
    motion = SCRIPTS[script]
    # Farther than there, since a wide picture of the same angle of view is lower.
    farther = farther or (1.1 if script.startswith("bridge") else 1.45)
    camera = replace(motion.camera, distance_m=motion.camera.distance_m * farther)
    performance, renderer, rng = Performance(motion), Renderer(camera, SIZE, motion.room), np.random.default_rng(0)
    for index, time_s in enumerate(np.arange(start_s, end_s, 1.0 / FPS)):
        yield Frame(index, float(time_s), renderer.draw(performance.figure(float(time_s)), rng))


# The sheet of phantoms: script and media time of each cell; the seed of a cell is its number, counted from 1.
CELLS: tuple[tuple[str, float], ...] = (
    ("low-lunge", 6.0), ("bridge", 3.3), ("lunge-pressed", 7.0), ("bridge-arched", 4.0), ("lunge-slow", 9.0),
    ("bridge-correct", 3.5), ("lunge-lean-back", 7.0), ("bridge", 21.0), ("lunge-knee-past-toes", 7.0),
    ("standing", 4.0), ("bridge-held", 0.5), ("low-lunge", 12.5), ("sitting-down", 6.0), ("lying-down", 5.0),
    ("getting-up", 8.0), ("walking-by", 3.0), ("lunge-bounce-15", 7.0), ("bridge-dropped", 3.0),
    ("lunge-passer-by", 6.4), ("lying-down", 11.0), ("lunge-creep", 20.0), ("bridge-arched", 18.0),
    ("lunge-fast", 0.5), ("low-lunge", 0.5),
)  # fmt: skip
CELL_SIZE, COLUMNS = (320, 240), 6


def cell(number: int) -> NDArray[np.uint8]:
    """One phantom of the sheet."""
    script, time_s = CELLS[number]
    studio = Studio(SCRIPTS[script], seed=number + 1, variant=variant(number + 1), size=CELL_SIZE, fps=30.0)
    return studio.frame(round(time_s * 30.0)).image


def write(name: str, picture: NDArray[np.uint8]) -> None:
    """Writes a picture into the documentation's folder."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    (FOLDER / f"{name}.jpg").write_bytes(data.tobytes())
    print(f"{name}: {len(data) // 1000} kB")


# Of the live window: name of the picture, script, language, and the stretch of media time whose last frame is shown.
LIVE: tuple[tuple[str, str, Language, float, float], ...] = (
    ("live-set-up", "low-lunge", "en", 0.0, 1.5),
    ("live-countdown", "low-lunge", "en", 3.5, 5.0),
    ("live-good", "low-lunge", "en", 3.5, 7.5),
    ("live-caution", "lunge-knee-past-toes", "en", 3.2, 5.2),
    ("live-stop", "low-lunge", "en", 8.5, 12.0),
    ("live-bridge", "bridge", "en", 6.0, 9.2),
    ("live-pause", "low-lunge", "en", 3.5, 7.5),
    ("live-breathing", "", "en", 0.0, 0.0),
    ("live-end", "", "en", 0.0, 0.0),
    ("live-good-nl", "low-lunge", "nl", 3.5, 7.5),
    ("live-stop-nl", "low-lunge", "nl", 8.5, 12.0),
    ("live-hand", "lunge-hand-up", "en", 12.0, 14.4),
    ("live-crossed-nl", "bridge-arms-crossed", "nl", 14.0, 16.2),
)
# The person stands too near for all of them to be seen.
NEAR = 0.85
# Room for a raised hand; these scripts are seen from farther anyway.
WITH_ROOM = 1.2
# What a session says beyond the texts of cues and problems.
SAID = {
    "en": {
        "begin": "Good view. We begin.", "belly": "Breathe deep into your belly.",
        "rest": "Rest on your hands and knees.", "soft": "Small and soft is enough.", "in": "breathe in",
        "out": "Breathe out", "paused": "Paused", "space": "Space to go on", "breathing": "Calm breathing",
        "hands": "Hands on your belly.", "done": "Done", "hold": "hold", "top": "top", "exit": "come back",
        "heels": "Press softly through your heels.",
        "end": "Well done. Take it easy for a moment.",
        "lines": "Low lunge, left: 2 holds, 40 s altogether|Low lunge, right: 2 holds, 38 s altogether|"
        "Bridge: 8 repetitions, 4 s each|What was not judged is not an all-clear.",
    },
    "nl": {
        "begin": "Goed in beeld. We beginnen.", "belly": "Adem diep naar je buik.", "rest": "Rust op handen en knieën.",
        "soft": "Klein en zacht is genoeg.", "in": "adem in", "out": "Adem uit", "paused": "Pauze",
        "space": "Spatie om verder te gaan", "breathing": "Rustig ademen", "hands": "Handen op je buik.",
        "done": "Klaar", "hold": "vasthouden", "top": "boven", "exit": "terugkomen",
        "heels": "Druk zacht door je hielen.", "end": "Goed gedaan. Doe nog even rustig aan.",
        "lines": "Lage lunge, links: 2 keer, samen 40 s|Lage lunge, rechts: 2 keer, samen 38 s|"
        "Bruggetje: 8 herhalingen, 4 s per keer|Wat niet beoordeeld is, is daarmee niet goedgekeurd.",
    },
}  # fmt: skip


@lru_cache(maxsize=1)
def last(script: str, start_s: float, end_s: float, farther: float | None) -> tuple[Frame, Step]:
    """The last frame of a stretch, and what the pipeline made of it."""
    session = Session(built_in())
    with Estimator(ensure_model("full")) as estimator:
        for frame in frames(script, start_s, end_s, farther):
            step = session.step(frame.index, estimator.estimate(frame))
    return frame, step


def stage(name: str, language: Language, frame: Frame | None, step: Step | None) -> Stage:
    """One moment of a session: the words are set here, the body and its verdicts are the pipeline's own."""
    texts, said = Messages(language), SAID[language]
    stretched = step.assessment.stretched if step else None
    side = texts("sides", SIDES[stretched]) if stretched is not None else ""
    lunge = Stage(
        "exercise", frame, step, title=texts("exercises", "low-lunge"), phase=said["hold"], repetitions="1 / 2",
        side=texts("roles", "stretched", side=side) if side else "", progress=(0, 4),
    )  # fmt: skip
    cue = texts("cues", step.cue.id) if step and step.cue else ""
    problem = texts("problems", step.assessment.problems[0]) if step and step.assessment.problems else ""
    begun = replace(lunge, phase="", repetitions="")
    stages = {
        "set-up": replace(begun, part="set-up", cue=problem),
        "countdown": replace(begun, part="countdown", cue=said["begin"], verdict=Verdict.OK, countdown=3),
        "good": replace(
            lunge, cue=texts("cues", "good"), verdict=Verdict.OK, hint=said["belly"], hold_share=0.6, hold_text="12 s",
            breath_share=0.7, breath_text=said["in"],
        ),
        "caution": replace(lunge, cue=cue, verdict=Verdict.CAUTION, hint=said["soft"], hold_share=0.4, hold_text="8 s"),
        "stop": replace(lunge, cue=cue, verdict=Verdict.STOP, hint=said["rest"], phase=said["exit"]),
        "bridge": replace(
            lunge, title=texts("exercises", "bridge"), side="", phase=said["top"], repetitions="3 / 8",
            hint=said["heels"], hold_share=0.6, hold_text="3 s", progress=(2, 4),
        ),
        "pause": replace(begun, part="paused", cue=said["paused"], hint=said["space"]),
        "hand": replace(
            lunge, cue=texts("live", "signs", "pause"), hint=texts("live", "sign_back", "raised_hand"),
            hold_share=0.25, hold_text="5 s", sign="raised_hand", sign_share=0.7,
        ),
        "crossed": replace(
            lunge, title=texts("exercises", "bridge"), side="", phase="", repetitions="3 / 8", progress=(2, 4),
            cue=texts("live", "signs", "pain"), hint=texts("live", "sign_back", "arms_crossed"),
            sign="arms_crossed", sign_share=0.6,
        ),
        "breathing": Stage(
            "breathing", title=said["breathing"], cue=texts("cues", "breath_easier"), hint=said["hands"],
            breath_share=0.8, breath_text=said["out"], repetitions="2 / 4", progress=(3, 4),
        ),
        "end": Stage(
            "ended", title=said["done"], cue=said["end"], verdict=Verdict.OK, lines=tuple(said["lines"].split("|")),
            progress=(4, 4),
        ),
    }  # fmt: skip
    return stages[name.removeprefix("live-").removesuffix("-nl")]


def live() -> None:
    """Writes the pictures of the live window; moments that share their frames are made once."""
    for name, script, language, start_s, end_s in sorted(LIVE, key=lambda shot: shot[1:2] + shot[3:]):
        farther = NEAR if name == "live-set-up" else WITH_ROOM if "hand" in script or "arms" in script else None
        frame, step = last(script, start_s, end_s, farther) if script else (None, None)
        picture = draw_stage(stage(name, language, frame, step), SIZE)
        small = cv2.resize(picture, (960, 540), interpolation=cv2.INTER_AREA)
        write(name, np.asarray(small, np.uint8))


# Of a calibration: name of the picture, language, and which moment of it is shown.
CALIBRATE: tuple[tuple[str, Language, Callable[[CalibrationState], bool]], ...] = (
    ("calibrate-standing", "en", lambda state: state.place == 0 and state.still_s > 3.0),
    ("calibrate-kneeling", "en", lambda state: state.place == 2 and state.still_s > 3.0),
    ("calibrate-going-in", "en", lambda state: state.place == 3 and state.going_s is not None),
    ("calibrate-comfort", "en", lambda state: state.place == 3 and state.still_s > 3.0),
    ("calibrate-refused-nl", "nl", lambda state: state.place == 3 and len(state.results) == 4 and state.ready),
    ("calibrate-end", "en", lambda state: state.ended == "done"),
)


def calibration() -> None:
    """Writes the pictures of a calibration, before a camera that leans by two degrees."""
    script, seen = SCRIPTS["calibration"], variant(0)
    # A narrower lens makes of a small picture, which is drawn sooner, as large a person.
    script = replace(script, camera=replace(script.camera, distance_m=3.1, hfov_deg=45.0))
    seen = replace(seen, view=replace(seen.view, roll_deg=2.0))
    studio = Studio(script, fps=4.0, size=(640, 480), variant=seen)
    with Estimator(ensure_model("full")) as estimator:
        frames = (studio.frame(index) for index in range(len(studio)))
        calibration_of((frame, estimator.estimate(frame)) for frame in frames)


def calibration_of(seen: Iterable[tuple[Frame, Pose]]) -> None:
    """The same of pictures with their poses; what is refused in one of them was fine: its reason is set here."""
    machine = CalibrationSession(tasks({"low-lunge", "bridge"}), built_in(), Profile(name="anna"), "en", datetime.now())
    left = list(CALIBRATE)
    for frame, pose in seen:
        step = machine.step(frame.index, pose) if machine.watching else None
        stage = machine.advance(Glimpse(frame.time_s, frame, step)).stage
        if left and left[0][2](machine.state):
            name, language, _ = left.pop(0)
            if language == "nl":
                state = replace(machine.state, language=language, refused=("too_fast",), still_s=0.0)
                stage = stage_of_calibration(state, Messages(language), "", ())
            picture = cv2.resize(draw_stage(stage, SIZE), (960, 540), interpolation=cv2.INTER_AREA)
            write(name, np.asarray(picture, np.uint8))
    assert not left, f"not reached: {left[0][0]}"


# Of the breathing: name of the picture, script, exercise, language, and when it is shown.
BREATHING: tuple[tuple[str, str, str, Language, float], ...] = (
    ("breathing-478", "breath-none", "breathing-478", "en", 11.8),
    ("breathing-478-nl", "breath-none", "breathing-478", "nl", 15.6),
    ("breathing-own", "belly-breathing", "belly-breathing", "en", 38.2),
    ("breathing-own-nl", "chest-breathing", "belly-breathing", "nl", 40.0),
    ("breathing-itself", "breath-none", "belly-breathing", "en", 38.0),
    ("breathing-held", "breath-held", "belly-breathing", "en", 59.0),
)


def breathing() -> None:
    """Writes the pictures of the breathing: a rendered person who lies there, the real estimator, the real session."""
    for script in sorted({shot[1] for shot in BREATHING}):
        shots = [shot for shot in BREATHING if shot[1] == script]
        studio = Studio(SCRIPTS[script], fps=8.0, size=(640, 480))
        sessions = {shot[0]: LiveSession(default_plan((), shot[2]), (), shot[3]) for shot in shots}
        left = {shot[0]: shot[4] for shot in shots}
        with Estimator(ensure_model("full")) as estimator:
            for index in range(round(max(left.values()) * 8.0) + 1):
                pose = estimator.estimate(studio.frame(index))
                for name, session in sessions.items():
                    stage = session.advance(Glimpse(pose.time_s, pose=pose)).stage
                    if name in left and pose.time_s >= left[name]:
                        del left[name]
                        small = cv2.resize(draw_stage(stage, SIZE), (960, 540), interpolation=cv2.INTER_AREA)
                        write(name, np.asarray(small, np.uint8))
        assert not left, f"not reached: {left}"


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(exist_ok=True)
    if "calibrate" in sys.argv[1:]:
        calibration()
        return
    if "breathing" in sys.argv[1:]:
        breathing()
        return
    live()
    if "live" in sys.argv[1:]:
        return
    breathing()
    calibration()
    with ProcessPoolExecutor() as pool:
        cells = list(pool.map(cell, range(len(CELLS))))
    rows = [np.concatenate(cells[first : first + COLUMNS], axis=1) for first in range(0, len(cells), COLUMNS)]
    write("phantoms", np.concatenate(rows))
    model, exercises = ensure_model("full"), built_in()
    by_id = {exercise.id: exercise for exercise in exercises}
    for name, script, language, start_s, end_s in SHOTS:
        session = Session(exercises)
        with Estimator(model) as estimator:
            for frame in frames(script, start_s, end_s):
                step = session.step(frame.index, estimator.estimate(frame))
        exercise = by_id.get(step.assessment.exercise or "")
        write(name, draw(frame.image, step, exercise, overlay_words(Messages(language), step, exercise)))


if __name__ == "__main__":
    main()
