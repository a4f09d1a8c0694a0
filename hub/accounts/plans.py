"""What each plan allows. This table is the only place that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

_GIGABYTE: Final = 1024**3
_MEGABYTE: Final = 1024**2


@dataclass(frozen=True)
class Plan:
    """Limits of one key; None is no limit. Sizes are of one upload; session minutes are of a calendar month (UTC)."""

    name: str
    frames_per_second: int | None
    sessions_at_once: int | None
    requests_per_minute: int | None
    session_minutes: int | None
    reports: bool = True
    watermark: str | None = None
    video_bytes: int = 4 * _GIGABYTE
    audio_bytes: int = _GIGABYTE
    documents_bytes: int = 25 * _MEGABYTE
    image_bytes: int = 20 * _MEGABYTE
    images: int = 100

    def with_limits(self, limits: Mapping[str, Any]) -> "Plan":
        """The same plan with some limits set for one key; names that are no limits are ignored."""
        known = {field.name for field in fields(self)} - {"name", "watermark"}
        return replace(self, **{name: value for name, value in limits.items() if name in known})


SANDBOX: Final = Plan(
    "sandbox", 2, 1, 60, 500, reports=False, watermark="sandbox", video_bytes=512 * _MEGABYTE,
    audio_bytes=128 * _MEGABYTE, images=20,
)  # fmt: skip
PROFESSIONAL: Final = Plan("professional", 30, 20, 1000, None)
ENTERPRISE: Final = Plan("enterprise", None, None, None, None)

PLANS: Final[Mapping[str, Plan]] = {plan.name: plan for plan in (SANDBOX, PROFESSIONAL, ENTERPRISE)}

CONSOLE_PLANS: Final[Mapping[str, Plan]] = {plan.name: plan for plan in (SANDBOX, PROFESSIONAL)}
"""What admins choose from for themselves. Keys without limits are made by whoever runs the hub."""
