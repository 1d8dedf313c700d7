"""Where in a picture are the 33 points of the person's body?

MediaPipe's pose landmarker behind one class; nothing else in the project's pixels imports mediapipe. It finds one
person, smooths over time by MediaPipe's own filter (unless ``still``), and makes no claim about what the posture means.
Where the legs are far apart it looks at the mirrored picture too, now and then, for a second opinion on which is which,
and twice a second whether anybody else is in the picture.
"""

import math
import re
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.core.base_options import BaseOptions
from numpy.typing import NDArray

from poses import company, second_look, skeleton
from poses.problem import Problem
from poses.records import Frame, Pose
from vision import others
from vision.quiet import quiet_stderr

# What the native library always writes to the terminal, whatever GLOG_minloglevel, TF_CPP_MIN_LOG_LEVEL or absl's own
# level say (tried with 0.10.31: it never calls absl::InitializeLog, so no setting reaches it). Information and
# warnings only: lines of errors begin with E or F and are passed on.
_CHATTER: Final = re.compile(
    rb"INFO: Created TensorFlow Lite|WARNING: All log messages before absl::InitializeLog|[IW]\d{4} \d\d:\d\d:\d\d"
)

_loading = threading.Lock()
_warmed_up = False


class Estimator:
    """Finds the landmarks of one person, frame after frame of one recording.

    Use it as a context manager, one for each recording and each thread: it remembers where the person was. One runs
    on one core and releases the interpreter lock meanwhile, so several may work side by side in threads.
    """

    def __init__(self, model_path: Path, *, still: bool = False) -> None:
        """Load the model.

        Args:
            model_path: A ``.task`` bundle, see ``vision.model.ensure_model``.
            still: Take every frame for a picture of its own: no tracking and no smoothing.

        Raises:
            Problem: The file cannot be read, is not a pose model, or MediaPipe's library cannot be loaded.
        """
        self._still = still
        self._last_ms = -1
        self._last_look_s = self._last_search_s = -math.inf
        self._before = company.CompanyMemory()
        # For looks at pictures that are not the source's next frame.
        self._pictures: vision.PoseLandmarker | None = None
        try:
            # As bytes: the native library cannot open every path that Python can (letters outside the code page).
            self._model = model_path.read_bytes()
        except OSError as error:
            raise Problem(
                f"The pose model {model_path} cannot be read ({error.strerror})",
                "without it nobody can be found in a picture",
                "Fetch it with: psoas-coach model",
            ) from error
        mode = vision.RunningMode.IMAGE if still else vision.RunningMode.VIDEO
        try:
            with _loading, quiet_stderr(_CHATTER):
                _warm_up(self._model)
                self._landmarker = _landmarker(self._model, mode)
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
        self._open = True

    def __enter__(self) -> "Estimator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the model; safe to call twice."""
        if self._open:
            self._open = False
            self._landmarker.close()
            if self._pictures is not None:
                self._pictures.close()

    def estimate(self, frame: Frame) -> Pose:
        """Find the person in a frame.

        Args:
            frame: Frames of one recording in the order of their times.

        Returns:
            Landmarks in pixels of the frame; all NaN when nobody was found.

        Raises:
            RuntimeError: The estimator was closed (MediaPipe itself would quietly find nobody).
        """
        if not self._open:
            raise RuntimeError("estimate() was called on a closed Estimator")
        # A padded array is taken without complaint, and then nobody is ever found.
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(frame.image))
        if self._still:
            result = self._landmarker.detect(picture)
        else:
            # MediaPipe refuses a stamp that does not rise. Frames closer than 1 ms, repeated or slightly backward
            # stamps are told apart by the least it can see; the pose itself keeps the true time.
            self._last_ms = max(self._last_ms + 1, round(frame.time_s * 1000))
            result = self._landmarker.detect_for_video(picture, self._last_ms)
        height, width = frame.image.shape[:2]
        pose = _pose(result, frame.time_s, (width, height))
        if second_look.is_due(pose.image_px, pose.time_s, self._last_look_s):
            self._last_look_s = pose.time_s
            pose = replace(pose, exchanged=self._second_opinion(frame, pose))
        if company.is_due(pose, self._last_search_s, self._before):
            self._last_search_s = pose.time_s
            pose = replace(pose, company=float(self._sees_others(frame, pose)))
        self._before = company.follow(pose, self._before)
        return pose

    def _second_opinion(self, frame: Frame, pose: Pose) -> float:
        """What the model says of the legs in the mirrored picture."""
        mirrored = self._look_at(np.ascontiguousarray(frame.image[:, ::-1]))
        return second_look.opinion(pose.image_px, second_look.unmirrored(mirrored.image_px, pose.image_wh[0]))

    def _sees_others(self, frame: Frame, pose: Pose) -> bool:
        """Whether the model finds somebody where the person was wiped out."""
        wiped = others.without_person(frame.image, pose.image_px)
        return others.is_somebody_else(self._look_at(wiped.image).image_px, wiped)

    def _look_at(self, image: NDArray[np.uint8]) -> Pose:
        """Whom the model finds in a picture of its own."""
        if self._pictures is None:
            with _loading, quiet_stderr(_CHATTER):
                self._pictures = _landmarker(self._model, vision.RunningMode.IMAGE)
        found = self._pictures.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=image))
        return _pose(found, 0.0, (image.shape[1], image.shape[0]))


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


def _landmarker(model: bytes, mode: vision.RunningMode, least_confidence: float = 0.5) -> vision.PoseLandmarker:
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
    landmarker = _landmarker(model, vision.RunningMode.IMAGE, least_confidence=0.0)
    try:
        landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=black))
    finally:
        landmarker.close()
    _warmed_up = True


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
