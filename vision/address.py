"""Which pictures come from an address of the network, such as a phone that works as a camera?

RTSP and HTTP, through FFmpeg (PyAV). Opened only where the user gave the address; nothing else is fetched, and no file
is read through it.
"""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import av
import numpy as np

from poses.problem import Problem
from poses.records import Frame

SCHEMES: Final = ("rtsp", "rtsps", "http", "https")
# To connect, and between two pictures; a live picture that is older helps nobody.
_OPEN_S: Final = 5.0
_READ_S: Final = 5.0
_OPTIONS: Final = {
    "protocol_whitelist": "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,crypto,httpproxy",
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
}
_REMEDY: Final = "Check the address in a browser or player on this computer, and that both are on one network"


def is_address(text: str) -> bool:
    """Whether something is the address of a camera rather than a file or a number."""
    return urlsplit(text).scheme.lower() in SCHEMES and "://" in text


def without_secrets(address: str) -> str:
    """An address as it may be shown and kept: no user, no password, nothing after a question mark."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


class AddressCamera:
    """The pictures of an address as they come, stamped with the time since the first; endless until it is closed."""

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            Problem: Nobody answers there, or what answers gives no pictures.
        """
        self.name = without_secrets(address)
        try:
            self._container = av.open(address, options=_OPTIONS, timeout=(_OPEN_S, _READ_S))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise Problem(f"{self.name} does not answer ({_reason(error)})", "no pictures come", _REMEDY) from error
        streams = self._container.streams.video
        if not streams:
            self._container.close()
            raise Problem(f"{self.name} gives no pictures", "there is nothing to watch", _REMEDY)
        self._stream = streams[0]
        # Several pictures at a time would each wait for the next ones.
        self._stream.codec_context.thread_type = "SLICE"

    def __enter__(self) -> "AddressCamera":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; safe to call twice."""
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        """Pictures, never mirrored.

        Raises:
            Problem: No more come.
        """
        began, index, why = time.monotonic(), 0, "the other end closed"
        try:
            for picture in self._container.decode(self._stream):
                rgb = np.ascontiguousarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
                yield Frame(index, time.monotonic() - began, rgb)
                index += 1
        except (av.FFmpegError, OSError) as error:
            why = _reason(error)
        raise Problem(f"{self.name} gives no more pictures ({why})", "the connection broke", _REMEDY)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error).partition("\n")[0]
