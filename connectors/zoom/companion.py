"""AI Companion's transcript of a meeting, for recordings that have none of their own.

Its times begin where AI Companion was started, so a recording's own transcript goes before it.
"""

import hashlib

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected
from connectors.base.records import FileKind, RecordingFile
from connectors.zoom.answers import body_of
from connectors.zoom.files import moment


async def companion_transcript(client: AuthorizedClient, path: str) -> RecordingFile | None:
    """The transcript of the meeting at `path`; None where there is none, not yet, or we may not have it."""
    try:
        found = body_of(await client.request("GET", f"meetings/{path}/transcript"))
    except RequestRejected:
        # nothing announced it so far, or the account did not grant it: the recording is worth analysing without
        return None
    url = found.get("download_url")
    # Zoom's example gives an address beside a reason why it is of no use
    if not isinstance(url, str) or not url or not found.get("can_download") or found.get("download_restriction_reason"):
        return None
    made = moment(found.get("transcript_created_time"))
    told = f"{path}\n{made.isoformat() if made else ''}"
    return RecordingFile(
        id=f"companion-{hashlib.sha256(told.encode()).hexdigest()[:16]}",
        kind=FileKind.TRANSCRIPT,
        url=url,
        extension="vtt",
        layout="ai_companion",
    )
