"""Opens a page in the user's own browser, where there is a screen to show it on."""

import os
import sys
import webbrowser
from pathlib import Path


def open_in_browser(page: Path) -> bool:
    """Opens a page; does nothing where nobody could see it, as in a script, on a server or in a test.

    Returns:
        Whether a browser took it.
    """
    if not sys.stdout.isatty():
        return False
    # Without a screen Linux would start a browser of letters in the terminal.
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        return webbrowser.open(page.resolve().as_uri())
    except webbrowser.Error:
        return False
