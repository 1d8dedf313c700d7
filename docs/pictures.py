"""Makes the pictures of the documentation: the phantom in wide format, analysed by the real pipeline.

Run ``python docs/pictures.py`` in the project's folder; it takes some minutes.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from calibration.phantom.render import Renderer
from calibration.phantom.scripts import SCRIPTS, Performance
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


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(exist_ok=True)
    model, exercises = ensure_model("full"), built_in()
    by_id = {exercise.id: exercise for exercise in exercises}
    for name, script, language, start_s, end_s in SHOTS:
        session = Session(exercises)
        with Estimator(model) as estimator:
            for frame in frames(script, start_s, end_s):
                step = session.step(frame.index, estimator.estimate(frame))
        exercise = by_id.get(step.assessment.exercise or "")
        drawn = draw(frame.image, step, exercise, overlay_words(Messages(language), step, exercise))
        done, data = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
        (FOLDER / f"{name}.jpg").write_bytes(data.tobytes())
        print(f"{name}: {step.assessment.verdict.value}, {len(data) // 1000} kB")


if __name__ == "__main__":
    main()
