"""Answers of the API as typed objects."""

from echodepth.models.analysis import Analysis
from echodepth.models.base import ActionUnit, Delta, Model, Vad
from echodepth.models.records import (
    Delivery,
    EventType,
    Meeting,
    MeetingDetails,
    Message,
    Recovered,
    Secret,
    Undone,
    WebhookEndpoint,
)
from echodepth.models.sessions import Frame, Session, SessionReport, Update
from echodepth.models.speech import EmotionRecording, EmotionResult, SpeechBatch, SpeechResult

__all__ = [
    "ActionUnit",
    "Analysis",
    "Delivery",
    "Delta",
    "EmotionRecording",
    "EmotionResult",
    "EventType",
    "Frame",
    "Meeting",
    "MeetingDetails",
    "Message",
    "Model",
    "Recovered",
    "Secret",
    "Session",
    "SessionReport",
    "SpeechBatch",
    "SpeechResult",
    "Undone",
    "Update",
    "Vad",
    "WebhookEndpoint",
]
