"""How long and how thick the parts of a phantom are.

Which question this module answers: what a body of a given stature measures, from joint centre to joint centre. It does
not know postures or pictures. Lengths are fractions of stature between joint centres, from P. de Leva, "Adjustments to
Zatsiorsky-Seluyanov's segment inertia parameters", J. Biomechanics 29 (1996) 1223-1230, table 4, men (1.741 m); the
height of the ankle from D. A. Winter, "Biomechanics and Motor Control of Human Movement", figure 4.1 (after Drillis and
Contini 1966). Where neither gives a number it is marked *convention*.
"""

from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]

# de Leva 1996, lengths in millimetres of men of 1741 mm.
_DE_LEVA_STATURE: Final = 1741.0
_THIGH: Final = 422.2 / _DE_LEVA_STATURE
_SHANK: Final = 434.0 / _DE_LEVA_STATURE
_TRUNK: Final = 515.5 / _DE_LEVA_STATURE  # middle of the shoulders to middle of the hips
_UPPER_ARM: Final = 281.7 / _DE_LEVA_STATURE
_FOREARM: Final = 268.9 / _DE_LEVA_STATURE
_PALM: Final = 86.2 / _DE_LEVA_STATURE  # wrist to third knuckle
_FOOT: Final = 258.1 / _DE_LEVA_STATURE

_ANKLE_HEIGHT: Final = 0.039  # Winter

# Half distances between joint centres of the two sides; convention, within the range of published adults
# (hip centres 15 to 18 cm apart, shoulder centres 33 to 38 cm).
_HALF_HIPS: Final = 0.048
_HALF_SHOULDERS: Final = 0.100


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a person, RGB 0 to 255."""

    skin: Colour = (214, 165, 137)
    hair: Colour = (66, 44, 32)
    shirt: Colour = (58, 112, 178)
    trousers: Colour = (52, 54, 64)
    shoes: Colour = (228, 228, 224)
    soles: Colour = (120, 122, 126)


@dataclass(frozen=True, slots=True)
class Body:
    """A person's sizes.

    Attributes:
        stature_m: Height standing.
        girth: Thickness of trunk and limbs relative to the reference; lengths do not change with it.
        look: Colours.
    """

    stature_m: float = 1.75
    girth: float = 1.0
    look: Look = Look()

    @property
    def thigh_m(self) -> float:
        """Hip centre to knee centre."""
        return _THIGH * self.stature_m

    @property
    def shank_m(self) -> float:
        """Knee centre to ankle centre."""
        return _SHANK * self.stature_m

    @property
    def trunk_m(self) -> float:
        """Middle of the hip centres to middle of the shoulder centres, standing straight."""
        return _TRUNK * self.stature_m

    @property
    def upper_arm_m(self) -> float:
        """Shoulder centre to elbow centre."""
        return _UPPER_ARM * self.stature_m

    @property
    def forearm_m(self) -> float:
        """Elbow centre to wrist centre."""
        return _FOREARM * self.stature_m

    @property
    def palm_m(self) -> float:
        """Wrist centre to the third knuckle."""
        return _PALM * self.stature_m

    @property
    def foot_m(self) -> float:
        """Heel to the tip of the toes."""
        return _FOOT * self.stature_m

    @property
    def ankle_height_m(self) -> float:
        """Ankle centre above the sole."""
        return _ANKLE_HEIGHT * self.stature_m

    @property
    def half_hips_m(self) -> float:
        """Hip centre to the middle plane."""
        return _HALF_HIPS * self.stature_m

    @property
    def half_shoulders_m(self) -> float:
        """Shoulder centre to the middle plane."""
        return _HALF_SHOULDERS * self.stature_m

    @property
    def scale(self) -> float:
        """Size relative to the 1.75 m body on which the shapes of ``flesh`` and the spine's offsets were drawn."""
        return self.stature_m / 1.75
