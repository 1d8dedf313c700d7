"""When a clip was filmed, as its camera wrote into it; a file's own date is that of its last copy."""

from datetime import datetime
from pathlib import Path

import av


def filmed_at(path: Path) -> datetime | None:
    """When a clip was filmed, by the clock of this computer; None where the file does not say.

    Cameras write the time in UTC. What says 1904 or 1970 was written by one that did not know.
    """
    try:
        with av.open(str(path)) as container:
            told = container.metadata.get("creation_time") or container.metadata.get("date")
    except (av.FFmpegError, OSError, ValueError):
        return None
    try:
        found = datetime.fromisoformat((told or "").replace("Z", "+00:00"))
        local = found.astimezone().replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
    return local if local.year > 1990 else None
