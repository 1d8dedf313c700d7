"""Findings: the stretches of time in which a rule kept one verdict, gathered for reports.

Which question this module answers: what happened when, how long and how far beyond. It decides nothing; it only
follows the readings.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from poses.records import Finding, Reading, Verdict


def follow(
    exercise: str, readings: Sequence[Reading], time_s: float, pending: tuple[Finding, ...]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Takes the readings of one moment into account.

    Args:
        exercise: Id of the exercise.
        readings: The moment's readings.
        time_s: Media time.
        pending: Findings that were under way.

    Returns:
        The findings that ended, and those that are under way.
    """
    ended, going = [], []
    by_rule = {finding.rule: finding for finding in pending if finding.exercise == exercise}
    ended += [finding for finding in pending if finding.exercise != exercise]
    for reading in readings:
        finding = by_rule.get(reading.rule)
        if reading.verdict is Verdict.UNKNOWN:
            # Out of sight is not over: the finding waits for the next clear moment.
            if finding is not None:
                going.append(finding)
            continue
        if finding is not None and (finding.verdict, finding.side) != (reading.verdict, reading.side):
            ended.append(finding)
            finding = None
        if reading.verdict in (Verdict.CAUTION, Verdict.STOP):
            going.append(_grown(finding or _begun(exercise, reading, time_s), reading, time_s))
    return tuple(ended), tuple(going)


def _begun(exercise: str, reading: Reading, time_s: float) -> Finding:
    return Finding(
        exercise=exercise,
        rule=reading.rule,
        side=reading.side,
        verdict=reading.verdict,
        start_s=reading.since_s,
        reported_s=time_s,
        end_s=time_s,
        peak=reading.value,
        peak_s=time_s,
        sigma=reading.sigma,
        limit=reading.limit,
    )


def _grown(finding: Finding, reading: Reading, time_s: float) -> Finding:
    upwards = finding.peak > finding.limit
    if (reading.value > finding.limit) != upwards:
        # Back inside its limit: the verdict may still be held for a moment, but what happened is over.
        return finding
    if math.fabs(reading.value - finding.limit) > math.fabs(finding.peak - finding.limit):
        finding = replace(finding, peak=reading.value, peak_s=time_s, sigma=reading.sigma)
    return replace(finding, end_s=time_s)
