"""Taking code out of text that lost its layout, with texts of our own."""

import pytest

from tests.sdk import snippets


def test_python_loses_and_regains_its_line_breaks() -> None:
    text = (
        "Reading files\n\nimport json import os # Open the file that was named with open(os.devnull) as f: "
        'found = json.dumps({ "a": f.read() }) # Show it print(found)\n\nNext chapter'
    )

    (program,) = snippets.python(text)

    assert program.splitlines() == [
        "import json",
        "import os",
        'with open(os.devnull) as f: found = json.dumps({ "a": f.read() })',
        "print(found)",
    ]


def test_python_broken_over_lines_and_glued_to_prose_is_put_together() -> None:
    text = "from\njson\nimport\ndumps\nfound = dumps(\n[1, 2]\n)\nprint(found)  # a list\nGo on to chapter two."

    assert snippets.python(text) == ["from json import dumps\nfound = dumps( [1, 2] )\nprint(found)"]


def test_a_command_goes_on_over_backslashes_and_quotes() -> None:
    text = (
        "Try this:\ncurl -X POST https://x \\\n-d '{\n\"a\": 1\n}'\n# With a file\n"
        'curl https://x \\\n-F "a=b"Parameters'
    )

    assert snippets.shell(text) == [
        "curl -X POST https://x \\\n-d '{\n\"a\": 1\n}'",
        'curl https://x \\\n-F "a=b"',
    ]


def test_comments_of_javascript_end_where_code_begins() -> None:
    text = "// Open it const a = open('http://x'); // now write to it a.write(`//`); // done\nclose();"

    (program,) = snippets.javascript(text)

    lines = [line.strip() for line in program.splitlines() if line.strip()]
    assert lines == [
        "//  Open it",
        "const a = open('http://x');",
        "//  now write to it",
        "a.write(`//`);",
        "//  done",
        "close();",
    ]


def test_a_second_declaration_of_a_name_is_a_snippet_of_its_own() -> None:
    text = "// One\nconst a = one();\n// Two\nconst a = two();import os"

    assert [found.strip().splitlines()[-1] for found in snippets.javascript(text)] == [
        "const a = one();",
        "const a = two();",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('GET /x // Response {"a": +0.5, // why "b": [1]}', {"a": 0.5, "b": [1]}),
        ('Answer:{"url": "https://x//y", ...}Errors', {"url": "https://x//y"}),
        ('say {name} and {"a": {"b": "{"}}', {"a": {"b": "{"}}),
        ('{"a": [{"t": 1}\n"..."\n]}', {"a": [{"t": 1}]}),
    ],
)
def test_examples_lose_what_is_no_json(text: str, expected: object) -> None:
    assert snippets.examples(text) == [expected]


def test_prose_holds_no_code() -> None:
    text = "Import the package from the shop. Call us (any time); {braces} are fine.\nCurl up and read."

    assert snippets.python(text) + snippets.shell(text) + snippets.javascript(text) == []
    assert snippets.examples(text) == []
