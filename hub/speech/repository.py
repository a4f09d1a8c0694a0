"""Queries over analysed clips of one organisation."""

from typing import Any, ClassVar

from hub.kit.repository import TenantRepository
from hub.speech.models import SpeechReading


class SpeechReadings(TenantRepository[SpeechReading]):
    """Clips of conversations."""

    model: ClassVar[type[Any]] = SpeechReading
