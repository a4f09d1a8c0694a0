"""`hub analyse` as somebody at a terminal meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
CALL = ROOT / "sandbox" / "recordings" / "renewal_call.mp4"
WORDS = CALL.with_suffix(".vtt")


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", "analyse", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


def test_json_is_alone_on_standard_output() -> None:
    done = _run(WORDS, "--json")

    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    assert result["abstained"]["reason"] == "words_only"
    assert [row["name"] for row in result["speakers"]] == ["Dana Reyes", "Priya Shah"]
    assert result["sentences"][0]["text"] == "Hello Priya, good to see you again."


def test_a_transcript_alone_is_told_in_words() -> None:
    done = _run(WORDS)

    assert done.returncode == 0
    assert "No Trust Score." in done.stdout
    assert "There is no sound." in done.stdout


@pytest.mark.slow
def test_a_recorded_call_is_told_in_words() -> None:
    done = _run(CALL, "--transcript", WORDS, "--observe", "Priya Shah")

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for expected in ("Trust Score", "90 % interval", "Dana Reyes", "not observed", "Strongest moments", "Alerts"):
        assert expected in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nothing.mp4", None, "There is no file"),
        ("empty.mp4", b"", "empty"),
        ("letter.mp4", b"Dear Sir or Madam, " * 99, "not a recording"),
        ("empty.vtt", b"WEBVTT\n", "no cue"),
    ],
)
def test_a_bad_file_gives_one_clear_line_and_code_2(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    done = _run(path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_the_command_loads_neither_database_nor_web() -> None:
    heavy = ("sqlmodel", "fastapi", "dbos", "numpy")
    code = f"import sys, hub.cli, hub.analysis.command; print([m for m in {heavy} if m in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
