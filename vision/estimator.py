"""Where in a picture are the 33 points of the person's body?

The pose model over the frames of one recording: it finds one person, smooths over time by MediaPipe's own filter
(unless ``still``), and makes no claim about what the posture means. Where the legs are far apart it looks at the
mirrored picture too, now and then, for a second opinion on which is which, and twice a second whether anybody else is
in the picture; of somebody who lies how belly and chest rise; where signs of the arms are wanted, what those do.
"""

import math
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import company, second_look, signs, skeleton
from poses.records import ArmsAgain, Frame, Pose
from vision import breath_motion, others, painting_out
from vision.landmarker import Landmarker

_NO_PICTURE: Final = np.zeros((0, 0, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A frame in which the person was followed.

    Attributes:
        frame: The frame.
        pose: The person, as far as it is known.
        mirrored: Whether its mirror image is to be looked at.
        others: Whether it is to be searched for others.
        arms: How the arms are to be looked at again.
    """

    frame: Frame
    pose: Pose
    mirrored: bool
    others: bool
    arms: signs.Look = ""

    def without_picture(self) -> "Tracked":
        """The same, where nothing more is to be looked at: a picture that waits takes room."""
        return replace(self, frame=replace(self.frame, image=_NO_PICTURE))


class Looks:
    """The pose model for looks at pictures that are not the next of a recording; made when it is first asked.

    Each picture is found for itself, so what is seen does not depend on who looked before. Estimators of the parts of
    one clip may share it, and so load the model once less each; their threads take turns.
    """

    def __init__(self, model_path: Path) -> None:
        self._model_path = model_path
        self._turn = threading.Lock()
        self._landmarker: Landmarker | None = None

    def find(self, image: NDArray[np.uint8]) -> Pose:
        """Whom the model finds in a picture of its own; the time of the pose is 0."""
        with self._turn:
            if self._landmarker is None:
                self._landmarker = Landmarker(self._model_path, follows=False)
            return self._landmarker.find(image, 0.0)

    def close(self) -> None:
        """Release the model; safe to call twice."""
        with self._turn:
            if self._landmarker is not None:
                self._landmarker.close()
                self._landmarker = None


class Estimator:
    """Finds the landmarks of one person, frame after frame of one recording.

    Use it as a context manager, one for each recording and each thread: it remembers where the person was. One runs
    on one core and releases the interpreter lock meanwhile, so several may work side by side in threads.
    """

    def __init__(
        self, model_path: Path, *, still: bool = False, looks: Looks | None = None, arms: bool = False
    ) -> None:
        """Load the model.

        Args:
            model_path: A ``.task`` bundle, see ``vision.model.ensure_model``.
            still: Take every frame for a picture of its own: no tracking and no smoothing.
            looks: What looks at other pictures, and is closed by whoever made it; its own unless given.
            arms: Whether signs of the arms are wanted, so that these are looked at again where they show one.

        Raises:
            Problem: The file cannot be read, is not a pose model, or MediaPipe's library cannot be loaded.
        """
        self._arms = arms
        self._last_ms = -1
        self._last_look_s = self._last_search_s = self._last_arms_s = -math.inf
        self._before = company.CompanyMemory()
        self._breath = breath_motion.MotionMemory()
        self._landmarker = Landmarker(model_path, follows=not still)
        self._looks = looks or Looks(model_path)
        self._own_looks = looks is None
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
            if self._own_looks:
                self._looks.close()

    def estimate(self, frame: Frame) -> Pose:
        """Find the person in a frame.

        Args:
            frame: Frames of one recording in the order of their times.

        Returns:
            Landmarks in pixels of the frame; all NaN when nobody was found.

        Raises:
            RuntimeError: The estimator was closed (MediaPipe itself would quietly find nobody).
        """
        return self.look(self.track(frame))

    def track(self, frame: Frame, *, counts: bool = True) -> Tracked:
        """Find the person in a frame, and leave the further looks at it to ``look``, for which none waits.

        One thread may track and another look. What is tracked does not depend on what is seen in a look.

        Args:
            frame: Frames of one recording in the order of their times.
            counts: Whether more is wanted than to know where the person is, so as to find them in what comes next.

        Raises:
            RuntimeError: The estimator was closed.
        """
        if not self._open:
            raise RuntimeError("track() was called on a closed Estimator")
        # MediaPipe refuses a stamp that does not rise. Frames closer than 1 ms, repeated or slightly backward
        # stamps are told apart by the least it can see; the pose itself keeps the true time.
        self._last_ms = max(self._last_ms + 1, round(frame.time_s * 1000))
        pose = self._landmarker.find(frame.image, frame.time_s, self._last_ms)
        mirrored = counts and second_look.is_due(pose.image_px, pose.time_s, self._last_look_s)
        others_too = counts and company.is_due(pose, self._last_search_s, self._before)
        self._last_look_s = pose.time_s if mirrored else self._last_look_s
        self._last_search_s = pose.time_s if others_too else self._last_search_s
        self._before = company.follow(pose, self._before)
        return Tracked(frame, pose, mirrored, others_too, self._look_at_arms(pose) if counts else "")

    def is_due(self, tracked: Tracked) -> bool:
        """Whether ``look`` may look at the picture once more."""
        lies = self._landmarker.follows and breath_motion.ends_of(tracked.pose) is not None
        return tracked.mirrored or tracked.others or bool(tracked.arms) or lies

    def look(self, tracked: Tracked) -> Pose:
        """The pose with what further looks at its frame say, where they are due; frames in order."""
        frame, pose = tracked.frame, tracked.pose
        if tracked.mirrored or tracked.arms == "mirrored":
            pose = self._mirrored(frame, pose, opinion=tracked.mirrored)
        if tracked.others:
            pose = replace(pose, company=float(self._sees_others(frame, pose)))
        if tracked.arms in ("without_left", "without_right"):
            side = skeleton.LEFT if tracked.arms == "without_left" else skeleton.RIGHT
            pose = replace(pose, again=self._without_arm(frame, pose, side))
        if self._landmarker.follows:
            rise, self._breath = breath_motion.look(frame, pose, self._breath)
            pose = pose if rise is None else replace(pose, rise=rise)
        return pose

    def _look_at_arms(self, pose: Pose) -> signs.Look:
        """How the arms are to be looked at again in this frame, if it is time for that."""
        if not self._arms or pose.time_s - self._last_arms_s < signs.EVERY_S:
            return ""
        look = signs.look_wanted(pose)
        self._last_arms_s = pose.time_s if look else self._last_arms_s
        return look

    def _mirrored(self, frame: Frame, pose: Pose, *, opinion: bool) -> Pose:
        """The pose with what the model says of the mirrored picture: of the legs, where that is asked, and the arms."""
        # OpenCV mirrors ten times as fast as a copy of a view that runs backwards.
        found = self._looks.find(cv2.flip(frame.image, 1).astype(np.uint8, copy=False))
        points = second_look.unmirrored(found.image_px, pose.image_wh[0])
        if opinion:
            pose = replace(pose, exchanged=second_look.opinion(pose.image_px, points))
        if self._arms:
            visibility = found.visibility[list(skeleton.MIRRORED)]
            pose = replace(pose, again=ArmsAgain(points.astype(np.float32), visibility, None))
        return pose

    def _without_arm(self, frame: Frame, pose: Pose, side: int) -> ArmsAgain:
        """What the model finds in a picture without an arm."""
        image, scale, corner = painting_out.without_arm(frame.image, pose.image_px, side)
        found = self._looks.find(image)
        return ArmsAgain((found.image_px / scale + corner).astype(np.float32), found.visibility, side)

    def _sees_others(self, frame: Frame, pose: Pose) -> bool:
        """Whether the model finds somebody where the person was wiped out."""
        wiped = others.without_person(frame.image, pose.image_px)
        return others.is_somebody_else(self._looks.find(wiped.image).image_px, wiped)
