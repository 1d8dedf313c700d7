"""Makes the pictures of docs/exercises: each exercise done by the phantom, judged by the real pipeline.

Run ``python -m docs.exercise_pictures`` in the project's folder; some minutes. Names given make those only.
"""

import sys
from dataclasses import replace
from typing import Final

import numpy as np

from calibration.phantom.render import Renderer
from calibration.phantom.scripts import SCRIPTS, Performance
from docs.pictures import FOLDER, FPS, SIZE, write
from poses.exercise_file import built_in
from poses.messages import Messages
from poses.records import Frame
from psoas_coach.session import Session
from psoas_coach.wording import overlay_words
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.overlay import draw

# Name of the picture, script, exercise, level, from when until when, how much farther the camera stands.
SHOTS: Final = (
    ("exercise-dynamic-lunge", "dynamic-lunge", "dynamic-lunge", 1, 0.5, 3.9, 1.45),
    ("exercise-dead-bug", "dead-bug", "dead-bug", 1, 0.5, 4.2, 1.15),
    ("exercise-dead-bug-stop", "dead-bug-low", "dead-bug", 1, 0.5, 5.6, 1.15),
    ("exercise-supine-hip-opening", "hip-opening", "supine-hip-opening", 1, 6.0, 15.0, 1.15),
    ("exercise-supine-hip-opening-stop", "hip-opening-hugged-hard", "supine-hip-opening", 1, 10.0, 18.0, 1.15),
    ("exercise-standing-core", "standing-march", "standing-core", 1, 0.5, 3.2, 1.3),
    ("exercise-standing-core-stop", "standing-march-lean-back", "standing-core", 1, 8.0, 15.2, 1.5),
    ("exercise-standing-core-front", "standing-march-front", "standing-core-front", 1, 0.5, 4.5, 1.3),
    ("exercise-standing-core-front-sinking", "standing-march-front-hip-drop", "standing-core-front", 1, 0.5, 9.9, 1.3),
    ("exercise-standing-core-front-stop", "standing-march-front-lean", "standing-core-front", 1, 0.5, 9.6, 1.3),
)


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(exist_ok=True)
    model, texts, wanted = ensure_model("full"), Messages("en"), sys.argv[1:]
    for name, script, exercise_id, level, start_s, end_s, farther in SHOTS:
        if wanted and name not in wanted:
            continue
        exercise = next(one.at_level(level) for one in built_in() if one.id == exercise_id)
        session, motion = Session([exercise]), SCRIPTS[script]
        camera = replace(motion.camera, distance_m=motion.camera.distance_m * farther)
        performance, renderer = Performance(motion), Renderer(camera, SIZE, motion.room)
        rng = np.random.default_rng(0)
        with Estimator(model) as estimator:
            for index, time_s in enumerate(np.arange(start_s, end_s, 1.0 / FPS).tolist()):
                frame = Frame(index, time_s, renderer.draw(performance.placed(time_s), rng))
                step = session.step(index, estimator.estimate(frame))
        judged = exercise if step.assessment.exercise else None
        write(name, draw(frame.image, step, judged, overlay_words(texts, step, judged)))


if __name__ == "__main__":
    main()
