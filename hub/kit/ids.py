"""Prefixed, time-ordered identifiers that carry no meaning: `mtg_01k0...`."""

import secrets
import time
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS: Final = 48
_RANDOM_BITS: Final = 80
_LENGTH: Final = 26


def new_id(prefix: str) -> str:
    """A fresh id: `prefix`, an underscore, 48 bits of milliseconds and 80 random bits in Crockford's base 32.

    Layout as in the ULID specification, so ids sort by creation time.
    """
    return f"{prefix}_{_encode(int(time.time() * 1000), secrets.randbits(_RANDOM_BITS))}"


def _encode(milliseconds: int, random: int) -> str:
    number = (milliseconds & ((1 << _TIME_BITS) - 1)) << _RANDOM_BITS | random
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
