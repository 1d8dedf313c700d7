"""How far does a video file go, and is any of it missing? Its packets, read in order and counted, never decoded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
from av.packet import Packet
from av.video.stream import VideoStream

from vision.media_file import has_its_end, open_container, video_stream

# What may be missing at the end before the file is called broken.
_SHORT: Final = 0.05


class Packets:
    """The packets of one file, to be read once.

    Attributes:
        container: The open file.
        stream: The pictures in it.
        end_s: When the file says it ends, on its own clock, or None.
        read: How many packets of pictures were read.
        lost: How many pieces could not be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            Problem: It cannot be read, or holds no pictures that can be decoded.
        """
        self._path = path
        self.container = open_container(path)
        try:
            self.stream = video_stream(self.container, path)
        except BaseException:
            self.container.close()
            raise
        self.read = self.lost = 0
        self._reached_s = 0.0
        self.end_s = self._announced_end_s()

    def _announced_end_s(self) -> float | None:
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(((self.stream.start_time or 0) + self.stream.duration) * self.stream.time_base)
        if self.container.duration is not None:
            return ((self.container.start_time or 0) + self.container.duration) / av.time_base
        return None

    def __iter__(self) -> Iterator["Packet[VideoStream] | None"]:
        """Read the packets of the pictures as far as the file goes; the last one is None, for what a decoder held back.

        Those of the sound are looked at as well: they tell how far the file really goes.
        """
        try:
            for packet in self.container.demux():
                if packet.is_corrupt:  # the end of the file came in the middle of it
                    self.lost += packet.stream is self.stream
                    continue
                stamp = packet.dts if packet.pts is None else packet.pts
                if packet.size and stamp is not None and packet.time_base is not None:
                    end_s = float((stamp + (packet.duration or 0)) * packet.time_base)
                    self._reached_s = max(self._reached_s, end_s)
                if packet.size and packet.stream is self.stream:
                    self.read += 1
                    yield packet  # type: ignore[misc]  # of the video stream, as was just asked
        except av.FFmpegError:
            self.lost += 1
        yield None

    def damage(self, start_s: float, last_s: float, lost: int) -> str | None:
        """Say what is missing, once all was read; FFmpeg itself ends a file that was cut off without a word.

        Args:
            start_s: The file's own clock at the first picture.
            last_s: Media time of the last picture.
            lost: How many pieces could not be decoded.

        Returns:
            A clause, or None.
        """
        if self.end_s is not None and self._reached_s > 0.0:
            missing_s = self.end_s - self._reached_s
            expected = self.stream.frames
            # Where the file tells its number of frames, that and the time must both fall short. The time alone is
            # less exact: sound and picture seldom end together.
            if expected:
                short = missing_s > _SHORT * self.end_s and self.read < (1 - _SHORT) * expected
            else:
                short = missing_s > max(1.0, _SHORT * self.end_s)
            if short:
                return f"it breaks off at {last_s:.1f} s of {self.end_s - start_s:.1f} s; what follows is missing"
        if not has_its_end(self._path, self.container.format.name):
            return f"it breaks off at {last_s:.1f} s; what follows is missing"
        if lost:
            pieces = "1 piece" if lost == 1 else f"{lost} pieces"
            return f"it is damaged; {pieces} of it could not be decoded"
        return None
