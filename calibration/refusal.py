"""Why a calibration is refused: as any other problem, and with a reason by which a window can say it in its words."""

from poses.problem import Problem


class Refused(Problem):
    """What was measured may not be kept.

    Attributes:
        reasons: Ids of ``[calibrate.refused]`` in the texts, the first the most important.
    """

    def __init__(self, what: str, why: str, do: str, *reasons: str) -> None:
        super().__init__(what, why, do)
        self.reasons = reasons
