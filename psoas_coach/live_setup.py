"""Before an exercise begins: is the view good, what would make it better, and which leg does the person begin with?"""

from dataclasses import replace
from typing import Final

from poses.messages import Messages
from poses.records import Step
from poses.skeleton import SIDES
from poses.view import FAR_LEG, NOT_BEGUN
from psoas_coach.live_state import State

# Nothing of these is the camera's: somebody is well seen and has not begun yet, or hides one leg behind the other.
_NOT_BEGUN: Final = (*NOT_BEGUN, FAR_LEG)


def view_is_good(state: State, step: Step) -> bool:
    """Whether the person is seen well, from the side that the exercise needs."""
    return not _problem(step) and (_shows_the_side(state, step) or swapped(state, step) is not state)


def coaching(state: State, step: Step, texts: Messages) -> tuple[str, str]:
    """What would make the view better: an id and a sentence; both "" where it is good."""
    if problem := _problem(step):
        return problem, texts("problems", problem)
    item = state.item
    if item is not None and item.side is not None and not view_is_good(state, step):
        return "other_side", texts("live", "turn", SIDES[item.side])
    return "", ""


def swapped(state: State, step: Step) -> State:
    """The state with the other leg first, where the person shows that side and it was to come next; else the same."""
    item, later = state.item, state.place + 1
    if item is None or later >= len(state.plan.items) or not step.raw.facing or _shows_the_side(state, step):
        return state
    items = list(state.plan.items)
    if (items[later].exercise, items[later].side) != (item.exercise, step.raw.near):
        return state
    items[state.place], items[later] = items[later], items[state.place]
    return replace(state, plan=replace(state.plan, items=tuple(items)))


def _problem(step: Step) -> str:
    problems = step.assessment.problems
    return problems[0] if problems and problems[0] not in _NOT_BEGUN else ""


def _shows_the_side(state: State, step: Step) -> bool:
    item = state.item
    return item is None or item.side is None or (bool(step.raw.facing) and step.raw.near == item.side)
