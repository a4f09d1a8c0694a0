"""Prefixed, time-ordered identifiers that carry no meaning: `mtg_01k0...`."""

import secrets
import time
from collections.abc import Callable
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_TIME_BITS: Final = 48
_RANDOM_BITS: Final = 80
_LENGTH: Final = 26


def new_id(prefix: str, random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """A fresh id: `prefix`, an underscore, 48 bits of milliseconds and 80 random bits in Crockford's base 32.

    Layout as in the ULID specification, so ids sort by creation time.
    """
    return f"{prefix}_{_encode(int(time.time() * 1000), random_bits(_RANDOM_BITS))}"


def _encode(milliseconds: int, random: int) -> str:
    number = (milliseconds & ((1 << _TIME_BITS) - 1)) << _RANDOM_BITS | random
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(10 * (_LENGTH // 2 - 1), -1, -10)])
