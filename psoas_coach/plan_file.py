"""Writes a plan as the TOML file that ``plan.read_plan`` reads; what is written is read back as the same plan."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from poses.skeleton import SIDES
from psoas_coach.files import make_folder, replacing
from psoas_coach.plan import Item, Plan


def text_of(plan: Plan, opening: Sequence[str] = (), comments: Mapping[int, str] | None = None) -> str:
    """A plan as TOML.

    What the person's answers add to a step is left out: they are asked again whenever the file is used, and say it
    anew.

    Args:
        plan: What is done.
        opening: Lines above all, without their "#".
        comments: A line above a step, by its number in the plan from 0.
    """
    parts = ["".join(f"# {line}\n" for line in opening) + tomli_w.dumps({"breathing": bool(plan.breathing)})]
    for number, item in enumerate(plan.items):
        line = (comments or {}).get(number, "")
        parts.append((f"# {line}\n" if line else "") + "[[steps]]\n" + tomli_w.dumps(_step(plan, item)))
    return "\n".join(parts)


def write(path: Path, text: str) -> None:
    """Puts the text of a plan in its file.

    Raises:
        Problem: It cannot be written.
    """
    make_folder(path.parent)
    with replacing(path) as file:
        file.write_text(text, encoding="utf-8")


def _step(plan: Plan, item: Item) -> dict[str, Any]:
    """A step with all that its file may say of it."""
    step: dict[str, Any] = {"exercise": item.exercise}
    if item.side is not None:
        step["side"] = SIDES[item.side]
    if plan.level_of(item.exercise) > 1:
        step["level"] = plan.level_of(item.exercise)
    step["repetitions"] = item.repetitions
    if item.breathes:
        return step | ({"full": True} if item.full else {})
    if item.hold_s > 0.0:
        step["hold_s"] = item.hold_s
    return step | {"rest_s": item.rest_s}
