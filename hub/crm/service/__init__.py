"""Use cases: match a meeting, let a person correct it, choose fields, and try it all without writing."""

from hub.crm.service.correcting import add_match, correct_match, remove_match, undo_correction
from hub.crm.service.matching import match_meeting, records_for

__all__ = ["add_match", "correct_match", "match_meeting", "records_for", "remove_match", "undo_correction"]
