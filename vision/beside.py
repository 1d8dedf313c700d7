"""How is work done beside other work? What an iterator gives is made in a thread of its own, some items ahead.

Nothing here knows what the items are. The order is kept, an error comes out where its item would have, and whoever
stops taking ends the thread, so nothing runs on and nothing piles up.
"""

import threading
from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Final, Generic, TypeVar

T = TypeVar("T")

# How often a thread that waits for room asks whether it is still wanted.
_ASKS_S: Final = 0.1


class _End:
    """Comes after the last item, with what ended them if it was an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Beside(Generic[T]):
    """Runs a generator in a thread of its own. Use it as a context manager, and iterate over it once.

    Args:
        items: The generator; it is run, and closed, by the thread alone.
        ahead: How many items may wait to be taken.
        name: Of the thread.
    """

    def __init__(self, items: Generator[T, None, None], *, ahead: int, name: str) -> None:
        self._items = items
        self._ready: Queue[T | _End] = Queue(ahead)
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "Beside[T]":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unwanted.set()
        while self._thread.is_alive():
            # Room for what it holds, so that it need not wait until it asks.
            try:
                self._ready.get_nowait()
            except Empty:
                self._thread.join(_ASKS_S / 10.0)

    def __iter__(self) -> Iterator[T]:
        while not isinstance(item := self._ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _run(self) -> None:
        end = _End(None)
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:
            end = _End(error)
        finally:
            self._items.close()
            self._put(end)

    def _put(self, item: T | _End) -> bool:
        while not self._unwanted.is_set():
            try:
                self._ready.put(item, timeout=_ASKS_S)
            except Full:
                continue
            return True
        return False
