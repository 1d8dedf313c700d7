"""The 33 landmarks of MediaPipe's pose model (BlazePose), by name.

Which question this module answers: which row of an ``(..., 33, 2)`` array is which point of the body. The order is
MediaPipe's own and must not be changed. Sides are the person's own, never the picture's.
"""

from typing import Final

LANDMARKS: Final = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
COUNT: Final = len(LANDMARKS)

NOSE: Final = 0

# Pairs are (left, right), so that an array taken with them gains an axis of sides: index LEFT or RIGHT.
LEFT: Final = 0
RIGHT: Final = 1
SIDES: Final = ("left", "right")

EARS: Final = (7, 8)
SHOULDERS: Final = (11, 12)
ELBOWS: Final = (13, 14)
WRISTS: Final = (15, 16)
HIPS: Final = (23, 24)
KNEES: Final = (25, 26)
ANKLES: Final = (27, 28)
HEELS: Final = (29, 30)
FOOT_INDICES: Final = (31, 32)

# The points that trade places when the model takes one leg for the other. The hips are not among them: seen on a
# real split squat, the hips kept their sides while knees, ankles, heels and toes changed over.
LEG_POINTS: Final = (KNEES, ANKLES, HEELS, FOOT_INDICES)

# The same body in a mirror: row ``MIRRORED[i]`` of the one is row i of the other.
MIRRORED: Final = tuple(
    LANDMARKS.index(name.replace("left", "right") if "left" in name else name.replace("right", "left"))
    for name in LANDMARKS
)

# Drawn lines. Fingers and the parts of the face are left out: they say nothing about the posture.
BONES: Final = (
    (11, 12),
    (23, 24),
    (11, 23),
    (12, 24),
    (11, 13),
    (13, 15),
    (12, 14),
    (14, 16),
    (23, 25),
    (25, 27),
    (27, 29),
    (29, 31),
    (27, 31),
    (24, 26),
    (26, 28),
    (28, 30),
    (30, 32),
    (28, 32),
    (7, 0),
    (8, 0),
)
