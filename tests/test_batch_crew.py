"""Who gives out the tasks: the most urgent first, nobody idle, and whoever dies costs nobody else's task."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from poses.problem import Problem
from psoas_coach.batch.crew import Crew, Task
from psoas_coach.batch.lock import alone_in
from psoas_coach.batch.pool import Processes
from psoas_coach.batch.records import Answer, Clip, Failure, Looked
from psoas_coach.batch.worker import GOING


def echo(place: object, number: int) -> Looked:
    return Looked(str(number), (os.getpid(), 0), 1, 1)


def die(place: object, number: int) -> Looked:
    time.sleep(0.2)
    os._exit(9)


def die_once(place: object, number: int, mark: Path) -> Looked:
    if mark.exists():
        return echo(place, number)
    mark.touch()
    return die(place, number)


def fail(place: object, number: int) -> Looked:
    raise ArithmeticError("unthought of")


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    (tmp_path / GOING).touch()
    return tmp_path


def answers(run: Path, tasks: list[tuple[Callable[..., Any], tuple[object, ...]]]) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    pool = Processes(run, 2)
    crew = Crew(pool, lambda number: number, lambda: False, lambda crew: None)
    for number, (work, words) in enumerate(tasks):
        crew.add(Task(str(number), -number, work, (number, *words), partial(found.__setitem__, number)))
    crew.work()
    (run / GOING).unlink()
    pool.close()
    return found


def test_a_task_that_ends_its_process_is_found_and_all_others_are_done(run_folder: Path) -> None:
    others = [(echo, ())] * 3
    found = answers(run_folder, [*others, (die, ()), (fail, ()), *others])
    assert sorted(found) == list(range(8))
    culprit, error = found.pop(3), found.pop(4)
    assert isinstance(culprit, Failure)
    assert "ended twice" in culprit.what
    assert isinstance(error, Failure)
    assert "ArithmeticError: unthought of" in error.what
    assert {number: one.sha256 for number, one in found.items() if isinstance(one, Looked)} == {
        number: str(number) for number in found
    }


def test_a_process_that_dies_once_costs_nothing(run_folder: Path) -> None:
    found = answers(run_folder, [(echo, ()), (die_once, (run_folder / "mark",)), (echo, ())])
    assert [type(found[number]) for number in range(3)] == [Looked] * 3


def test_the_most_urgent_comes_first_and_what_follows_from_it_at_once() -> None:
    order: list[str] = []

    class Alone:
        """Works at once, one task at a time."""

        count = 0

        def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
            future: Future[Any] = Future()
            order.append(str(words[1]))
            future.set_result(Looked("", (0, 0), 1, 1))
            return future

        def is_loss(self, error: BaseException) -> bool:
            return False

        def renew(self) -> None:
            raise AssertionError

    crew = Crew(Alone(), lambda number: number, lambda: False, lambda crew: None)

    def next_one(answer: Answer) -> None:
        crew.add(Task("", float("inf"), echo, ("after",), lambda answer: None))

    for name, urgency in (("short", 10), ("long", 90), ("middle", 50)):
        then = next_one if name == "long" else lambda answer: None
        crew.add(Task(name, urgency, echo, (name,), then))
    crew.work()
    assert order == ["long", "after", "middle", "short"]


def test_a_folder_is_locked_for_as_long_as_somebody_writes(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(Problem, match="Another batch is at work"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass


def test_the_work_of_a_clip_is_its_pictures() -> None:
    assert Clip("a", "a").frames == 1
    assert Clip("a", "a", looked=Looked("", (0, 0), 300, 1)).frames == 300
