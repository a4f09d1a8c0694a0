"""One thing that goes wrong."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "429",
    "429_retry_after",
    "500",
    "500_after",
    "503_retry_after",
    "slow",
    "cut",
    "lock_row",
    "expired_download",
    "revoke_family",
    "late_webhook",
    "double_webhook",
]

WEBHOOK_KINDS: tuple[Kind, ...] = ("late_webhook", "double_webhook")
SPECIAL_KINDS: tuple[Kind, ...] = (*WEBHOOK_KINDS, "lock_row", "expired_download")
"""Those that only some providers know; a simulator's `special_faults` says which."""


class Fault(BaseModel):
    """One order. It holds for requests of `provider` whose path contains `path` and whose method is `method`.

    `cut` lets the request take effect and then drops the connection after `after_bytes` of the answer;
    `500_after` lets it take effect and answers 500; `500` and the rest answer instead of the provider.
    """

    model_config = ConfigDict(extra="forbid")

    provider: str
    kind: Kind
    path: str = ""
    method: str = ""
    times: int | None = Field(default=1, ge=1)
    """How often; None for always."""
    probability: float = Field(default=1.0, ge=0, le=1)
    seconds: float = Field(default=2.0, ge=0)
    """How late a `slow` answer or `late_webhook` is, and the Retry-After of `429_retry_after` and `503_retry_after`."""
    after_bytes: int = Field(default=0, ge=0)
    hits: int = 0

    def concerns(self, provider: str, method: str, path: str) -> bool:
        """Whether a request is meant."""
        return self.provider == provider and self.path in path and self.method.upper() in ("", method)
