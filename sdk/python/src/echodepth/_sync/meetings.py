"""`client.meetings`: recorded meetings with their results, CRM records and deliveries."""

from echodepth import calls
from echodepth._sync.pages import Pages
from echodepth._sync.transport import Transport
from echodepth.models.records import Meeting, MeetingDetails

_PATH = "/v1/meetings/{}"


class Meetings:
    """Meetings that came from connected providers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, state: str | None = None, limit: int | None = None) -> Pages[Meeting]:
        """Meetings, newest first; `limit` is the size of a page."""
        return Pages(self._transport, "/v1/meetings", Meeting, {"state": state, "limit": limit})

    def get(self, meeting_id: str) -> MeetingDetails:
        """One meeting with its result, people, CRM records and deliveries."""
        return self._transport.ask(calls.get(calls.at(_PATH, meeting_id)), MeetingDetails)

    def delete(self, meeting_id: str) -> None:
        """Delete a meeting with its result, people and deliveries. What was written to a CRM or sent stays there.

        Undo its deliveries first to take that back. `Conflict` while it is analysed or sent.
        """
        self._transport.send(calls.delete(calls.at(_PATH, meeting_id)))

    def reprocess(self, meeting_id: str) -> Meeting:
        """Fetch and analyse the recording again; the result is the meeting's next revision."""
        return self._transport.ask(calls.post(calls.at(f"{_PATH}/reprocess", meeting_id)), Meeting)
