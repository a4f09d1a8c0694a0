"""One hub for all tests of the clients, real media, and a proxy where something is to go wrong."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import cv2
import pytest

from tests.sdk.serving import Served, serving_hub
from tests.support.proxy import Proxy, proxying
from tests.support.short_recording import RECORDINGS, cut

_EXPRESSIVE = 120
"""A frame with active Action Units."""


_until_left = ExitStack()
_running: list[Served] = []


@dataclass(frozen=True)
class Media:
    """Files to send."""

    video: Path
    words: Path
    frame: Path
    speech: Path
    long_speech: Path
    call: Path
    """Long enough to be analysed in the background, with its progress."""
    call_words: Path = RECORDINGS / "renewal_call.vtt"
    long_video: Path = RECORDINGS / "renewal_call.mp4"


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Some seconds of the demo recording as video, words, one frame, and speech."""
    directory = tmp_path_factory.mktemp("media")
    cut(directory, 8)
    frame = directory / "frame.jpg"
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as container:
        picture = next(islice(container.decode(video=0), _EXPRESSIVE, None)).to_ndarray(format="bgr24")
    frame.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())
    speech, long_speech, call = (directory / name for name in ("recording.wav", "long.wav", "call.wav"))
    for target, seconds in ((speech, 7), (long_speech, 16), (call, 55)):
        _speech(target, seconds)
    return Media(directory / "short.mp4", directory / "short.vtt", frame, speech, long_speech, call)


def _speech(target: Path, seconds: float) -> None:
    """The beginning of the recording, as 16 kHz mono WAV."""
    with av.open(str(RECORDINGS / "renewal_call.mp4")) as source, av.open(str(target), "w") as written:
        stream = written.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for frame in source.decode(audio=0):
            if frame.time is None or frame.time > seconds:
                break
            frame.pts = None
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A running hub: one for all modules of this folder."""
    if not _running:
        _running.append(_until_left.enter_context(serving_hub(tmp_path_factory.mktemp("sdk-hub"))))
    return _running[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None]:
    """The hub ends with the folder's last test, not with the whole run: even an idle one takes part of a core."""
    yield
    if nextitem is None or not nextitem.path.is_relative_to(Path(__file__).parent):
        _running.clear()
        _until_left.close()


@pytest.fixture
def proxy(hub: Served) -> Iterator[Proxy]:
    """The way to it, which can be made unreliable."""
    with proxying(hub.url) as between:
        yield between
