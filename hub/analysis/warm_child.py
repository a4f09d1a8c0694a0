"""A process that stays: `python -m hub.analysis.warm_child`. Its models are loaded when the next input comes.

Requests come on standard input, answers go to standard output: four bytes of length and JSON, requests followed by
`size` bytes. An answer may come after any number of `{"stage": ..., "done": 0..1}`. Like `hub.analysis.child` it limits
itself, is gone with its parent, and is given no secrets.
"""

import json
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from hub.analysis.confinement import bind_to_parent, limit_memory, own_output

_LENGTH: Final = struct.Struct(">I")
_SESSIONS: Final = 200
_NICENESS: Final = 5


def main() -> None:
    """Answer until the parent closes the pipe."""
    answers = own_output()
    parent, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    bind_to_parent(parent)
    limit_memory(memory_bytes, niceness=_NICENESS)
    desk = _Desk(lambda said: _write(answers, said))
    while (header := _read(sys.stdin.buffer)) is not None:
        payload = sys.stdin.buffer.read(int(header.pop("size")))
        _write(answers, desk.answer(header, payload))


class _Desk:
    """Knows the faces and voices of live sessions, and forgets those that were quiet longest."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._faces: OrderedDict[str, Any] = OrderedDict()
        self._sounds: OrderedDict[str, Any] = OrderedDict()

    def answer(self, header: dict[str, Any], payload: bytes) -> dict[str, Any]:
        """The answer, or `error` and `message` where the input is at fault."""
        from analysis_core.errors import AnalysisError

        try:
            return {"answer": getattr(self, f"do_{header.pop('what')}")(payload, **header)}
        except AnalysisError as error:
            return {"error": error.code, "message": str(error)}
        except MemoryError:
            return {"error": "memory_exhausted", "message": "The input needs more memory than is allowed."}

    def do_ready(self, _payload: bytes) -> bool:
        """Load what live frames need, so that the first one does not wait for it."""
        from analysis_core.face import LiveFaces

        LiveFaces()
        return True

    def do_media(self, _payload: bytes, media: str | None, transcript: str | None, options: dict[str, Any]) -> Any:
        """A short recording, a document, or both."""
        from analysis_core import Options, analyse

        return analyse(
            media,
            transcript=None if transcript is None else Path(transcript),
            options=Options(**options),
            hook=lambda stage, done: self._tell({"stage": stage, "done": done}),
        ).to_dict()

    def do_image(self, payload: bytes) -> dict[str, Any]:
        """The faces of one still picture."""
        from hub.analysis.pictures import faces_of_still

        return faces_of_still(payload)

    def do_frame(self, payload: bytes, session: str, time_s: float, detail: bool) -> dict[str, Any]:
        """The faces of one frame of a live session."""
        from analysis_core.face import LiveFaces
        from hub.analysis.pictures import faces_of_frame

        faces = self._faces.pop(session, None) or LiveFaces()
        self._faces[session] = faces
        while len(self._faces) > _SESSIONS:
            self._faces.popitem(last=False)
        return faces_of_frame(faces, payload, time_s, every_unit=detail)

    def do_hear(self, payload: bytes, session: str, encoding: str) -> dict[str, Any]:
        """The next sound of a live stream."""
        from hub.analysis.live_sound import LiveSound

        sound = self._sounds.pop(session, None) or LiveSound(encoding)
        self._sounds[session] = sound
        while len(self._sounds) > _SESSIONS:
            self._sounds.popitem(last=False)
        heard: dict[str, Any] = sound.hear(payload)
        return heard

    def do_sum_up(self, _payload: bytes, session: str) -> dict[str, Any] | None:
        """The whole stream; None where nothing was heard."""
        sound = self._sounds.pop(session, None)
        return None if sound is None else sound.sum_up()

    def do_forget(self, _payload: bytes, session: str) -> bool:
        """A session is over."""
        known = (self._faces.pop(session, None), self._sounds.pop(session, None))
        return any(item is not None for item in known)


def _read(stream: IO[bytes]) -> dict[str, Any] | None:
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    header: dict[str, Any] = json.loads(stream.read(_LENGTH.unpack(length)[0]))
    return header


def _write(stream: IO[bytes], answer: dict[str, Any]) -> None:
    body = json.dumps(answer, allow_nan=False).encode()
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
