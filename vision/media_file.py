"""Can this file be opened at all, and if not, what shall the user be told?

Every way in which a file can be unusable before its first picture gets its own message here.
"""

import os
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from poses.problem import Problem

# Twice 8K UHD. Beyond it a single picture takes over 200 MB, and a header that says so is more likely damaged.
MAX_PIXELS: Final = 8192 * 8192

COPY_AGAIN: Final = "Copy the file again from the phone or camera, or try another recording"

# Only what holds pictures or sound itself. Play lists (m3u8, concat, sdp) would have FFmpeg open other files or the
# network; text files would be drawn as ANSI art.
_FORMATS: Final = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,apng,h264,hevc,m4v,mjpeg,dv,mxf,nut,ivf,"
    "mp3,wav,flac,aac,aiff,amr,caf"
)

_END_MARKS: Final = {"gif": b"\x00;", "apng": b"IEND\xaeB`\x82"}
_TAIL: Final = 64

_USABLE: Final = "Give a video (MP4, MOV, MKV, WebM, AVI), an animated GIF or a picture (JPEG, PNG, WebP, BMP)"


def read_head(path: Path, length: int = 64) -> bytes:
    """Read the beginning of a file, by which its kind is told.

    Raises:
        Problem: It is missing, not a file, may not be read, or is empty.
    """
    if path.is_dir():
        raise Problem(f"{path} is a folder", "one file is needed here", "Name a file in it, or several")
    if not os.path.lexists(path):
        raise Problem(f"{path} was not found", "there is nothing to read", "Check the name and the folder")
    if not path.is_file():
        # A pipe would be waited on for ever; a link that leads nowhere ends here too.
        raise Problem(f"{path} is not a regular file", "it cannot be read from its start to its end", _USABLE)
    try:
        with path.open("rb") as file:
            head = file.read(length)
    except OSError as error:
        raise Problem(
            f"{path} cannot be read ({error.strerror})",
            "the system refuses it",
            "Check who may read the file, and whether its drive is connected",
        ) from error
    if not head:
        raise Problem(f"{path} is empty (0 bytes)", "there is nothing in it to look at", COPY_AGAIN)
    return head


def open_container(path: Path) -> InputContainer:
    """Open a media file for reading; no other file and no network connection is opened for it.

    Raises:
        Problem: It cannot be read or is not a media file.
    """
    head = read_head(path)
    unfinished = Problem(
        f"{path} is an unfinished MP4 or MOV file",
        "the list of its pictures, which cameras write last, is missing or damaged",
        COPY_AGAIN,
    )
    try:
        container = av.open(str(path), options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"})
    except av.FFmpegError as error:
        if head[4:8] in {b"ftyp", b"mdat", b"moov", b"wide", b"free"}:
            raise unfinished from error
        if head.startswith((b"\x1aE\xdf\xa3", b"RIFF", b"GIF8")):
            raise Problem(f"{path} is damaged", "nothing could be read beyond its first bytes", COPY_AGAIN) from error
        raise Problem(f"{path} is not a video or picture", "its content is of no kind known here", _USABLE) from error
    if not container.streams:
        container.close()
        raise unfinished
    return container


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Find the stream of pictures that is meant to be watched.

    Raises:
        Problem: There is none, it cannot be decoded, or it is too large.
    """
    # The picture on a record's sleeve is a video stream too, for FFmpeg.
    shown = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not shown:
        if container.streams.audio:
            raise Problem(f"{path} holds sound but no pictures", "postures are judged by pictures", _USABLE)
        raise Problem(f"{path} holds no pictures", "postures are judged by pictures", _USABLE)
    stream = shown[0]
    # Against the type stubs: a stream whose codec is not known has no codec context.
    codec = getattr(stream, "codec_context", None)
    if codec is None:
        raise Problem(
            f"The pictures in {path} are stored in a way that is not known here",
            "they cannot be decoded",
            "Convert the file to MP4 with H.264, for example with HandBrake",
        )
    check_size(path, codec.width, codec.height)
    return stream


def has_its_end(path: Path, format_name: str) -> bool:
    """Whether the mark stands at the end of the file that such files end with; True for formats without one.

    Animations do not announce their length, and FFmpeg takes the half of one for a whole.
    """
    mark = _END_MARKS.get(format_name)
    if mark is None:
        return True
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        # Not quite at the end: programs pad files, and phones append notes of their own.
        return mark in file.read()


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse pictures that would fill the memory.

    Raises:
        Problem: More pixels than ``MAX_PIXELS``.
    """
    if width * height > MAX_PIXELS:
        raise Problem(
            f"The pictures in {path} are {width} x {height} pixels",
            f"more than {MAX_PIXELS / 1e6:.0f} million pixels are not taken",
            "Make it smaller; 1280 x 720 is enough",
        )
