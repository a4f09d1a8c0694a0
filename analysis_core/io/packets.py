"""Opening containers safely and stepping over damaged parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from analysis_core.errors import MediaUnreadable

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,w64,aiff,caf,au,flac,mp3,aac,amr,ac3,eac3,wv,avi,asf,flv,"
    "mpeg,mpegts,mpegvideo"
)
"""Only these are opened. Playlists and script formats would make the decoder fetch what they name."""

_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}


class Damage:
    """Counts the packets that could not be decoded."""

    def __init__(self) -> None:
        self.packets = 0


def open_container(path: Path) -> Any:
    """Open for reading. Raises `MediaUnreadable`."""
    try:
        return av.open(str(path), options=dict(_OPTIONS), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaUnreadable(f"The file is not a recording that can be decoded ({_words(error)}).") from error


def demuxed(container: Any, *streams: Any) -> Iterator[Any]:
    """The packets of the streams up to the end, or up to where the file breaks off."""
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.InvalidDataError, av.error.EOFError, av.error.OSError):
            return
        yield packet


def decoded(container: Any, stream: Any, damage: Damage) -> Iterator[Any]:
    """The frames of one stream; packets that do not decode are counted and stepped over."""
    for packet in demuxed(container, stream):
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            damage.packets += 1
            continue
        yield from frames


def start_s(container: Any) -> float:
    """When playback starts on the container's own clock, in seconds; every time we report counts from there."""
    return max(0.0, (container.start_time or 0) / 1_000_000)


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).split("\n")[0]
