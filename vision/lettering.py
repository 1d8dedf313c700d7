"""Text in pictures: how wide it is, how it fits, and how it is written.

Which question this module answers: at which size and broken into which lines a text fits a space without being
clipped. It writes with the variable TrueType font that comes with OpenCV, which knows the letters of all European
languages.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2

from vision.palette import Colour, Image

# Of the font "sans", relative to its size: height of a capital, and how far letters reach below the line.
CAP: Final = 0.72
DESCENT: Final = 0.23
# Distance between lines of one text, relative to the size.
LEADING: Final = 1.14

REGULAR: Final = 430
MEDIUM: Final = 560
BOLD: Final = 600

# Below this size in pixels the strokes of the font run together.
SMALLEST: Final = 9

_ELLIPSIS: Final = "…"
_own = threading.local()


def _font() -> cv2.FontFace:
    """The thread's own font: a font face keeps the glyphs it drew and is not promised to be safe to share."""
    if not hasattr(_own, "face"):
        _own.face = cv2.FontFace("sans")
    face: cv2.FontFace = _own.face
    return face


@lru_cache(maxsize=4096)
def width(text: str, size: int, weight: int = REGULAR) -> int:
    """Width of a line of text in pixels."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), _font(), size, weight)[2]) if text else 0


def write(image: Image, text: str, x: float, middle: float, size: int, colour: Colour, weight: int = REGULAR) -> None:
    """Writes one line into ``image``, in place: from ``x``, its capitals centred on the height ``middle``."""
    if text:
        baseline = round(middle + size * CAP / 2)
        cv2.putText(image, text, (round(x), baseline), colour, _font(), size, weight)


@lru_cache(maxsize=512)
def shortened(text: str, size: int, room: int, weight: int = REGULAR) -> str:
    """The text, or as much of it as fits ``room`` pixels with an ellipsis after it."""
    if width(text, size, weight) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        shorter = text[:end].rstrip(" ,.;:") + _ELLIPSIS
        if width(shorter, size, weight) <= room:
            return shorter
    return ""


def common_size(texts: Sequence[str], size: int, room: int, weight: int = REGULAR) -> int:
    """The largest size, at most ``size``, at which all the lines fit, but no less than five sixths of it."""
    least = max(SMALLEST, math.ceil(size * 5 / 6))
    while size > least and any(width(text, size, weight) > room for text in texts):
        size -= 1
    return size


@dataclass(frozen=True, slots=True)
class Block:
    """A text broken into lines, with the size it is to be written at and the space it takes, in pixels.

    The height is that from the top of the first line's capitals to the last line's foot, descenders left out.
    """

    lines: tuple[str, ...]
    size: int
    wide: int
    high: int


@lru_cache(maxsize=256)
def fit(text: str, room_wh: tuple[int, int], largest: int, most_lines: int, weight: int = BOLD) -> Block:
    """Breaks a text so that it is as large as the space allows, on as few lines as that takes.

    Fewer lines win when the text reaches ``largest`` on them. The text is shortened only when it does not fit even at
    the smallest legible size.

    Args:
        text: What to write; runs of white space count as one space.
        room_wh: Width and height of the space in pixels.
        largest: Size to try for, in pixels.
        most_lines: How many lines it may take.
        weight: Weight of the font.

    Returns:
        The lines and their size.
    """
    words = tuple(text.split())
    best: Block | None = None
    for count in range(1, min(most_lines, len(words)) + 1):
        size = min(largest, int(room_wh[1] / (CAP + LEADING * (count - 1))))
        while size >= SMALLEST:
            lines = _broken(words, count, size, weight)
            wide = max(width(line, size, weight) for line in lines)
            if wide <= room_wh[0]:
                break
            size = min(size - 1, int(size * room_wh[0] / wide))
        else:
            continue
        if best is None or size > best.size:
            best = Block(lines, size, wide, round(size * (CAP + LEADING * (len(lines) - 1))))
        if size == largest:
            break
    if best is None:
        line = shortened(" ".join(words), SMALLEST, room_wh[0], weight)
        best = Block((line,), SMALLEST, width(line, SMALLEST, weight), round(SMALLEST * CAP))
    return best


def write_block(
    image: Image, block: Block, x: float, top: float, colour: Colour, weight: int = BOLD, centred: bool = False
) -> float:
    """Writes a block of lines into ``image``, in place.

    Args:
        image: RGB picture that is changed.
        block: The lines.
        x: Where they begin, or their middle when they are centred.
        top: Of the first line's capitals.
        colour: Of the letters.
        weight: That the block was fitted with.
        centred: Whether each line is centred.

    Returns:
        The foot of the last line, descenders left out.
    """
    for index, line in enumerate(block.lines):
        left = x - width(line, block.size, weight) / 2 if centred else x
        write(image, line, left, top + block.size * (CAP / 2 + index * LEADING), block.size, colour, weight)
    return top + block.high


@lru_cache(maxsize=256)
def wrapped(text: str, size: int, room: int, weight: int = REGULAR) -> tuple[str, ...]:
    """A text of one size on as few lines as it needs, about equally long; a word wider than ``room`` is broken."""
    words: list[str] = []
    for word in text.split():
        rest = word
        while width(rest, size, weight) > room and len(rest) > 1:
            fitting = (end for end in range(len(rest) - 1, 1, -1) if width(rest[:end], size, weight) <= room)
            end = next(fitting, 1)
            words.append(rest[:end])
            rest = rest[end:]
        words.append(rest)
    if not words:
        return ()
    return _broken(tuple(words), len(_filled(tuple(words), room, size, weight)), size, weight)


def _broken(words: tuple[str, ...], count: int, size: int, weight: int) -> tuple[str, ...]:
    """Words in at most ``count`` lines of which the longest is as short as can be."""
    low = max(width(word, size, weight) for word in words)
    high = width(" ".join(words), size, weight)
    while low < high:
        room = (low + high) // 2
        if len(_filled(words, room, size, weight)) <= count:
            high = room
        else:
            low = room + 1
    return _filled(words, high, size, weight)


def _filled(words: tuple[str, ...], room: int, size: int, weight: int) -> tuple[str, ...]:
    """Words in lines, each filled as far as ``room`` pixels allow."""
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if width(longer, size, weight) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)
