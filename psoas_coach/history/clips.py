"""Notes clips that were analysed in the history of the person who is seen in them, when that was asked for.

An analysis is a look at a clip, which may be anybody's and of any day, and may be had many times. So it stands in no
history unless somebody says whose it is, and says so for that: ``--profile`` alone goes by a person's limits, which is
done for a look at another's clip too. The same clip is noted once, on the day on which it was filmed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from poses.messages import Language, Messages
from psoas_coach.analysis import Outcome, result_folders
from psoas_coach.history.intake import clip_session
from psoas_coach.history.keeping import note_clip
from psoas_coach.history.words import day_told
from psoas_coach.terminal import console
from vision.filmed import filmed_at

_PIECE: Final = 1 << 20


def note_clips(clips: Sequence[Path], out: Path, outcomes: Sequence[Outcome], person: str, lang: Language) -> None:
    """Notes clips that could be analysed.

    Args:
        clips: All that were named.
        out: Where their results are.
        outcomes: Of those that could be analysed.
        person: Who is seen in them.
        lang: Language of what is told.

    Raises:
        Problem: The history cannot be written.
    """
    texts, screen = Messages(lang), console()
    clip_of = {folder: clip for clip, folder in result_folders(clips, out)}
    # One that was broken off by the user is noted when it is analysed to its end.
    for outcome in (one for one in outcomes if not one.summary.interrupted):
        clip = clip_of[outcome.folder]
        began = filmed_at(clip) or datetime.fromtimestamp(clip.stat().st_mtime)
        ident = f"clip-{_digest(clip)}-{person}"
        note_clip(clip_session(outcome.summary, outcome.folder, ident=ident, person=person, began=began))
        values = {"person": person, "date": day_told(texts, began.date()), "clip": clip.name}
        screen.print(texts("history", "clip_noted", **values), markup=False)


def _digest(clip: Path) -> str:
    """What the file holds, in short: the same clip under another name is the same."""
    found = hashlib.sha256()
    with clip.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()[:32]
