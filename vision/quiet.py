"""How is the chatter of native libraries kept from the user's terminal, without losing what matters?

They write to file descriptor 2 directly, so nothing in Python's ``sys`` reaches it.
"""

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

_lock = threading.Lock()


@contextlib.contextmanager
def quiet_stderr(chatter: re.Pattern[bytes]) -> Iterator[None]:
    """Turn file descriptor 2 to a temporary file for a short while; one thread at a time.

    Afterwards every line that is not chatter is passed on, also what other threads wrote meanwhile. Where there is no
    such descriptor (a program without a console) nothing is done.

    Args:
        chatter: Matches, from its beginning, a line that no user need see.
    """
    with _lock, contextlib.ExitStack() as undo:
        try:
            _flush()
            terminal = os.dup(2)
        except (OSError, ValueError):
            yield
            return
        undo.callback(os.close, terminal)
        heard = undo.enter_context(tempfile.TemporaryFile())
        os.dup2(heard.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(terminal, 2)
            heard.seek(0)
            for line in heard:
                if not chatter.match(line):
                    os.write(terminal, line)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
