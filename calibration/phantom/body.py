"""How long and how thick the parts of a phantom are, and what it wears.

Which question this module answers: what a body of a given stature measures, from joint centre to joint centre. It does
not know postures or pictures. Lengths are fractions of stature between joint centres, from P. de Leva, "Adjustments to
Zatsiorsky-Seluyanov's segment inertia parameters", J. Biomechanics 29 (1996) 1223-1230, table 4, men (1.741 m) and
women (1.735 m); the height of the ankle from D. A. Winter, "Biomechanics and Motor Control of Human Movement", figure
4.1 (after Drillis and Contini 1966). Where neither gives a number it is marked *convention*. Fractions are the same for
short and tall people, which real people's are not; ``legs`` makes some people longer in the leg than others.
"""

from dataclasses import dataclass
from typing import Final, Literal

Colour = tuple[int, int, int]
Sex = Literal["male", "female"]
Hair = Literal["short", "long", "bun", "none"]
Sleeves = Literal["short", "long", "none"]
Legs = Literal["long", "shorts", "loose"]


@dataclass(frozen=True, slots=True)
class _Lengths:
    """Millimetres of de Leva's table 4; the last two are shares of stature."""

    stature: float
    thigh: float
    shank: float
    trunk: float  # middle of the shoulders to middle of the hips
    upper_arm: float
    forearm: float
    palm: float  # wrist to third knuckle
    foot: float
    # Half distances between joint centres of the two sides; convention, within the range of published adults
    # (hip centres 15 to 18 cm apart, shoulder centres 32 to 38 cm).
    half_hips: float
    half_shoulders: float


_LENGTHS: Final = {
    "male": _Lengths(1741.0, 422.2, 434.0, 515.5, 281.7, 268.9, 86.2, 258.1, 0.048, 0.100),
    "female": _Lengths(1735.0, 368.5, 432.3, 497.9, 275.1, 264.3, 78.0, 228.3, 0.050, 0.093),
}

_ANKLE_HEIGHT: Final = 0.039  # Winter


@dataclass(frozen=True, slots=True)
class Look:
    """What a person's surface looks like; colours RGB 0 to 255.

    Attributes:
        skin: Of the skin.
        hair: Of hair and brows.
        shirt: Of the shirt.
        trousers: Of the trousers.
        shoes: Of the shoes; the skin's where the feet are bare.
        soles: Of the soles.
        lips: Of the lips.
        hair_style: How the hair is worn.
        sleeves: How far the shirt covers the arms.
        legs: How far the trousers cover the legs, and how wide they are.
        loose_shirt: Whether the shirt hangs wide.
    """

    skin: Colour = (214, 165, 137)
    hair: Colour = (66, 44, 32)
    shirt: Colour = (58, 112, 178)
    trousers: Colour = (52, 54, 64)
    shoes: Colour = (228, 228, 224)
    soles: Colour = (120, 122, 126)
    lips: Colour = (172, 98, 92)
    hair_style: Hair = "short"
    sleeves: Sleeves = "short"
    legs: Legs = "long"
    loose_shirt: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A person's sizes.

    Attributes:
        stature_m: Height standing.
        girth: Thickness of trunk and limbs relative to the reference; lengths do not change with it.
        look: Colours and clothes.
        sex: Whose proportions: de Leva's men or women.
        legs: Length of thigh and shank relative to those proportions; the trunk makes up for it.
    """

    stature_m: float = 1.75
    girth: float = 1.0
    look: Look = Look()
    sex: Sex = "male"
    legs: float = 1.0

    @property
    def thigh_m(self) -> float:
        """Hip centre to knee centre."""
        return self.legs * self._scaled(self._of.thigh)

    @property
    def shank_m(self) -> float:
        """Knee centre to ankle centre."""
        return self.legs * self._scaled(self._of.shank)

    @property
    def trunk_m(self) -> float:
        """Middle of the hip centres to middle of the shoulder centres, standing straight."""
        return self._scaled(self._of.trunk - (self.legs - 1.0) * (self._of.thigh + self._of.shank))

    @property
    def upper_arm_m(self) -> float:
        """Shoulder centre to elbow centre."""
        return self._scaled(self._of.upper_arm)

    @property
    def forearm_m(self) -> float:
        """Elbow centre to wrist centre."""
        return self._scaled(self._of.forearm)

    @property
    def palm_m(self) -> float:
        """Wrist centre to the third knuckle."""
        return self._scaled(self._of.palm)

    @property
    def foot_m(self) -> float:
        """Heel to the tip of the toes."""
        return self._scaled(self._of.foot)

    @property
    def ankle_height_m(self) -> float:
        """Ankle centre above the sole."""
        return _ANKLE_HEIGHT * self.stature_m

    @property
    def half_hips_m(self) -> float:
        """Hip centre to the middle plane."""
        return self._of.half_hips * self.stature_m

    @property
    def half_shoulders_m(self) -> float:
        """Shoulder centre to the middle plane."""
        return self._of.half_shoulders * self.stature_m

    @property
    def scale(self) -> float:
        """Size relative to the 1.75 m body on which the shapes of ``solids`` and the spine's offsets were drawn."""
        return self.stature_m / 1.75

    @property
    def _of(self) -> _Lengths:
        return _LENGTHS[self.sex]

    def _scaled(self, length_mm: float) -> float:
        return length_mm / self._of.stature * self.stature_m
