"""How much a provider may send at once."""

from typing import Final

MAX_BODY_BYTES: Final = 1024 * 1024
