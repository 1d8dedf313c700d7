"""Is forcing found when it happens, in time, and never otherwise? On rendered people, seen by the real estimator.

``make bench-detection`` performs every script by people whose seeds nothing was tuned on, draws them, estimates them at
several frame rates and with frames lost, and lets a session judge the poses. What should have been noticed is computed
from the skeleton alone (``calibration.phantom.events``). ``--write docs/accuracy.md`` puts the tables there. Drawing
takes about an hour on two cores; what is drawn is kept in a folder.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.accuracy import replace_figures
from benchmarks.matching import (
    Judged,
    badly_seen,
    is_near_limit,
    matched_holds,
    noticed,
    rule_of,
    unfounded,
    well_seen,
)
from benchmarks.phantoms import SIZE, Seen, Take, joined, watch_at
from calibration.phantom.events import events
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import MEASURES, landmarks_px
from calibration.phantom.variety import FIRST_KEPT_SEED, Variant, variant
from poses import phases, skeleton, tally
from poses.exercise_file import built_in
from poses.measures import trunk_length_px
from poses.phases import PhaseMemory
from poses.records import Finding, Verdict
from poses.tally import Hold, Repetition, Tally
from psoas_coach.session import Session

# Seeds from 10000 on were looked at while the engine was made.
FIRST_SEED: Final = FIRST_KEPT_SEED + 2000
# What each script is there for. ``calibration.phantom.events`` says when it happens; all else it finds is minor.
FORCED: Final = {
    "bridge-arched": "hip-opening-stop",
    "bridge-dropped": "speed",
    "bridge-held": "held-too-long",
    "lunge-bounce-08": "bounce",
    "lunge-bounce-15": "bounce",
    "lunge-bounce-25": "bounce",
    "lunge-creep": "creep",
    "lunge-fast": "speed",
    "lunge-knee-past-toes": "knee-past-toe-caution",
    "lunge-lean-back": "trunk-back-lean-stop",
    "lunge-long": "held-too-long",
    "lunge-pressed": "hip-opening-stop",
}
# Those of which every frame rate is made. They pay for frames drawn 60 times a second.
AT_ALL_RATES: Final = ("bridge-arched", "lunge-creep")
RATES: Final = ("60", "30", "24", "15", "10", "30, a third lost")
USUAL: Final = "15"
# The program's own delay before it speaks, seconds: exercise files. A bounce is three turning points, a creep the mean
# of some seconds; what they take is in their rule.
_OWN_DELAY_S: Final = {"hip-opening": 0.3, "trunk-back-lean": 1.0, "speed": 0.2, "hold": 0.0}
# "You are too small in the picture" is said below 120 pixels.
_TRUNK_PX: Final = 145.0
# Where two people are in the picture for most of the time, nothing is judged: ``benchmarks.company``.
WITH_OTHERS: Final = ("lunge-companion", "lunge-handed-over", "lunge-walked-in-front")
# What arms do is asked by ``benchmarks.gestures``.
OF_ARMS: Final = (
    "bridge-arms-about",
    "bridge-arms-crossed",
    "bridge-hand-up",
    "lunge-arms-about",
    "lunge-arms-crossed",
    "lunge-arms-overhead",
    "lunge-hand-up",
)
# What is seen from the front: measured apart, by ``benchmarks.front``.
OF_FRONT: Final = tuple(name for name in SCRIPTS if name.startswith("standing-march-front"))
# The exercises beside lunge and bridge: measured apart, by ``benchmarks.practice``.
OF_PRACTICE: Final = tuple(
    name
    for name in SCRIPTS
    if name.startswith(("dynamic-lunge", "dead-bug", "hip-opening", "standing-march")) and name not in OF_FRONT
)
# How somebody breathes is asked by ``benchmarks.breath``.
OF_BREATH: Final = ("belly-breathing", "breath-held", "breath-none", "breathing-478", "chest-breathing")
# At the bottom of a split squat somebody is in the posture of a low lunge, and for so long may be taken to do one. That
# is neither right nor wrong, and is not scored.
LUNGE_FOR_A_MOMENT: Final = ("split-squat",)
# A calibration is no exercise. Seeds follow from a script's number among the others, so a new one that is not left out
# shifts them.
_ELSEWHERE: Final = ("calibration", *LUNGE_FOR_A_MOMENT, *WITH_OTHERS, *OF_ARMS, *OF_PRACTICE, *OF_FRONT, *OF_BREATH)
_CALLED: Final = tuple(exercise.id for exercise in built_in())
# A finding is this much blurred at its edges by smoothing.
_BLURRED_S: Final = 0.5
# Nothing can be told of what was not judged by more than this share.
_MOST: Final = 0.5
# Differences that ``--list`` tells, and the table counts.
_HOLD_OFF_S: Final = 0.3


def take(script: str, seed: int, fps: float) -> Take:
    """Somebody unseen, with the camera up to 15 degrees off the side, and as near as the program asks for."""
    drawn = variant(seed)
    yaw = float(np.random.default_rng([seed, 9]).uniform(-15.0, 15.0))
    drawn = replace(drawn, view=replace(drawn.view, yaw_deg=yaw))
    # Twice, since nearness changes the perspective.
    for _ in range(2):
        farther = drawn.view.farther * _trunk_px(script, seed, drawn) / _TRUNK_PX
        drawn = replace(drawn, view=replace(drawn.view, farther=farther))
    return Take(SCRIPTS[script], seed, drawn, None, fps, label=script)


def _trunk_px(script: str, seed: int, drawn: Variant) -> float:
    """Length of the trunk in the middle picture of the exercise, or ``_TRUNK_PX`` where there is none."""
    studio = Studio(SCRIPTS[script], seed=seed, size=SIZE, variant=drawn)
    doing = [t for t in studio.performance.times(1.0).tolist() if studio.performance.exercise(t) in _CALLED]
    if not doing:
        return _TRUNK_PX
    figure = studio.performance.placed(doing[len(doing) // 2])
    return float(trunk_length_px(landmarks_px(figure, studio.camera, SIZE)))


def choices(rates: Sequence[str], fps: float, count: int, seed: int) -> dict[str, list[int]]:
    """Which of ``count`` frames at ``fps`` a camera of each rate would have seen; nearest frames, true times."""
    made: dict[str, list[int]] = {}
    for rate in rates:
        wanted = float(rate.partition(",")[0])
        frames = np.unique(np.floor(np.arange(0.0, count, fps / wanted) + 0.5).astype(int))
        frames = frames[frames < count]
        if "lost" in rate:
            frames = frames[np.random.default_rng([seed, 10]).random(len(frames)) >= 1.0 / 3.0]
        made[rate] = frames.tolist()
    return made


def performances(first: int, people: int) -> Iterator[tuple[str, int, tuple[str, ...], float]]:
    """Script, seed, rates and drawing rate; the first person of the chosen scripts at every rate."""
    for number, script in enumerate(name for name in SCRIPTS if name not in _ELSEWHERE):
        for person in range(people):
            everything = person == 0 and script in AT_ALL_RATES
            yield script, first + number * 10 + person, RATES if everything else (USUAL,), 60.0 if everything else 15.0


def _draw(script: str, seed: int, rates: tuple[str, ...], fps: float) -> Seen:
    wanted = take(script, seed, fps)
    studio = Studio(wanted.script, seed=seed, fps=fps, size=SIZE, variant=wanted.variant)
    return joined(watch_at(wanted, choices(rates, fps, len(studio), seed)))


def _path(folder: Path, script: str, seed: int) -> Path:
    return folder / f"{script}-{seed}.npz"


def gathered(folder: Path, first: int, people: int) -> dict[tuple[str, int], Seen]:
    """All clips, each drawn unless the folder holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(performances(first, people))
    missing = [one for one in wanted if not _path(folder, *one[:2]).exists()]
    # The longest first, so that no core waits for the last.
    missing.sort(key=lambda one: -SCRIPTS[one[0]].duration_s * one[3])
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(_draw, *one): one for one in missing}
        for number, done in enumerate(as_completed(running), 1):
            script, seed, *_ = running[done]
            done.result().save(_path(folder, script, seed))
            print(f"\rdrawn and estimated: {number} of {len(missing)} clips", end="", flush=True)
    return {(script, seed): Seen.load(_path(folder, script, seed)) for script, seed, *_ in wanted}


def judge(script: str, seed: int, seen: Seen) -> Judged:
    """Runs a session over one clip at one frame rate."""
    performed = take(script, seed, 15.0)
    studio = Studio(performed.script, seed=seed, fps=60.0, size=SIZE, variant=performed.variant)
    true_events = events(studio.performance, studio.camera, SIZE)
    session = Session(built_in())
    steps = [session.step(index, seen.pose(index)) for index in range(len(seen))]
    ending = session.finish()
    findings = (*(finding for step in steps for finding in step.findings), *ending.findings)
    holds = (*(hold for step in steps for hold in step.moment.holds), *ending.holds)
    done = (*(one for step in steps for one in step.moment.repetitions), *ending.repetitions)
    spans = np.diff(seen.time_s, append=seen.time_s[-1])
    judged = np.array([step.assessment.judged for step in steps])
    true_holds, true_done = truly_done(studio)
    near = frozenset(finding for finding in findings if is_near_limit(finding, _truth_of(finding, seen)))
    return Judged(
        script, seed, str(seen.label[0]), true_events, findings, holds, done, true_holds, true_done,
        float(spans[judged].sum()), near, tuple(seen.time_s[~judged].tolist()), tuple(seen.time_s.tolist()),
    )  # fmt: skip


def _truth_of(finding: Finding, seen: Seen) -> list[float]:
    """True values of what a finding was told of; none for what is neither a limit of range nor of speed."""
    during = (seen.time_s >= finding.start_s - _BLURRED_S) & (seen.time_s <= finding.end_s + _BLURRED_S)
    if finding.rule == "speed":
        opening = seen.truth[:, finding.side, MEASURES.index("hip_opening_deg")]
        slopes: list[float] = np.gradient(opening, seen.time_s)[during].tolist()
        return slopes
    rules = {rule.id: rule for exercise in built_in() if exercise.id == finding.exercise for rule in exercise.rules}
    if finding.rule not in rules:
        return []
    values: list[float] = seen.truth[during, finding.side, MEASURES.index(rules[finding.rule].measure)].tolist()
    return values


def truly_done(studio: Studio) -> tuple[tuple[Hold, ...], tuple[Repetition, ...]]:
    """Holds and repetitions that the phases find in the skeleton's own angles, 60 times a second.

    What a hold is, is a definition; here its clock reads angles without error, whoever draws or estimates.
    """
    holds: tuple[Hold, ...] = ()
    done: tuple[Repetition, ...] = ()
    opening = f"hip_opening_deg_{skeleton.SIDES[skeleton.LEFT if studio.variant.sensor.mirrored else skeleton.RIGHT]}"
    for exercise in built_in():
        if exercise.movement is None:
            continue
        shape, memory, counted = exercise.movement.shape, PhaseMemory(), Tally()
        for index in range(len(studio)):
            values = studio.row(index)
            time_s = float(values["time_s"])
            doing = studio.performance.exercise(time_s) == exercise.id
            memory, changes = phases.advance(shape, time_s, float(values[opening]), memory, in_exercise=doing)
            counted, held, repeated = tally.gather(counted, changes, time_s)
            holds, done = (*holds, *held), (*done, *repeated)
        _, changes = phases.finish(shape, memory)
        counted, held, repeated = tally.gather(counted, changes, memory.seen_s)
        holds, done = (*holds, *held, *tally.close(counted)[1]), (*done, *repeated)
    return holds, done


def tables(clips: Sequence[Judged]) -> str:
    """All figures as Markdown."""
    return "\n\n".join([_detected(clips), _false(clips), _same(clips), _done(clips)])


def _detected(clips: Sequence[Judged]) -> str:
    lines = [
        "### Forcing: detected, missed, delay",
        "",
        "Every event that a script is there for. Delay: median and longest, from its true beginning until it was said, "
        "without the rule's own delay ("
        + ", ".join(f"{rule} {s:g} s" for rule, s in _OWN_DELAY_S.items())
        + "; a bounce "
        "is three turning points, a creep the mean of some seconds, knee past toe 0.3 s: these are not taken off). "
        "Only care: a caution where a stop was due, as where the value is beyond its stop limit by less than its "
        "sigma. Not judged: nothing was told, and of more than half of the event, with the second before and after, "
        "the program says that it cannot judge it.",
        "",
        "| what | frames a second | people | events | detected | only care | not judged | missed | delay, median | "
        "longest |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for event_id in dict.fromkeys(FORCED.values()):
        for rate in RATES:
            rows = [
                (clip, event, noticed(event, clip.findings))
                for clip in clips
                if clip.rate == rate and FORCED.get(clip.script) == event_id
                for event in clip.events
                if event.id == event_id
            ]
            if not rows:
                continue
            rule = rule_of(rows[0][1])[0]
            own = _OWN_DELAY_S.get(rule, 0.0)
            silent = [
                badly_seen(clip, event.start_s, event.end_s, _MOST)
                for clip, event, said in rows
                if said is None and noticed(event, clip.findings, Verdict.CAUTION) is None
            ]
            delays = [said.reported_s - event.start_s - own for _, event, said in rows if said is not None]
            people = len({clip.seed for clip, *_ in rows})
            told = f"{np.median(delays):.1f} s | {max(delays):.1f} s" if delays else "– | –"
            lines.append(
                f"| {event_id} | {rate} | {people} | {len(rows)} | {len(delays)} | "
                f"{len(rows) - len(delays) - len(silent)} | {sum(silent)} | {len(silent) - sum(silent)} | {told} |"
            )
    return "\n".join(lines)


def _false(clips: Sequence[Judged]) -> str:
    lines = [
        "### Forcing: false alarms",
        "",
        "Findings that belong to no true event of their rule. Correct motion: scripts in which nothing is forced. Near "
        "the limit: cautions whose true value came within the stated sigma of the limit; that nobody can tell apart.",
        "",
        "| clips | frames a second | clips | judged minutes | false stops | false cautions | near the limit | which |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, chosen in (("correct motion", False), ("forced motion", True)):
        for rate in RATES:
            these = [clip for clip in clips if clip.rate == rate and (clip.script in FORCED) is chosen]
            if not these:
                continue
            wrong = [finding for clip in these for finding in unfounded(clip)]
            stops = [finding for finding in wrong if finding.verdict is Verdict.STOP]
            near = sum(finding in clip.near_limit for clip in these for finding in unfounded(clip))
            which = Counter(finding.rule for finding in wrong)
            minutes = sum(clip.judged_s for clip in these) / 60.0
            lines.append(
                f"| {name} | {rate} | {len(these)} | {minutes:.1f} | {len(stops)} | {len(wrong) - len(stops)} | "
                f"{near} | {', '.join(f'{rule} {count}' for rule, count in which.most_common()) or '–'} |"
            )
    return "\n".join(lines)


def _same(clips: Sequence[Judged]) -> str:
    """The same clip at other frame rates: are the events the same?"""
    lines = [
        "### The same clip at other frame rates",
        "",
        "Events of the script noticed at 30 frames a second and at the other rate, and how far apart their beginnings "
        "are said to be.",
        "",
        "| frames a second | clips | noticed at both | at one only | beginnings apart, median | longest |",
        "|---|---|---|---|---|---|",
    ]
    at = {(clip.script, clip.seed, clip.rate): clip for clip in clips}
    for rate in RATES:
        both: list[float] = []
        one = count = 0
        for (script, seed, its_rate), clip in at.items():
            base = at.get((script, seed, "30"))
            if its_rate != rate or rate == "30" or base is None:
                continue
            count += 1
            for event in clip.events:
                if event.id == FORCED.get(script):
                    a, b = noticed(event, clip.findings), noticed(event, base.findings)
                    if a is not None and b is not None:
                        both.append(abs(a.start_s - b.start_s))
                    one += (a is None) != (b is None)
        if count:
            lines.append(f"| {rate} | {count} | {len(both)} | {one} | {np.median(both):.2f} s | {max(both):.2f} s |")
    return "\n".join(lines)


def _done(clips: Sequence[Judged]) -> str:
    lines = [
        "### Holds and repetitions",
        "",
        "Against the same clocks on the skeleton's own angles: holds of at least 3 s in view, difference of their "
        "length; clips whose repetitions are counted exactly. A hold is well seen when nine tenths of it, with "
        "a second before and after, were judged; where it is not, the program says so and its clock waits.",
        "",
        "| frames a second | holds | found | length off, median | p95 | within 0.3 s | clips with repetitions "
        "| counted exactly |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rate in RATES:
        these = [clip for clip in clips if clip.rate == rate]
        pairs = [(well_seen(clip, pair[0]), *pair) for clip in these for pair in matched_holds(clip)]
        repeated = [clip for clip in these if clip.true_repetitions]
        exact = sum(len(clip.repetitions) == len(clip.true_repetitions) for clip in repeated)
        for name, well, counts in (
            ("well seen", True, f"{len(repeated)} | {exact}"),
            ("badly seen", False, "– | –"),
        ):
            told = _off([pair[1:] for pair in pairs if pair[0] is well])
            if told:
                lines.append(f"| {rate}, {name} | {told} | {counts} |")
    return "\n".join(lines)


def _off(pairs: Sequence[tuple[Hold, Hold | None]]) -> str:
    """How many holds were found, and by how much their lengths are off."""
    off = [abs((found.end_s - found.start_s) - (true.end_s - true.start_s)) for true, found in pairs if found]
    if not off:
        return f"{len(pairs)} | 0 | – | – | –" if pairs else ""
    right = sum(seconds <= _HOLD_OFF_S for seconds in off)
    return f"{len(pairs)} | {len(off)} | {np.median(off):.2f} s | {np.percentile(off, 95):.2f} s | {right}"


_MARKS: Final = ("<!-- figures: make bench-detection -->", "<!-- end of detection figures -->")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("detection"), help="where what was drawn is kept")
    parser.add_argument(
        "--first", type=int, default=FIRST_SEED, help="first seed; others than the kept ones for trying"
    )
    parser.add_argument("--people", type=int, default=2, help="people for each script")
    parser.add_argument("--list", action="store_true", help="name every event that was missed or is false")
    parser.add_argument("--write", type=Path, help="a Markdown file whose figures are to be replaced")
    arguments = parser.parse_args()
    drawn = gathered(arguments.folder, arguments.first, arguments.people)
    clips = [
        judge(script, seed, seen.taken(seen.clip == clip))
        for (script, seed), seen in drawn.items()
        for clip in np.unique(seen.clip)
    ]
    if arguments.list:
        _tell(clips)
    text = tables(clips)
    print(text)
    if arguments.write is not None:
        replace_figures(arguments.write, *_MARKS, text)


def _tell(clips: Sequence[Judged]) -> None:
    for clip in clips:
        for event in clip.events:
            if event.id == FORCED.get(clip.script) and noticed(event, clip.findings) is None:
                print("missed", clip.script, clip.seed, clip.rate, event)
        for finding in unfounded(clip):
            print("false", clip.script, clip.seed, clip.rate, finding)
        for true, found in matched_holds(clip):
            off = (found.end_s - found.start_s) - (true.end_s - true.start_s) if found else float("nan")
            if not abs(off) <= _HOLD_OFF_S:
                print("hold", clip.script, clip.seed, clip.rate, true, found)
        if len(clip.repetitions) != len(clip.true_repetitions):
            print("count", clip.script, clip.seed, clip.rate, len(clip.repetitions), "not", len(clip.true_repetitions))


if __name__ == "__main__":
    main()
