"""Ctrl-C as a request: the first finishes the files and ends well, the second ends at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Documented exit status of an interrupted run: 128 + SIGINT, as shells use it.
EXIT_INTERRUPTED = 130


@contextmanager
def polite(on_first: Callable[[], None] = lambda: None) -> Iterator[Callable[[], bool]]:
    """Gives a function that tells whether the user has asked to stop.

    Args:
        on_first: Called once, when the first request arrives.
    """
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        on_first()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
