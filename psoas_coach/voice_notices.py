"""The sentence on the screen when less is heard than was asked for, in both languages."""

from typing import Final

from poses.messages import Language
from psoas_coach.speech_supervisor import Notice

_SENTENCES: Final[dict[Language, dict[Notice, str]]] = {
    "en": {
        "no_extra": "The voice is not installed: you hear chimes.",
        "no_engine": "This computer has no speech engine: you hear chimes.",
        "no_voice": "This computer has no English voice: you hear chimes.",
        "broken": "The voice does not answer any more: you hear chimes.",
        "silent": "No sound can be played here. Watch the screen.",
    },
    "nl": {
        "no_extra": "De stem is niet geïnstalleerd: je hoort klanken.",
        "no_engine": "Deze computer heeft geen spraakprogramma: je hoort klanken.",
        "no_voice": "Deze computer heeft geen Nederlandse stem: je hoort klanken.",
        "broken": "De stem antwoordt niet meer: je hoort klanken.",
        "silent": "Hier kan geen geluid klinken. Kijk naar het scherm.",
    },
}


def sentence(notice: Notice, language: Language) -> str:
    """What the screen says of a notice; "" where there is nothing to say."""
    return _SENTENCES[language][notice] if notice else ""
