"""A screen of memory (Xvfb) for tests: what is on it, and a person who presses keys and closes windows.

It speaks to the X server with the library that comes with Xvfb, so no other tool is needed.
"""

import ctypes
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WH = (1280, 720)
_KEY_PRESS, _CLIENT_MESSAGE = 2, 33


class _Key(ctypes.Structure):
    _fields_ = (
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("window", c_ulong),
        ("root", c_ulong), ("subwindow", c_ulong), ("time", c_ulong), ("x", c_int), ("y", c_int), ("x_root", c_int),
        ("y_root", c_int), ("state", c_uint), ("keycode", c_uint), ("same_screen", c_int), ("pad", c_long * 24),
    )  # fmt: skip


class _Message(ctypes.Structure):
    _fields_ = (
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("window", c_ulong),
        ("message", c_ulong), ("format", c_int), ("data", c_long * 5), ("pad", c_long * 24),
    )  # fmt: skip


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("x", c_int), ("y", c_int), ("width", c_int), ("height", c_int), ("border", c_int), ("depth", c_int),
        ("visual", c_void_p), ("root", c_ulong), ("kind", c_int), ("bit_gravity", c_int), ("win_gravity", c_int),
        ("backing_store", c_int), ("planes", c_ulong), ("pixel", c_ulong), ("save_under", c_int), ("colormap", c_ulong),
        ("map_installed", c_int), ("map_state", c_int), ("pad", c_long * 24),
    )  # fmt: skip


class Screen:
    """A running Xvfb."""

    def __init__(self, display: str, folder: Path) -> None:
        self.display = display
        self._pixels = folder / "Xvfb_screen0"
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = c_void_p
        self._x.XDefaultRootWindow.restype = c_ulong
        self._x.XInternAtom.restype = c_ulong
        self._x.XStringToKeysym.restype = c_ulong
        self._to = c_void_p(self._x.XOpenDisplay(display.encode()))
        assert self._to.value, f"no connection to {display}"
        self._root = c_ulong(self._x.XDefaultRootWindow(self._to))

    def picture(self) -> NDArray[np.uint8]:
        """What is on the screen, RGB."""
        data = self._pixels.read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, w, h, row, colours = header[0], header[4], header[5], header[12], header[19]
        pixels = np.frombuffer(data, np.uint8, h * row, size + 12 * colours).reshape(h, row // 4, 4)
        return np.ascontiguousarray(pixels[:, :w, 2::-1])

    def window(self, title: str) -> int | None:
        """The visible window of this title, if there is one."""
        root, parent, count = c_ulong(), c_ulong(), c_uint()
        children = ctypes.POINTER(c_ulong)()
        self._x.XQueryTree(self._to, self._root, *(ctypes.byref(each) for each in (root, parent, children, count)))
        for child in [children[index] for index in range(count.value)]:
            name = c_char_p()
            if self._x.XFetchName(self._to, c_ulong(child), ctypes.byref(name)) and name.value == title.encode():
                seen = _Attributes()
                self._x.XGetWindowAttributes(self._to, c_ulong(child), ctypes.byref(seen))
                if seen.map_state:
                    return int(child)
        return None

    def press(self, title: str, key: str, *, shift: bool = False) -> None:
        """Presses a key in a window; ``key`` is its name in X11, such as "space"."""
        event = _Key(type=_KEY_PRESS, display=self._to, window=self._known(title), root=self._root, same_screen=1)
        event.state = int(shift)
        event.keycode = self._x.XKeysymToKeycode(self._to, c_ulong(self._x.XStringToKeysym(key.encode())))
        self._send(event)

    def close(self, title: str) -> None:
        """Asks a window to close, as its button does."""
        event = _Message(type=_CLIENT_MESSAGE, window=self._known(title), format=32)
        event.message = self._x.XInternAtom(self._to, b"WM_PROTOCOLS", 0)
        event.data[0] = self._x.XInternAtom(self._to, b"WM_DELETE_WINDOW", 0)
        self._send(event)

    def resize(self, title: str, w: int, h: int) -> None:
        """Changes a window's size."""
        self._x.XMoveResizeWindow(self._to, c_ulong(self._known(title)), 0, 0, c_uint(w), c_uint(h))
        self._x.XSync(self._to, 0)

    def _known(self, title: str) -> int:
        found = self.window(title)
        assert found is not None, f"no window {title}"
        return found

    def _send(self, event: ctypes.Structure) -> None:
        window = c_ulong(event.window)
        self._x.XSendEvent(self._to, window, 0, c_long(0), ctypes.byref(event))
        self._x.XSync(self._to, 0)


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """Starts Xvfb on a number that is free, and ends it."""
    read, write = os.pipe()
    with subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{WH[0]}x{WH[1]}x24",
            "-fbdir",
            str(folder),
            "-nocursor",
            "-nolisten",
            "tcp",
        ],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                number = told.readline().strip()
            assert number, "Xvfb did not start"
            yield Screen(f":{number}", folder)
        finally:
            server.terminate()
