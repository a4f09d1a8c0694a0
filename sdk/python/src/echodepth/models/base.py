"""What all answers share: attributes for what is known, and nothing lost of what is not known yet."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An answer of the API. Fields that a newer hub adds are kept, and reached like the others."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return self.model_dump(mode="json")


class Vad(Model):
    """Valence, arousal and dominance, 0..1; None where nothing told."""

    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    delta_from_baseline: "Delta | None" = None
    confidence: float | None = None


class Delta(Model):
    """The change from the baseline, -1..1."""

    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None


class ActionUnit(Model):
    """One facial Action Unit. Intensities 0..1; None where it is not supported or no face was seen."""

    code: int
    name: str
    supported: bool = True
    intensity: float | None = None
    peak: float | None = None
    active: bool = False
    confidence: float | None = None
    source: str | None = None
