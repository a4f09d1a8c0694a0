"""Writes the blocking client out of the one for asyncio, so that the two cannot differ: `python sdk/python/unasync.py`.

With `--check` it writes nothing, and fails where the two differ. `waiting.py` is written by hand on both sides.
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "src" / "echodepth"
BY_HAND = {"waiting.py"}
WORDS = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\b__aiter__\b", "__iter__"),
    (r"\baclose\b", "close"),
    (r"\bAsyncIterator\b", "Iterator"),
    (r"\bAsyncClient\b", "Client"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b_async\b", "_sync"),
    (r"The client for asyncio\. `_sync` is made from this folder by", "The blocking client, made from `_async` by"),
    (r", for asyncio\. `EchoDepth` is the same without it\.", ". `AsyncEchoDepth` is the same for asyncio."),
    (r"`async with`", "`with`"),
]


def blocking(text: str) -> str:
    """The same module without asyncio."""
    for pattern, replacement in WORDS:
        text = re.sub(pattern, replacement, text)
    return _tidy(text)


def _tidy(text: str) -> str:
    """As `ruff` would have it: the words' lengths and order have changed."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(PACKAGE / "_sync" / "module.py"), "-"]
    sort = [*ruff, "check", "--quiet", "--fix", "--select", "I", *name]
    for command in (sort, [*ruff, "format", "--quiet", *name]):
        text = subprocess.run(command, input=text, text=True, capture_output=True, check=True).stdout
    return text


def main() -> int:
    """Write, or check."""
    stale = []
    for source in sorted((PACKAGE / "_async").glob("*.py")):
        target = PACKAGE / "_sync" / source.name
        if source.name in BY_HAND:
            continue
        wanted = blocking(source.read_text(encoding="utf-8"))
        if target.exists() and target.read_text(encoding="utf-8") == wanted:
            continue
        stale.append(target.name)
        if "--check" not in sys.argv:
            target.write_text(wanted, encoding="utf-8")
    if "--check" not in sys.argv or not stale:
        return 0
    sys.stderr.write(f"run `python sdk/python/unasync.py`: {', '.join(stale)} are not up to date\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
