"""Record ids: 15 characters that tell upper from lower case, and 3 that make up for systems which don't."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
INSTANCE = "5g0"


def make_id(prefix: str, number: int) -> str:
    """The 18-character id of the `number`-th record of the type with this key prefix."""
    digits = ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        digits = DIGITS[rest] + digits
    return long_id(prefix + INSTANCE + digits.rjust(9, "0"))


def long_id(record_id: str) -> str:
    """The 18-character form: each check character tells which of five letters are capitals."""
    if len(record_id) != 15:
        return record_id
    groups = (record_id[start : start + 5] for start in (0, 5, 10))
    return record_id + "".join(ALPHABET[_capitals(group)] for group in groups)


def _capitals(group: str) -> int:
    return sum(1 << place for place, character in enumerate(group) if "A" <= character <= "Z")
