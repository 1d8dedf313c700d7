"""Do the signs of the arms act, and does nothing else? On rendered people, seen by the real estimator.

``make bench-gestures`` lets people whose seeds nothing was tuned on give each sign, do other things with their arms,
and perform all other scripts. Those of ``benchmarks.detection`` are taken from its folder, drawn where it lacks them.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import detection
from benchmarks.accuracy import replace_figures
from benchmarks.phantoms import Seen, Take, watch
from calibration.phantom.scripts import SCRIPTS
from calibration.phantom.variety import FIRST_KEPT_SEED, variant
from poses import hands
from poses.hands import HandsMemory
from poses.signs import Sign

# Seeds from 14000 on were looked at while signs were made.
FIRST_SEED: Final = FIRST_KEPT_SEED + 7000
PEOPLE: Final = 3
FPS: Final = 8.0
# Which signs are given when: from when the arms are there to when they leave. All other scripts give none.
GIVEN: Final[dict[str, tuple[tuple[Sign, float, float], ...]]] = {
    "lunge-hand-up": (("raised_hand", 13.0, 16.0), ("raised_hand", 21.0, 24.0)),
    "lunge-arms-crossed": (("arms_crossed", 13.0, 16.0),),
    "bridge-hand-up": (("raised_hand", 15.0, 18.0), ("raised_hand", 23.0, 26.0)),
    "bridge-arms-crossed": (("arms_crossed", 15.0, 18.0),),
}
# As oblique as is judged without asking to turn.
_MOST_YAW_DEG: Final = 15.0
_OTHERS: Final = "all other scripts"


@dataclass(frozen=True, slots=True)
class Count:
    """What came of one clip.

    Attributes:
        script: Which.
        seconds: Its length.
        given: Signs that were given.
        acted: Of these that acted, once and in time.
        false: What acted and was not given.
        late_s: How long after the arms were there each acted.
    """

    script: str
    seconds: float
    given: int
    acted: int
    false: tuple[Sign, ...]
    late_s: tuple[float, ...]


def acts(seen: Seen) -> list[tuple[Sign, float]]:
    """Which signs act when in a clip."""
    memory, found = HandsMemory(), list[tuple[Sign, float]]()
    for index in range(len(seen)):
        memory = hands.follow(seen.pose(index), memory)
        if memory.acted and memory.sign is not None:
            found.append((memory.sign, float(seen.time_s[index])))
    return found


def count(script: str, seen: Seen) -> Count:
    """Compares what acted with what was given."""
    left, late = acts(seen), []
    for sign, start_s, end_s in GIVEN.get(script, ()):
        mine = next((one for one in left if one[0] == sign and start_s <= one[1] <= end_s), None)
        if mine is not None:
            left.remove(mine)
            late.append(mine[1] - start_s)
    length = float(seen.time_s[-1] - seen.time_s[0])
    return Count(script, length, len(GIVEN.get(script, ())), len(late), tuple(sign for sign, _ in left), tuple(late))


def take(script: str, seed: int) -> Take:
    """Somebody unseen, with the camera up to 15 degrees off the side."""
    drawn = variant(seed)
    yaw = float(np.random.default_rng([seed, 9]).uniform(-_MOST_YAW_DEG, _MOST_YAW_DEG))
    return Take(SCRIPTS[script], seed, replace(drawn, view=replace(drawn.view, yaw_deg=yaw)), None, FPS, label=script)


def watched(folder: Path, first: int, people: int) -> Iterator[tuple[str, Seen]]:
    """Clips of what arms do, and of several people in the picture, drawn unless the folder holds them."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [
        (script, first + 10 * number + person)
        for number, script in enumerate((*detection.OF_ARMS, *detection.WITH_OTHERS))
        for person in range(people)
    ]
    missing = [one for one in wanted if not _path(folder, *one).exists()]
    takes = [take(*one) for one in missing]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for one, seen in zip(missing, pool.map(partial(watch, arms=True), takes), strict=True):
            seen.save(_path(folder, *one))
            print("drawn:", *one, flush=True)
    for script, seed in wanted:
        yield script, Seen.load(_path(folder, script, seed))


def _path(folder: Path, script: str, seed: int) -> Path:
    return folder / f"gestures-{script}-{seed}.npz"


def others(folder: Path, people: int) -> Iterator[tuple[str, Seen]]:
    """Every clip that detection is measured on."""
    for (script, _), seen in detection.gathered(folder, detection.FIRST_SEED, people).items():
        for clip in np.unique(seen.clip):
            yield script, seen.taken(seen.clip == clip)


def table(counts: Sequence[Count]) -> str:
    """A line for each script in which arms do something, and one for all others together, as Markdown."""
    lines = [
        "| script | clips | seconds | signs given | acted | after, s | acted and was not given |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in (*detection.OF_ARMS, _OTHERS):
        mine = [one for one in counts if name in (one.script, _OTHERS if one.script not in detection.OF_ARMS else "")]
        late = [late_s for one in mine for late_s in one.late_s]
        after = f"{min(late):.1f} to {max(late):.1f}" if late else ""
        given, acted, false = (sum(n) for n in zip(*((m.given, m.acted, len(m.false)) for m in mine), strict=True))
        seconds = sum(one.seconds for one in mine)
        lines.append(f"| {name} | {len(mine)} | {seconds:.0f} | {given} | {acted} | {after} | {false} |")
    return "\n".join(lines)


_MARKS: Final = ("<!-- figures: make bench-gestures -->", "<!-- end of the figures of gestures -->")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("detection"), help="where what was drawn is kept")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed of those who do something with arms")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many for each of these scripts")
    parser.add_argument("--others", type=int, default=2, help="people for each other script; 0 for none")
    parser.add_argument("--write", type=Path, help="a Markdown file whose figures are to be replaced")
    arguments = parser.parse_args()
    counts = [count(script, seen) for script, seen in watched(arguments.folder, arguments.first, arguments.people)]
    if arguments.others:
        counts += [count(script, seen) for script, seen in others(arguments.folder, arguments.others)]
    for one in counts:
        if one.false or one.acted < one.given:
            print(one)
    text = table(counts)
    print(text)
    if arguments.write is not None:
        replace_figures(arguments.write, *_MARKS, text)


if __name__ == "__main__":
    main()
