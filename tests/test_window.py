"""The window of the live session on a real X server: shown, keys, sizes, closed, and no server at all."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from time import monotonic, sleep

import cv2
import numpy as np
import pytest

import screen
from poses.problem import Problem
from vision import window
from vision.stage import Stage
from vision.stage_drawing import draw

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is of Linux")

TITLE = "psoas-coach test"
STAGE = Stage("paused", title="Lage lunge", cue="Één moment", hint="Spatie om verder te gaan", progress=(1, 3))
# How long a busy computer may take for anything.
PATIENCE_S = 20.0
# In a process of its own, since Qt ends the process that loses its screen. It obeys lines of one word.
CHILD = f"""
import sys, json, time
from vision.stage import Stage
from vision.window import Window
stage = Stage("paused", title="Lage lunge", cue="Één moment", hint="Spatie om verder te gaan", progress=(1, 3))
with Window({TITLE!r}) as shown:
    for line in sys.stdin:
        if line.strip() == "full":
            shown.toggle_full_screen()
        keys = []
        for _ in range(12):
            keys.append(shown.show(stage))
            time.sleep(0.01)
        print(json.dumps([keys, shown.size_wh if keys[-1] != "q" else None]), flush=True)
print("left", flush=True)
"""


@pytest.fixture(scope="module")
def xvfb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[screen.Screen]:
    if which("Xvfb") is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("Xvfb is not installed, and in CI it has to be")
        pytest.skip("Xvfb is not installed")
    with screen.screen(tmp_path_factory.mktemp("screen")) as found:
        yield found


class Shown:
    """The window in its process."""

    def __init__(self, display: str, **environ: str) -> None:
        environment = {**os.environ, "DISPLAY": display, **environ}
        environment.pop("WAYLAND_DISPLAY", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            env=environment,
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def show(self, word: str = "show") -> tuple[list[str], tuple[int, int] | None]:
        """Shows the stage a dozen times; the keys that came, and the size that was drawn at last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        keys, size = json.loads(line)
        return [key for key in keys if key], tuple(size) if size else None

    def until(self, comes: Callable[[list[str], tuple[int, int] | None], bool]) -> list[str]:
        """Shows the stage until something has come, since the screen and Qt have processes of their own; all keys."""
        keys, end_s = list[str](), monotonic() + PATIENCE_S
        while True:
            more, size = self.show()
            keys += more
            if comes(keys, size):
                return keys
            assert monotonic() < end_s, f"it never came: {keys}, {size}"

    def end(self) -> tuple[str, str]:
        """Lets the process come to its end; what it wrote last."""
        return self.process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def shown(xvfb: screen.Screen) -> Iterator[Shown]:
    child = Shown(xvfb.display)
    try:
        yield child
    finally:
        child.process.kill()
        child.process.communicate()


def test_what_is_on_the_screen_is_what_was_drawn(xvfb: screen.Screen, shown: Shown) -> None:
    # The screen's depth keeps all bits, and colours are not exchanged.
    drawn = draw(STAGE, (1280, 720))
    assert shown.until(lambda keys, size: size == (1280, 720) and np.array_equal(xvfb.picture(), drawn)) == []
    assert shown.end() == ("left\n", ""), "no word of Qt's on the terminal"
    assert xvfb.window(TITLE) is None


def test_no_event_is_taken_from_qt(xvfb: screen.Screen, tmp_path: Path) -> None:
    # Whoever holds the events of a busy computer wrongly loses keys only now and then; whom Qt asks is always the same.
    child = Shown(xvfb.display, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=str(tmp_path / "bindings"))
    try:
        child.until(lambda keys, size: xvfb.window(TITLE) is not None)
    finally:
        child.process.kill()
        child.process.communicate()
    told = (tmp_path / f"bindings.{child.process.pid}").read_text(errors="replace")
    asked = re.findall(r"libQt\S+ \[0\] to (\S+) \[0\]: normal symbol `XSetEventQueueOwner'", told)
    assert [Path(library).name for library in asked] == ["libX11-xcb.so.1"]


def test_keys_come_as_letters(xvfb: screen.Screen, shown: Shown) -> None:
    shown.until(lambda keys, size: xvfb.window(TITLE) is not None)

    for key, expected in (("p", ["p"]), ("space", [" "]), ("F1", []), ("Up", []), ("eacute", [])):
        xvfb.press(TITLE, key)
        if expected:
            assert shown.until(lambda keys, size: bool(keys)) == expected, key
        else:
            assert shown.show()[0] == [], key
    for key, letter in (("slash", "?"), ("p", "p")):
        xvfb.press(TITLE, key, shift=True)
        assert shown.until(lambda keys, size: bool(keys)) == [letter]
    # Out of full screen Escape ends, within it only that.
    shown.show("full")
    xvfb.press(TITLE, "Escape")
    assert shown.show()[0] == []
    xvfb.press(TITLE, "Escape")
    assert shown.until(lambda keys, size: bool(keys)) == ["q"]


def test_it_is_drawn_at_the_size_it_has(xvfb: screen.Screen, shown: Shown) -> None:
    shown.until(lambda keys, size: xvfb.window(TITLE) is not None)
    xvfb.resize(TITLE, 700, 710)
    drawn = draw(STAGE, (700, 710))
    shown.until(lambda keys, size: size == (700, 710) and np.array_equal(xvfb.picture()[:710, :700], drawn))
    shown.show("full")
    assert shown.show()[1] is not None


def test_a_closed_window_says_q_and_stays_closed(xvfb: screen.Screen, shown: Shown) -> None:
    shown.until(lambda keys, size: xvfb.window(TITLE) is not None)
    xvfb.close(TITLE)
    shown.until(lambda keys, size: keys[-1:] == ["q"] and size is None)
    assert shown.show() == (["q"] * 12, None)
    assert xvfb.window(TITLE) is None
    assert shown.show("full")[0] == ["q"] * 12
    assert shown.end()[0] == "left\n"


def test_no_screen_is_told_before_qt_could_abort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(Problem, match=r"no screen.*neither DISPLAY nor WAYLAND_DISPLAY.*--headless"):
        window.Window(TITLE).__enter__()


@pytest.mark.parametrize(("name", "value"), [("DISPLAY", ":9999"), ("WAYLAND_DISPLAY", "wayland-none")])
def test_a_screen_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for each in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(
        Problem, match=rf"No window could be opened on the screen {value}.*could not connect.*--headless"
    ):
        window.Window(TITLE).__enter__()


def test_an_opencv_without_windows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise cv2.error("The function is not implemented. Rebuild the library with Windows, GTK+ 2.x or Cocoa support.")

    monkeypatch.setattr(window, "look_for_a_screen", lambda: None)
    monkeypatch.setattr(cv2, "namedWindow", refuses)
    with pytest.raises(Problem, match=r"could not open a window.*not implemented.*opencv-python-headless"):
        window.Window(TITLE).__enter__()


def test_the_tests_screen_comes_and_goes(xvfb: screen.Screen) -> None:
    """The other tests rest on it: an empty screen is black, and there is no window on it."""
    until = monotonic() + PATIENCE_S
    while (xvfb.picture().any() or xvfb.window(TITLE)) and monotonic() < until:
        sleep(0.05)
    assert not xvfb.picture().any()
    assert xvfb.window(TITLE) is None
