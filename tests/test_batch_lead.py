"""What the one who leads a batch tells and writes at its end; here one worker does everything, in this process."""

import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pieces import LUNGE, picture, tables

from psoas_coach.batch import worker
from psoas_coach.batch.lead import Crowd, run_batch
from psoas_coach.batch.plan import Wish
from psoas_coach.batch.sidecar import Said
from psoas_coach.interrupt import EXIT_INTERRUPTED
from psoas_coach.run import EXIT_DONE, EXIT_SOME_FAILED


@dataclass(frozen=True)
class OneHere(Crowd):
    """One worker in this process: each task is done when it is given."""

    count: int = 1

    @contextmanager
    def pool(self, run: Path) -> "Iterator[OneHere]":
        yield self

    def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(work(*words))
        return done

    def is_loss(self, error: BaseException) -> bool:
        return False

    def renew(self) -> None:
        raise AssertionError("nobody can be lost")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, time_s in enumerate((2.0, 12.0)):
        picture(folder / f"{number}.png", LUNGE, time_s)
    return folder


class Interrupted(OneHere):
    """Ctrl-C comes when the first file is given to be looked at; nothing is answered any more."""

    def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
        assert work is worker.look
        signal.raise_signal(signal.SIGINT)
        return Future()


def lead(clips: Path, out: Path, model_path: Path, crowd: OneHere | None = None) -> int:
    wish = Wish(Said(exercise="auto"), str(model_path), "en", report=False)
    return run_batch([clips], out, wish, crowd or OneHere())


def test_a_batch_without_pyarrow_is_done_but_one_whose_table_cannot_be_written_is_not(
    pictures: Path,
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert lead(pictures, tmp_path / "out", model_path) == EXIT_DONE
    assert "pyarrow is not installed" in capsys.readouterr().err
    (tmp_path / "out" / "events.csv").unlink()
    (tmp_path / "out" / "events.csv").mkdir()
    assert lead(pictures, tmp_path / "out", model_path) == EXIT_SOME_FAILED


def test_a_batch_that_is_ended_while_it_looks_at_files_keeps_the_tables_of_before(
    pictures: Path, model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert lead(pictures, out, model_path) == EXIT_DONE
    before = tables(out) | {"index.html": (out / "index.html").read_bytes()}
    capsys.readouterr()
    # With nobody at work only one task is given ahead, so Ctrl-C comes once.
    assert lead(pictures, out, model_path, Interrupted(count=0)) == EXIT_INTERRUPTED
    assert tables(out) | {"index.html": (out / "index.html").read_bytes()} == before
    assert "not begun" not in capsys.readouterr().out
