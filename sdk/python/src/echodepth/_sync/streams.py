"""`client.sessions.stream`: frames in and VAD back over a WebSocket that survives lost connections."""

import json
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from echodepth._sync.transport import Transport
from echodepth._sync.waiting import Connection, Lock, connect_socket, receive, sleep
from echodepth.answers import error_of, message_error
from echodepth.errors import ApiError, Conflict, ConnectionFailed, EchoDepthError, StreamClosed
from echodepth.messages import frame_message
from echodepth.models.sessions import Update
from echodepth.retries import RetryPolicy

OnProblem = Callable[[ApiError], object]

_SUBPROTOCOL = "echo-depth-v1"
_SESSION_OVER = 4410
_OPEN_S = 15.0


class Stream:
    """An open stream; use it with `with`. Iterating gives updates until the session ends.

    When the connection is lost, it is made again, the session goes on where it stopped, and the newest frame that
    has no answer yet is sent again.
    """

    def __init__(self, transport: Transport, path: str, on_problem: OnProblem | None) -> None:
        self._transport = transport
        self._url = transport.config.stream_url(path)
        self._on_problem = on_problem
        self._connection: Connection | None = None
        self._connecting = Lock()
        self._newest = ""
        self._waiting_for = 0
        self._closed = False

    def __enter__(self) -> Self:
        self._connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send_frame(self, frame: bytes, *, timestamp_ms: int | None = None, detail: bool = False) -> None:
        """Send a JPEG or PNG. Raises `StreamClosed`."""
        connection = self._connected()
        self._newest = frame_message(frame, timestamp_ms, detail)
        self._waiting_for += 1
        try:
            connection.send(self._newest)
        except ConnectionClosed as closed:
            self._recover(connection, closed)

    def receive(self, timeout: float | None = None) -> Update:
        """The next update.

        Raises the frame's `ApiError`, `StreamClosed`, and `TimeoutError` after `timeout` seconds.
        """
        while True:
            connection = self._connected()
            try:
                message = receive(connection, timeout)
            except ConnectionClosed as closed:
                self._recover(connection, closed)
                continue
            update = self._understood(json.loads(message))
            if update is not None:
                return update

    def __iter__(self) -> Iterator[Update]:
        while True:
            try:
                update = self.receive()
            except StreamClosed as closed:
                if closed.session_ended or self._closed:
                    return
                raise
            yield update

    def close(self) -> None:
        """Close the connection; the session stays open."""
        self._closed = True
        if self._connection is not None:
            self._connection.close()

    def _understood(self, message: dict[str, Any]) -> Update | None:
        if message.get("type") == "error":
            self._waiting_for -= 1
            problem = message_error(message["error"])
            if self._on_problem is None:
                raise problem
            self._on_problem(problem)
        if message.get("type") != "vad":
            return None
        update = Update.model_validate(message)
        self._waiting_for -= 1 + update.dropped
        return update

    def _recover(self, lost: Connection, closed: ConnectionClosed) -> None:
        """Connect again, unless it was meant to end. Raises `StreamClosed`."""
        if closed.rcvd is not None and closed.rcvd.code == _SESSION_OVER:
            self._closed = True
            raise _ended() from closed
        if self._connection is lost:
            self._connection = None
        self._connected(self._transport.policy.reconnecting())

    def _connected(self, policy: RetryPolicy | None = None) -> Connection:
        with self._connecting:
            if self._closed:
                raise _closed()
            if self._connection is None:
                self._connection = self._persistently(policy or self._transport.policy)
            return self._connection

    def _persistently(self, policy: RetryPolicy) -> Connection:
        retry = 0
        while not self._closed:  # which may happen in between, by another task or thread
            try:
                return self._open()
            except Conflict as over:
                raise _ended() from over
            except EchoDepthError as error:
                wait = policy.wait(retry, error)
                if wait is None:
                    raise
            retry += 1
            sleep(wait)
        raise _closed()

    def _open(self) -> Connection:
        try:
            connection = connect_socket(self._url, self._transport.config.headers(), _SUBPROTOCOL, _OPEN_S)
            if self._waiting_for > 0:
                self._waiting_for = 1
                connection.send(self._newest)
        except InvalidStatus as refused:
            answer = refused.response
            headers = {name.lower(): value for name, value in answer.headers.raw_items()}
            raise error_of(answer.status_code, headers, bytes(answer.body or b""), self._url) from refused
        except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as lost:
            raise ConnectionFailed(f"The stream could not be opened ({type(lost).__name__}: {lost}).") from lost
        if self._closed:
            connection.close()
            raise _closed()
        return connection


def _closed() -> StreamClosed:
    return StreamClosed("The stream was closed.", session_ended=False)


def _ended() -> StreamClosed:
    return StreamClosed("The session has ended.", session_ended=True)
