"""Takes code and examples out of plain text that has lost its layout.

Such text comes from web pages: breaks between lines are lost in some places and put in where there were none in others,
indentation is gone, and code stands next to prose without anything between. What is done about it, for any text:

1. A quote or bracket that closes, or a semicolon, directly followed by a letter or by `//`, ends a line.
2. Shell: a command begins with `curl` and goes on while a line ends with a backslash or within quotes.
3. Python: begins at an `import`. White space means nothing; a statement is the shortest run of words that parses as an
   import, an assignment, a call or a `with`. A comment ends with its line, or
   earlier where a statement begins. The code ends where no statement begins.
4. JavaScript: begins at an `import ... from`, or at a comment line, and ends at an empty line or where another language
   begins. A comment ends with its line, or earlier at a keyword or at a call or assignment. Where a name is declared a
   second time, the comment before it begins a snippet of its own.
5. JSON: every balanced `{...}` that parses once comments, `...` and plus signs before numbers are taken away.
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

_CLOSERS = frozenset(")]};")
_QUOTES = frozenset("\"'`")
_OTHER_LANGUAGE = re.compile(r"(pip |npm |curl |import \w+\s*$|from )")
_PYTHON_BEGINS = re.compile(r"import \w+(?=\s*$| import | from | #| \w+ = )|from\s*$|from \w+ import ")
_JS_STATEMENT = re.compile(r"(?<=\s)(?=(?:const|let|await|import)\s|[A-Za-z_][\w.]*(?:\(| = ))")
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^"{}\[\]\n]*|,?\s*\.\.\.|\+(?=\d)')


def lines_of(text: str) -> list[str]:
    """The text's lines, with breaks where code ends and something else follows at once."""
    return [piece for line in text.splitlines() for piece in _broken(line)]


def shell(text: str) -> list[str]:
    """Commands that begin with `curl`."""
    found: list[str] = []
    lines = iter(lines_of(text))
    for line in lines:
        if line.startswith("curl "):
            command = line
            while command.endswith("\\") or command.count("'") % 2:
                command += "\n" + next(lines)
            found.append(command)
    return found


def python(text: str) -> list[str]:
    """Programs, one statement to a line."""
    found, lines = [], lines_of(text)
    position = 0
    while position < len(lines):
        begins = _PYTHON_BEGINS.match(lines[position])
        words = _words(lines[position:]) if begins and "from '" not in lines[position] else []
        statements, used = _statements(words, 0)
        if statements:
            found.append("\n".join(statements))
            position += words[used - 1][1]
        position += 1
    return found


def javascript(text: str) -> list[str]:
    """Programs, comments on lines of their own."""
    found: list[str] = []
    block: list[str] = []
    for line in [*lines_of(text), ""]:
        goes_on = block and line.strip() and not _OTHER_LANGUAGE.match(line)
        if goes_on or re.match(r"// |import .* from '", line):
            block.append(line)
        elif block:
            found += _apart([piece for each in block for piece in _uncommented(each)])
            block = []
    return found


def examples(text: str) -> list[dict[str, Any]]:
    """JSON objects, outermost first come."""
    found, position = [], 0
    while (start := text.find("{", position)) >= 0:
        end = _balanced(text, start)
        parsed = _parsed(text[start:end]) if end else None
        if parsed:
            found.append(parsed)
        position = end if parsed and end else start + 1
    return found


def _broken(line: str) -> Iterator[str]:
    start, within = 0, ""
    for index, character in enumerate(line):
        closes = character == within if within else character in _CLOSERS
        if character in _QUOTES:
            within = "" if character == within else within or character
        following = line[index + 1 : index + 3]
        if closes and (following[:1].isalpha() or following == "//"):
            yield line[start : index + 1]
            start = index + 1
    yield line[start:]


def _words(lines: list[str]) -> list[tuple[str, int]]:
    """Words, each with the number of its line; a blank line ends them."""
    found: list[tuple[str, int]] = []
    for number, line in enumerate(lines):
        if not line.strip():
            break
        found += [(word, number) for word in line.split()]
    return found


def _statements(words: list[tuple[str, int]], start: int) -> tuple[list[str], int]:
    """As many statements as follow one another, and where the words after them begin."""
    if start < len(words) and words[start][0].startswith("#"):
        begins = next((at for at in range(start + 1, len(words)) if words[at][1] > words[start][1]), len(words))
        sooner = (at for at in range(start + 1, begins) if _statement(words, at))
        return _statements(words, next(sooner, begins))
    end = _statement(words, start)
    if not end:
        return [], start
    rest, used = _statements(words, end)
    return [" ".join(word for word, _ in words[start:end]), *rest], max(end, used if rest else end)


def _statement(words: list[tuple[str, int]], start: int) -> int:
    """Where the statement that begins here ends; 0 when none does."""
    for end in range(start + 1, min(len(words), start + 60) + 1):
        if _is_statement(" ".join(word for word, _ in words[start:end])):
            return end
    return 0


def _is_statement(code: str) -> bool:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return False
    return len(body) == 1 and _does_something(body[0])


def _does_something(node: ast.stmt) -> bool:
    if isinstance(node, ast.With):
        return all(_does_something(inner) for inner in node.body)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Assign)


def _uncommented(line: str) -> Iterator[str]:
    """The line in pieces, each comment ending with its piece."""
    code, mark, comment = _comment(line)
    yield code
    if not mark:
        return
    again = _comment(comment)
    begins = _JS_STATEMENT.search(again[0])
    yield f"// {comment[: begins.start()] if begins else again[0]}"
    rest = comment[begins.start() :] if begins else comment[len(again[0]) :]
    if rest.strip():
        yield from _uncommented(rest)


def _comment(line: str) -> tuple[str, str, str]:
    """The line before, at and after `//` outside of quotes."""
    within = ""
    for index, character in enumerate(line):
        if character in _QUOTES:
            within = "" if character == within else within or character
        if not within and line.startswith("//", index):
            return line[:index], "//", line[index + 2 :]
    return line, "", ""


def _apart(lines: list[str]) -> list[str]:
    found: list[list[str]] = [[]]
    declared: set[str] = set()
    for line in lines:
        names = set(re.findall(r"^\s*const (\w+) =", line))
        if names & declared:
            comment = max((at for at, each in enumerate(found[-1]) if each.startswith("//")), default=len(found[-1]))
            found[-1], begun = found[-1][:comment], found[-1][comment:]
            found.append(begun)
            declared = {name for each in begun for name in re.findall(r"^\s*const (\w+) =", each)}
        declared |= names
        found[-1].append(line)
    return ["\n".join(each) for each in found]


def _balanced(text: str, start: int) -> int:
    depth, within = 0, False
    for index in range(start, len(text)):
        character = text[index]
        if character == '"':
            within = not within
        elif not within and character in "{}":
            depth += 1 if character == "{" else -1
            if depth == 0:
                return index + 1
    return 0


def _parsed(text: str) -> dict[str, Any] | None:
    plain = _JSON_TOKEN.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
    try:
        parsed = json.loads(re.sub(r"(?<=[\]}])\s*\"\.\.\.\"", "", plain))
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
