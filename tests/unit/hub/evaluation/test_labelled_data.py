from pathlib import Path

import pytest

from hub.evaluation import face, manifest, sentences
from hub.evaluation.errors import EvaluationError


def _write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_manifest_is_read_whatever_its_columns_are_called_and_in_any_order(tmp_path: Path) -> None:
    path = _write(tmp_path, "m.tsv", "\ufeffLabel\tPath\tActor\tduration\nhappy\tclips/a.wav\t7\t2.0\n\n")

    (clip,) = manifest.read(path)

    assert clip.path == tmp_path / "clips" / "a.wav"
    assert (clip.emotion, clip.speaker, clip.gender, clip.corpus) == ("happy", "7", "", "")


def test_spreadsheets_that_separate_by_semicolons_are_read(tmp_path: Path) -> None:
    path = _write(tmp_path, "m.csv", 'file;emotion;speaker\r\n"a, b.wav";sad;1\r\n')

    assert [(clip.file, clip.emotion) for clip in manifest.read(path)] == [("a, b.wav", "sad")]


@pytest.mark.parametrize(
    "heading", ["file_name", "audio_path", "filename", "File Path", "clip", "Audio-Filepath", "wav_path", "PATH"]
)
def test_the_column_of_files_is_known_by_the_names_in_use(tmp_path: Path, heading: str) -> None:
    path = _write(tmp_path, "m.csv", f"Emotions,id,{heading}\nsad,1,a.wav\n")

    assert [(clip.file, clip.emotion) for clip in manifest.read(path)] == [("a.wav", "sad")]


def test_a_columns_own_name_counts_before_others(tmp_path: Path) -> None:
    path = _write(tmp_path, "m.csv", "label,audio,emotion,path\n3,x,sad,a.wav\n")

    assert [(clip.file, clip.emotion) for clip in manifest.read(path)] == [("a.wav", "sad")]


def test_manifests_of_spreadsheets_on_windows_are_read(tmp_path: Path) -> None:
    text = "sep=;\r\nfile;emotion\r\nsub\\a.wav;sad\r\n"
    wide = tmp_path / "wide.txt"
    wide.write_bytes(text.replace("sep=;\r\n", "").replace(";", "\t").encode("utf-16"))

    for path in (_write(tmp_path, "m.csv", text), wide):
        assert [clip.path for clip in manifest.read(path)] == [tmp_path / "sub" / "a.wav"]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("01 02 05 08", "neutral calm anger surprise"),
        ("3 4 6", "joy sadness fear"),
        ("W l E A F T N", "anger boredom disgust fear joy sadness neutral"),
        ("1 2 1", "1 2 1"),
        ("0 1 2", "0 1 2"),
        ("A F X", "A F X"),
    ],
)
def test_codes_of_two_corpora_are_spelled_out_where_there_is_nothing_else(
    tmp_path: Path, codes: str, words: str
) -> None:
    rows = "".join(f"{number}.wav,{code}\n" for number, code in enumerate(codes.split()))

    found = manifest.read(_write(tmp_path, "m.csv", f"file,emotion\n{rows}"))

    assert " ".join(clip.emotion for clip in found) == words


def test_one_corpus_of_a_manifest_can_be_chosen(tmp_path: Path) -> None:
    path = _write(tmp_path, "m.csv", "corpus,file,emotion\none,a.wav,sad\ntwo,b.wav,sad\n")

    assert [clip.file for clip in manifest.read(path, "two")] == ["b.wav"]
    with pytest.raises(EvaluationError, match="no corpus 'three'; it has one, two"):
        manifest.read(path, "three")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("file,speaker\na.wav,1\n", "no column emotion"),
        ("a.wav,sad\n", "no column file and none emotion"),
        ("file,emotion\n", "names no clips"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_what_is_wrong(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        manifest.read(_write(tmp_path, "m.csv", content))


def test_a_recording_given_as_a_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftyp\xff\xfe")

    with pytest.raises(EvaluationError, match="not text"):
        manifest.read(path)


def test_rated_sentences_are_read_with_headings_and_without(tmp_path: Path) -> None:
    named = _write(tmp_path, "a.csv", 'id,split,V,A,D,text\n1,train,1,2,3,No\n2,test,3.1,2,4,"Yes, ""please"""\n')
    bare = _write(tmp_path, "b.tsv", 'She said "no\t1.5\t2\t3\n')

    assert [(one.text, one.vad) for one in sentences.read(named)] == [('Yes, "please"', (3.1, 2, 4))]
    assert len(sentences.read(named, "all")) == 2
    assert [(one.text, one.vad) for one in sentences.read(bare)] == [('She said "no', (1.5, 2, 3))]


def test_a_dimension_may_be_missing_and_headings_may_say_that_it_is_a_mean(tmp_path: Path) -> None:
    two = _write(tmp_path, "a.tsv", "Sentence\tValence\tArousal\nYes\t1\t2\nNo\t\t3\nOh\t\tnan\n")
    mean = _write(tmp_path, "b.csv", "id,text,valence_mean,A.Mean.Sum,dominance rating,valence_std\n7,Yes,1,2,3,9\n")

    assert [one.vad for one in sentences.read(two)] == [(1, 2, None), (None, 3, None), None]
    assert [(one.text, one.vad) for one in sentences.read(mean)] == [("Yes", (1, 2, 3))]


def test_decimal_commas_and_rows_that_are_counted_are_read(tmp_path: Path) -> None:
    named = _write(tmp_path, "a.csv", "text;V;A;D\nYes, please;3,5;2;1,25\n")
    bare = _write(tmp_path, "b.csv", "1;Yes;3,5;2,0;1,25\n2;No;1,0;1,0;1,0\n")

    assert [(one.text, one.vad) for one in sentences.read(named)] == [("Yes, please", (3.5, 2, 1.25))]
    assert [(one.text, one.vad) for one in sentences.read(bare)] == [("Yes", (3.5, 2, 1.25)), ("No", (1, 1, 1))]


@pytest.mark.parametrize(
    "content",
    [
        "text,labels\nOh!,\"['joy', 'surprise']\"\n",
        "text,labels\nOh!,['joy' 'surprise']\n",
        'text\tlabel\nOh!\t["joy", "surprise"]\n',
        "text,labels\nOh!,'joy|surprise'\n",
        "joy|surprise\tOh!\n",
        "text,id,joy,realization,anger\nOh!,x1,1,1,0\n",
        "text,id,Joy,Surprise,Anger\nOh!,x1,True,1.0,False\n",
    ],
)
def test_labels_are_read_as_programs_write_lists(tmp_path: Path, content: str) -> None:
    assert [set(one.labels) for one in sentences.read(_write(tmp_path, "a.csv", content))] == [{"joy", "surprise"}]


def test_sentences_in_an_old_encoding_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,label\nCafé!,joy\n".encode("cp1252"))

    assert [one.text for one in sentences.read(path)] == ["Café!"]


def test_labels_are_names_or_numbers_of_the_list_beside_the_file(tmp_path: Path) -> None:
    named = _write(tmp_path, "a.csv", 'sentence,emotions\nThanks!,"gratitude;joy"\nOh?,confusion\n')
    bare = _write(tmp_path, "b.tsv", "Thanks!\t1,0\txyz\n")

    assert [set(one.labels) for one in sentences.read(named)] == [{"joy"}, {"surprise"}]
    with pytest.raises(EvaluationError, match=r"labels\.txt"):
        sentences.read(bare)
    _write(tmp_path, "labels.txt", "anger\nlove\n")
    assert [set(one.labels) for one in sentences.read(bare)] == [{"joy", "anger"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("one column\n", "one column only"),
        ("text,length\nhello,5\n", "neither V, A, D nor labels"),
        ("text,V,A,D,split\nhello,5,5,5,dev\n", "no split 'train'"),
    ],
)
def test_sentences_that_cannot_be_used_say_what_is_wrong(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        sentences.read(_write(tmp_path, "s.csv", content), "train" if "split" in words else "")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"fps": 5}', '{"fps": 0, "au": {"A": {"AU1": [0]}}}', '{"fps": 5, "au": {"A": [1]}}']
)
def test_a_truth_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(EvaluationError):
        face.read(_write(tmp_path, "t.json", content))


def test_units_of_the_truth_are_known_by_several_spellings(tmp_path: Path) -> None:
    path = _write(tmp_path, "t.json", '{"fps": 5, "au": {"A": {"au04": [0, 1], "12": [0, 0], "AU06_r": [1, null]}}}')

    assert sorted(face.read(path).series["A"]) == ["AU12", "AU4", "AU6"]
