"""`client.sessions`: live sessions."""

from collections.abc import Mapping

from echodepth import calls
from echodepth._sync.pages import Pages
from echodepth._sync.streams import OnProblem, Stream
from echodepth._sync.transport import Transport
from echodepth.models.sessions import Session, SessionReport

_PATH = "/v1/sessions/{}"


class Sessions:
    """One session is one continuous interaction: its opening is the baseline of everything after."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        label: str | None = None,
        use_case: str | None = None,
        baseline_window_s: float | None = None,
        alert_thresholds: Mapping[str, float] | None = None,
        idempotency_key: str | None = None,
    ) -> Session:
        """Open a session. Without thresholds (arousal_high, valence_low, dominance_low) the hub's own hold."""
        body = {
            "label": label,
            "use_case": use_case,
            "baseline_window_s": baseline_window_s,
            "alert_thresholds": None if alert_thresholds is None else dict(alert_thresholds),
        }
        return self._transport.ask(calls.post("/v1/sessions", body, idempotency_key=idempotency_key), Session)

    def get(self, session_id: str) -> Session:
        """One session."""
        return self._transport.ask(calls.get(calls.at(_PATH, session_id)), Session)

    def list(self, *, status: str | None = None, limit: int | None = None) -> Pages[Session]:
        """Sessions, newest first; `limit` is the size of a page."""
        return Pages(self._transport, "/v1/sessions", Session, {"status": status, "limit": limit})

    def end(self, session_id: str) -> Session:
        """End a session; its report is made at once."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/end", session_id)), Session)

    def report(self, session_id: str) -> SessionReport:
        """The report of a session that has ended. Raises `Conflict` before that."""
        return self._transport.ask(calls.get(calls.at(f"{_PATH}/report", session_id)), SessionReport)

    def stream(self, session_id: str, *, on_problem: OnProblem | None = None) -> Stream:
        """Frames in, VAD back, over one connection, which is made again when it is lost.

        A frame that cannot be analysed raises its error where its answer would have come; with `on_problem` it is
        handed over instead, and the stream goes on.
        """
        return Stream(self._transport, calls.at(f"{_PATH}/stream", session_id), on_problem)
