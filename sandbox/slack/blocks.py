"""Block Kit's rules, as far as messages use them."""

from collections.abc import Callable, Iterator
from typing import Any

MOST_BLOCKS = 50
TEXT_TYPES = ("plain_text", "mrkdwn")
Check = Callable[[dict[str, Any], str], Iterator[str]]


def problems_of(blocks: Any) -> list[str]:
    """What is wrong with a message's blocks, in Slack's words with a JSON pointer; empty when nothing is."""
    if not isinstance(blocks, list):
        return ["must be a list [json-pointer:/blocks]"]
    if len(blocks) > MOST_BLOCKS:
        return [f"no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]"]
    return [problem for place, block in enumerate(blocks) for problem in _block(block, f"/blocks/{place}")]


def _block(block: Any, at: str) -> Iterator[str]:
    if not isinstance(block, dict) or block.get("type") not in CHECKS:
        yield f"unsupported type: {block.get('type') if isinstance(block, dict) else block} [json-pointer:{at}/type]"
        return
    if len(str(block.get("block_id", ""))) > 255:
        yield _at("must be less than 256 characters", f"{at}/block_id")
    yield from CHECKS[block["type"]](block, at)


def _header(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from _text(block.get("text"), f"{at}/text", 150, ("plain_text",))


def _section(block: dict[str, Any], at: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield _at("missing required field: text or fields", at)
    if "text" in block:
        yield from _text(block["text"], f"{at}/text", 3000)
    yield from _many(block, "fields", at, 10, lambda item, place: _text(item, place, 2000))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _context(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from _required(block, "elements", at)
    yield from _many(block, "elements", at, 10, _context_element)


def _context_element(item: Any, at: str) -> Iterator[str]:
    if isinstance(item, dict) and item.get("type") == "image":
        yield from _image(item, at)
    else:
        yield from _text(item, at, 3000)


def _actions(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from _required(block, "elements", at)
    yield from _many(block, "elements", at, 25, _element)


def _element(item: Any, at: str) -> Iterator[str]:
    if not isinstance(item, dict) or not item.get("type"):
        yield _at("missing required field: type", at)
    elif item["type"] == "button":
        yield from _button(item, at)
    elif item["type"] == "image":
        yield from _image(item, at)


def _button(item: dict[str, Any], at: str) -> Iterator[str]:
    yield from _text(item.get("text"), f"{at}/text", 75, ("plain_text",))
    for key, most in (("action_id", 255), ("url", 3000), ("value", 2000)):
        if len(str(item.get(key, ""))) > most:
            yield _at(f"must be less than {most + 1} characters", f"{at}/{key}")
    if item.get("style", "primary") not in ("primary", "danger"):
        yield _at("must be one of: primary, danger", f"{at}/style")


def _image(block: dict[str, Any], at: str) -> Iterator[str]:
    if not block.get("image_url") and not block.get("slack_file"):
        yield _at("missing required field: image_url", at)
    alt = block.get("alt_text")
    if not isinstance(alt, str) or not alt:
        yield _at("missing required field: alt_text", at)
    elif len(alt) > 2000:
        yield _at("must be less than 2001 characters", f"{at}/alt_text")


def _nothing(_: dict[str, Any], __: str) -> Iterator[str]:
    yield from ()


def _text(text: Any, at: str, most: int, types: tuple[str, ...] = TEXT_TYPES) -> Iterator[str]:
    if not isinstance(text, dict):
        yield _at("missing required field: text", at)
        return
    if text.get("type") not in types:
        yield _at(f"must be one of: {', '.join(types)}", f"{at}/type")
    words = text.get("text")
    if not isinstance(words, str) or not words:
        yield _at("must be more than 0 characters", f"{at}/text")
    elif len(words) > most:
        yield _at(f"must be less than {most + 1} characters", f"{at}/text")


def _required(block: dict[str, Any], key: str, at: str) -> Iterator[str]:
    if not block.get(key):
        yield _at(f"missing required field: {key}", at)


def _many(
    block: dict[str, Any], key: str, at: str, most: int, check: Callable[[Any, str], Iterator[str]]
) -> Iterator[str]:
    items = block.get(key, [])
    if not isinstance(items, list):
        yield _at("must be a list", f"{at}/{key}")
        return
    if len(items) > most:
        yield _at(f"no more than {most} items allowed", f"{at}/{key}")
    for place, item in enumerate(items):
        yield from check(item, f"{at}/{key}/{place}")


def _at(problem: str, pointer: str) -> str:
    return f"{problem} [json-pointer:{pointer}]"


CHECKS: dict[str, Check] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "divider": _nothing,
    "rich_text": _nothing,
}
