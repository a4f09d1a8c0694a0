"""Comparing an answer with a provider's example, by keys and JSON types."""

from typing import Any


def differences(example: Any, actual: Any, at: str = "") -> list[str]:
    """Keys that the example does not know, and values whose type differs from the example's."""
    if isinstance(example, dict) and isinstance(actual, dict):
        found = []
        for key, value in actual.items():
            if key not in example:
                found.append(f"{at}/{key} is not in the example")
            else:
                found += differences(example[key], value, f"{at}/{key}")
        return found
    if isinstance(example, list) and isinstance(actual, list):
        return [problem for item in actual if example for problem in differences(example[0], item, f"{at}[]")]
    if example is None or actual is None or _kind(example) == _kind(actual):
        return []
    return [f"{at} is a {_kind(actual)}, in the example a {_kind(example)}"]


def missing(example: dict[str, Any], actual: dict[str, Any]) -> set[str]:
    """Keys of the example that are not there."""
    return set(example) - set(actual)


def _kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__
