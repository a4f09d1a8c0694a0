"""`client.meetings`: recorded meetings with their results, CRM records and deliveries."""

from echodepth import calls
from echodepth._async.pages import AsyncPages
from echodepth._async.transport import AsyncTransport
from echodepth.models.records import Meeting, MeetingDetails

_PATH = "/v1/meetings/{}"


class AsyncMeetings:
    """Meetings that came from connected providers."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(self, *, state: str | None = None, limit: int | None = None) -> AsyncPages[Meeting]:
        """Meetings, newest first; `limit` is the size of a page."""
        return AsyncPages(self._transport, "/v1/meetings", Meeting, {"state": state, "limit": limit})

    async def get(self, meeting_id: str) -> MeetingDetails:
        """One meeting with its result, people, CRM records and deliveries."""
        return await self._transport.ask(calls.get(calls.at(_PATH, meeting_id)), MeetingDetails)

    async def delete(self, meeting_id: str) -> None:
        """Delete a meeting with its result, people and deliveries. What was written to a CRM or sent stays there.

        Undo its deliveries first to take that back. `Conflict` while it is analysed or sent.
        """
        await self._transport.send(calls.delete(calls.at(_PATH, meeting_id)))

    async def reprocess(self, meeting_id: str) -> Meeting:
        """Fetch and analyse the recording again; the result is the meeting's next revision."""
        return await self._transport.ask(calls.post(calls.at(f"{_PATH}/reprocess", meeting_id)), Meeting)
