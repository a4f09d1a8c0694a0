"""Use cases: match a meeting, let a person correct it, and show what would be written."""

from hub.crm.service.correcting import add_match, correct_match, remove_match
from hub.crm.service.matching import match_meeting, records_for
from hub.crm.service.previewing import RecordPreview, preview

__all__ = ["RecordPreview", "add_match", "correct_match", "match_meeting", "preview", "records_for", "remove_match"]
