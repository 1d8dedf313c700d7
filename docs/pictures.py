"""Makes the pictures of the documentation: the phantom in wide format, analysed by the real pipeline.

Run ``python docs/pictures.py`` in the project's folder; it takes some minutes.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.phantom.render import Renderer
from calibration.phantom.scripts import SCRIPTS, Performance, Studio
from calibration.phantom.variety import variant
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.records import Frame
from psoas_coach.session import Session
from psoas_coach.wording import overlay_words
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.overlay import draw

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


def frames(script: str, start_s: float, end_s: float) -> Iterator[Frame]:
    """The phantom between two moments of a script."""
    motion = SCRIPTS[script]
    # Farther than in the bundled clips, since a wide picture of the same angle of view is lower.
    camera = replace(motion.camera, distance_m=motion.camera.distance_m * (1.45 if script == "low-lunge" else 1.1))
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


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(exist_ok=True)
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
