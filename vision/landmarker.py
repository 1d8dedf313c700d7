"""How is MediaPipe's pose landmarker loaded and asked, and what does it answer?

The model without the silhouette that nobody looks at, the library kept from writing to the terminal, its objects turned
into arrays. It finds one person and knows nothing of recordings.
"""

import re
import threading
from pathlib import Path
from typing import Final

import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.core.base_options import BaseOptions
from numpy.typing import NDArray

from poses import skeleton
from poses.problem import Problem
from poses.records import Pose
from vision.model_assembly import without_silhouette
from vision.quiet import quiet_stderr

# What the native library always writes to the terminal, whatever GLOG_minloglevel, TF_CPP_MIN_LOG_LEVEL or absl's own
# level say (tried with 0.10.31: it never calls absl::InitializeLog, so no setting reaches it). Information and
# warnings only: lines of errors begin with E or F and are passed on.
_CHATTER: Final = re.compile(
    rb"INFO: Created TensorFlow Lite|WARNING: All log messages before absl::InitializeLog|[IW]\d{4} \d\d:\d\d:\d\d"
)

_loading = threading.Lock()
_warmed_up = False


class Landmarker:
    """The pose model at work in single pictures, or in those of one recording. Not for two threads at once."""

    def __init__(self, model_path: Path, *, follows: bool) -> None:
        """Load the model.

        Args:
            model_path: A ``.task`` bundle, see ``vision.model.ensure_model``.
            follows: Whether it remembers where the person was in the picture before, and smooths over time.

        Raises:
            Problem: The file cannot be read, is not a pose model, or MediaPipe's library cannot be loaded.
        """
        self.follows = follows
        try:
            # As bytes: the native library cannot open every path that Python can (letters outside the code page).
            model = without_silhouette(model_path.read_bytes())
        except OSError as error:
            raise Problem(
                f"The pose model {model_path} cannot be read ({error.strerror})",
                "without it nobody can be found in a picture",
                "Fetch it with: psoas-coach model",
            ) from error
        mode = vision.RunningMode.VIDEO if follows else vision.RunningMode.IMAGE
        try:
            with _loading, quiet_stderr(_CHATTER):
                _warm_up(model)
                self._landmarker = _made(model, mode)
        except (RuntimeError, ValueError) as error:
            raise Problem(
                f"The pose model {model_path} was refused ({_first_line(error)})",
                "it is damaged or of another kind",
                "Delete the file and fetch it again with: psoas-coach model",
            ) from error
        except OSError as error:
            raise Problem(
                f"MediaPipe's library could not be loaded ({_first_line(error)})",
                "without it nobody can be found in a picture",
                "See what is missing with: psoas-coach doctor",
            ) from error

    def find(self, image: NDArray[np.uint8], time_s: float, stamp_ms: int = 0) -> Pose:
        """The person in a picture, as far as one is found.

        Args:
            image: RGB ``uint8 (H, W, 3)``.
            time_s: Its media time, for the pose.
            stamp_ms: The time as MediaPipe is told it, which has to rise; needed where it follows.
        """
        # A padded array is taken without complaint, and then nobody is ever found.
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image))
        ask = self._landmarker
        result = ask.detect_for_video(picture, stamp_ms) if self.follows else ask.detect(picture)
        return _pose(result, time_s, (image.shape[1], image.shape[0]))

    def close(self) -> None:
        """Release the model; it cannot be asked any more."""
        self._landmarker.close()


def _pose(result: vision.PoseLandmarkerResult, time_s: float, image_wh: tuple[int, int]) -> Pose:
    """Turn MediaPipe's objects, one for each landmark, into arrays."""
    count = skeleton.COUNT
    if not result.pose_landmarks:
        missing = np.full((count, 6), np.nan, np.float32)
        return Pose(time_s, missing[:, :2], missing[:, 2:5], missing[:, 5], image_wh)
    flat, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
    # In double precision up to here: x is rounded once, after it was scaled to pixels.
    image = np.array([(point.x, point.y) for point in flat]) * image_wh
    return Pose(
        time_s,
        image.astype(np.float32),
        np.array([(point.x, point.y, point.z) for point in world], np.float32),
        np.array([point.visibility for point in flat], np.float32),
        image_wh,
    )


def _made(model: bytes, mode: vision.RunningMode, least_confidence: float = 0.5) -> vision.PoseLandmarker:
    """Make a landmarker for one person; 0.5 is MediaPipe's own default for each confidence."""
    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=model),
            running_mode=mode,
            # Only with one person does MediaPipe smooth over time.
            num_poses=1,
            min_pose_detection_confidence=least_confidence,
            min_pose_presence_confidence=least_confidence,
            min_tracking_confidence=least_confidence,
        )
    )


def _warm_up(model: bytes) -> None:
    """Let the library say, once for each process and unheard, what it says when it first finds somebody.

    With a confidence of zero it finds "somebody" in a black picture, so that the warning does not come later, in the
    middle of the user's progress bar. Costs 0.3 s. The caller holds the lock.
    """
    global _warmed_up  # noqa: PLW0603 - the library warns once for each process, so once for each process it is
    if _warmed_up:
        return
    black: NDArray[np.uint8] = np.zeros((256, 256, 3), np.uint8)
    landmarker = _made(model, vision.RunningMode.IMAGE, least_confidence=0.0)
    try:
        landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=black))
    finally:
        landmarker.close()
    _warmed_up = True


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
