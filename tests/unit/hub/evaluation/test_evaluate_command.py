"""`hub evaluate` as somebody at a terminal meets it."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
CALL = ROOT / "sandbox" / "recordings" / "renewal_call.mp4"
DATA = ROOT.parent / "shared" / "data"


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", "evaluate", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)


def _figures(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A few clips of two corpora, one label the model lacks, one file that is absent and one that is no sound."""
    source = DATA / "speech" / "manifest.csv"
    if not source.is_file():
        pytest.skip("the labelled speech is not here")
    with source.open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["file"])
    chosen = [row for row in rows if row["speaker"] == "emo03"][::4]
    for emotion in ("angry", "surprise"):
        chosen += [row for row in rows if row["speaker"] == "rav01" and row["emotion"] == emotion][:3]
    (tmp_path / "noise.wav").write_text("no sound at all")
    path = tmp_path / "manifest.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"file": str(source.parent / row["file"])} for row in chosen)
        writer.writerows(chosen[0] | {"file": name} for name in ("absent.wav", "noise.wav"))
    return path


def test_clips_are_judged_and_what_was_left_out_is_counted(manifest: Path) -> None:
    done = _run("speech", manifest, "--json")

    found = _figures(done)
    assert found["n"] == sum(found["support"].values()) == sum(sum(r.values()) for r in found["confusion"].values())
    assert found["uar"] > 0.5
    assert found["uar_interval"][0] <= found["uar"] <= found["uar_interval"][1]
    assert found["skipped"] == {"surprise": 3}
    assert {row["file"] for row in found["unreadable"]} == {"absent.wav", "noise.wav"}
    assert set(found["by_corpus"]) == {"emodb", "ravdess_a"}
    assert "Listening: 50 %" in done.stderr


def test_four_classes_leave_the_others_out(manifest: Path) -> None:
    found = _figures(_run("speech", manifest, "--classes", "4", "--corpus", "emodb", "--json"))

    assert found["classes"] == ["anger", "joy", "neutral", "sadness"]
    assert set(found["skipped"]) <= {"boredom", "disgust", "fear"}
    assert all(set(row) == set(found["classes"]) for row in found["confusion"].values())


def test_a_report_is_readable_in_a_terminal(manifest: Path) -> None:
    done = _run("speech", manifest, "--classes", "8")

    assert done.returncode == 0, done.stderr
    for words in ("Unweighted average recall", "95 % interval", "Labelled", "Skipped: ", "could not be read"):
        assert words in done.stdout


def test_sentences_are_rated_and_labelled(tmp_path: Path) -> None:
    path = tmp_path / "said.tsv"
    rows = [("I love this, thank you so much!", 4.6, "joy"), ("This is terrible and I hate it.", 1.3, "anger"),
            ("The meeting is at three.", 3.0, "neutral"), ("Wonderful news, we are delighted!", 4.7, "joy"),
            ("We lost everything and I cried all night.", 1.4, "sadness"), ("It has two buttons.", 3.0, "neutral"),
            ("I am so furious with you!", 1.5, "anger"), ("What a beautiful, happy day!", 4.5, "joy"),
            ("My dog died and I miss him.", 1.4, "sadness"),
            ("Perhaps it was schadenfreude.", 3.0, "spite")]  # fmt: skip
    path.write_text("text\tV\tA\tD\tlabels\n" + "".join(f"{t}\t{v}\t3\t3\t{label}\n" for t, v, label in rows))

    found = _figures(_run("text", path, "--json"))

    assert found["n"] == found["vad_n"] == 10
    assert found["r_v"] > 0.7
    assert found["r_a"] is None
    assert found["emotions_n"] == 9
    assert found["skipped"] == {"spite": 1}
    assert found["english"]
    assert found["confusion"]["joy"]["joy"] == 3


def test_faces_are_held_against_what_was_drawn() -> None:
    found = _figures(_run("face", CALL, CALL.with_suffix(".truth.json"), "--json"))

    assert found["faces"] == 2
    assert found["not_found"] == []
    assert found["r_mean"] > 0.7
    assert set(found["units"]) | set(found["skipped"]) == {"AU1", "AU2", "AU4", "AU12", "AU15", "AU26"}


def test_faces_without_tiles_are_told_by_who_speaks(tmp_path: Path) -> None:
    truth = json.loads(CALL.with_suffix(".truth.json").read_text())
    person = next(iter(truth["au"]))
    alone = {"fps": truth["fps"], "segments": truth["segments"], "au": {person: truth["au"][person], "Nobody": {}}}
    (tmp_path / "truth.json").write_text(json.dumps(alone))

    found = _figures(_run("face", CALL, tmp_path / "truth.json", "--json"))

    assert found["not_found"] == ["Nobody"]
    assert found["r_mean"] > 0.6


def test_ratings_of_one_dimension_are_enough_whatever_else_is_labelled(tmp_path: Path) -> None:
    path = tmp_path / "said.csv"
    path.write_text("Sentence,Valence,Sentiment\nI love it!,5,positive\nI hate it.,1,negative\nIt is a box.,3,none\n")

    found = _figures(_run("text", path, "--json"))

    assert found["vad_n"] == 3
    assert found["r_v"] > 0.5
    assert not {"r_a", "r_d", "macro_f1"} & found.keys()


def test_frames_whose_figure_is_unknown_are_left_out(tmp_path: Path) -> None:
    truth = json.loads(CALL.with_suffix(".truth.json").read_text())
    for units in truth["au"].values():
        units["AU1"][40] = None
    (tmp_path / "truth.json").write_text(json.dumps(truth))

    unit = _figures(_run("face", CALL, tmp_path / "truth.json", "--json"))["units"]["AU1"]

    assert unit["unknown"] == 2
    assert unit["r"] > 0.7
    assert unit["r_interval"][0] <= unit["r"] <= unit["r_interval"][1]


@pytest.mark.parametrize(
    ("kind", "name", "content", "words"),
    [
        ("speech", "m.csv", None, "There is no file"),
        ("speech", "m.csv", "file,emotion\na.wav,contempt\n", "contempt (1)"),
        ("speech", "m.csv", "file,emotion\na.wav,sad\n", "could be read"),
        ("text", "s.csv", "text,labels\nhello,spite\n", "No sentence has one of the labels"),
        ("text", "s.csv", "text,V,A,D\nhello,1,2,3\n", "At least three"),
    ],
)
def test_bad_data_gives_one_clear_line_and_code_2(
    tmp_path: Path, kind: str, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)

    done = _run(kind, tmp_path / name, "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
