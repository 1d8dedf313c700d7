"""Follows the breath through a recording, and gives what was told of each stretch in which somebody lay still."""

from typing import Final

from poses import breath
from poses.breath import BreathMemory
from poses.breath_signal import LENGTHS_S
from poses.records import Pose
from psoas_coach.breath_record import BreathingRecord, BreathTally, gather, record_of
from psoas_coach.breathing import BELLY

# Who lies still for less shows no breath that could be told.
_LEAST_STILL_S: Final = LENGTHS_S[-1]
_ELSEWHERE: Final = ("not_seen", "not_lying")


class BreathFollower:
    """Takes one pose after another.

    Args:
        asked_for: Id of the exercise the user named, or "auto". Of belly breathing the whole recording is told, also
            that nothing could be told; else only stretches in which somebody lay still long enough.
    """

    def __init__(self, asked_for: str) -> None:
        self._whole = asked_for == BELLY
        self._memory, self._tally = BreathMemory(), BreathTally()
        self._records: list[BreathingRecord] = []

    def write(self, pose: Pose) -> None:
        """Takes one more into account."""
        self._memory = breath.follow(pose, self._memory)
        reading = self._memory.reading
        if reading.problem in _ELSEWHERE and not self._whole:
            self._close()
        else:
            self._tally = gather(self._tally, reading, pose.time_s)

    def records(self) -> list[BreathingRecord]:
        """What was told up to now."""
        self._close()
        return self._records

    def _close(self) -> None:
        if self._tally.still_s >= _LEAST_STILL_S or (self._whole and self._tally != BreathTally()):
            self._records = [*self._records, record_of(self._tally, BELLY, paced=False)]
        self._tally = BreathTally()
