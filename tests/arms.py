"""Arms for the stick figure: where elbows and wrists are, in lengths of the trunk from their shoulder."""

from dataclasses import dataclass, replace

import numpy as np

import stick_figure as sf
from poses import skeleton
from poses.records import Pose

Point = tuple[float, float]


@dataclass(frozen=True)
class Arm:
    """Elbow and wrist: forward and up of somebody upright who faces right, in trunks from the shoulder.

    Attributes:
        elbow: Where it is.
        wrist: Where it is.
        outward: How far the wrist is on its own side: 1 as the shoulder, -1 as the other shoulder.
        seen: Visibility of elbow and wrist.
    """

    elbow: Point
    wrist: Point
    outward: float = 1.0
    seen: float = 1.0


# As the pose model read them of rendered people.
ON_THE_THIGH = Arm((0.1, -0.5), (0.35, -0.8))
RAISED = Arm((0.1, 0.5), (0.18, 0.95))
ACROSS = Arm((0.3, -0.42), (0.28, -0.12), outward=-0.6)
PRAYING = Arm((0.22, -0.5), (0.46, -0.26), outward=-0.2)
FOLDED = Arm((0.05, -0.5), (0.26, -0.55), outward=0.2)
AT_THE_FACE = Arm((0.45, 0.08), (0.22, 0.45), outward=0.5)
BEHIND_THE_HEAD = Arm((0.08, 0.36), (-0.15, 0.45))
ON_THE_HIP = Arm((-0.15, -0.42), (0.05, -0.82))
AHEAD = Arm((0.55, -0.02), (1.1, 0.0))
ON_OWN_SHOULDER = Arm((0.3, -0.42), (0.25, -0.05))


def posed(figure: sf.Figure, time_s: float, left: Arm, right: Arm, *, facing: int = 1, scale: float = 300.0) -> Pose:
    """A figure with these arms; of who is tipped over they go along with the trunk."""
    pose = sf.pose(figure, time_s, facing=facing, scale=scale)
    image, world, seen = pose.image_px.copy(), pose.world_m.copy(), pose.visibility.copy()
    back = np.radians(figure.trunk_deg)
    turn = np.array([[np.cos(back), -np.sin(back)], [np.sin(back), np.cos(back)]])
    for side, arm in enumerate((left, right)):
        shoulder = skeleton.SHOULDERS[side]
        for joint, place in ((skeleton.ELBOWS[side], arm.elbow), (skeleton.WRISTS[side], arm.wrist)):
            way = turn @ np.array(place) * np.array([facing, -1.0]) * sf.TRUNK
            image[joint] = image[shoulder] + scale * way
            world[joint, :2], world[joint, 2] = world[shoulder, :2] + way, world[shoulder, 2]
            seen[joint] = arm.seen
        world[skeleton.WRISTS[side], 2] *= arm.outward
    return replace(
        pose, image_px=image.astype(np.float32), world_m=world.astype(np.float32), visibility=seen.astype(np.float32)
    )
