"""Which voice of the system reads a language: the user's own, then by region; never one that does not know it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from poses.messages import Language

# Regions in the order in which they are preferred; the texts say GP and physiotherapist.
_REGIONS: Final[dict[Language, tuple[str, ...]]] = {"en": ("en-gb", "en", "en-us"), "nl": ("nl-nl", "nl", "nl-be")}


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """A voice of the system.

    Attributes:
        id: How the engine calls it.
        name: How people call it.
        languages: Languages it reads, as en-gb or nl.
    """

    id: str
    name: str
    languages: tuple[str, ...]


def tags(languages: Iterable[object]) -> tuple[str, ...]:
    r"""Language tags as engines write them (``en_US``, ``b"\x05en-gb"``, None) in one way: ``en-us``."""
    found = []
    for one in languages:
        text = one.decode("utf-8", "ignore") if isinstance(one, bytes) else str(one or "")
        clean = "".join(letter for letter in text if letter.isprintable()).replace("_", "-").strip().lower()
        if clean:
            found.append(clean)
    return tuple(found)


def fitting(voices: Sequence[SystemVoice], language: Language, usual: str = "") -> list[SystemVoice]:
    """The voices that read a language, the best first.

    Args:
        voices: All voices.
        language: The language.
        usual: Id of the voice that the user chose for the system, "" where that cannot be known.
    """
    regions = _REGIONS[language]

    def own(voice: SystemVoice) -> list[str]:
        return [tag for tag in voice.languages if tag.partition("-")[0] == language]

    def place(voice: SystemVoice) -> tuple[bool, int]:
        return voice.id != usual, min(regions.index(tag) if tag in regions else len(regions) for tag in own(voice))

    return sorted((voice for voice in voices if own(voice)), key=place)
