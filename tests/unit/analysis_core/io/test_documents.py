"""Transcripts in documents, and documents made to do harm."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.transcript import read_transcript

CALL = Path(__file__).resolve().parents[4] / "sandbox" / "recordings" / "renewal_call.vtt"


def _docx(*paragraphs: str, table: tuple[str, ...] = ()) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        cells = document.add_table(rows=1, cols=len(table)).rows[0].cells
        for cell, text in zip(cells, table, strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _pdf(*pages: tuple[str, ...]) -> bytes:
    """A minimal PDF 1.4 file, one text line below the other."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({line.replace('(', '[').replace(')', ']')}) Tj" for line in lines)
        content = f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _said(raw: bytes) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in read_transcript(raw).cues]


def test_a_word_transcript_with_names_and_times_above_each_speech_is_timed() -> None:
    raw = _docx(
        "Renewal call",
        "November 20, 2026, 2:00PM",
        "Dana van Dyke   0:03\nHello, Sam.\nHow are you?",
        "Sam O'Neil   1:02:07\nFine: thanks.",
    )  # fmt: skip

    transcript = read_transcript(raw)

    assert (transcript.format, transcript.timed) == ("docx", True)
    assert [(cue.speaker, cue.text, cue.start_s) for cue in transcript.cues] == [
        ("Dana van Dyke", "Hello, Sam. How are you?", 3.0),
        ("Sam O'Neil", "Fine: thanks.", 3727.0),
    ]
    assert transcript.cues[0].end_s == pytest.approx(3 + 5 / 1.5)


def test_a_word_transcript_with_a_name_below_each_timing_line_is_timed() -> None:
    raw = _docx(
        "0:0:0.0 --> 0:0:1.320\nDana van Dyke\nHello",
        "0:0:5.20 --> 0:0:7.0\nSam\nHi there",
        "0:1:0.0 --> 0:1:2.0\nSam\nBye",
    )

    transcript = read_transcript(raw)

    assert [(cue.speaker, cue.text, cue.start_s, cue.end_s) for cue in transcript.cues] == [
        ("Dana van Dyke", "Hello", 0.0, 1.32),
        ("Sam", "Hi there", 5.2, 7.0),
        ("Sam", "Bye", 60.0, 62.0),
    ]


def test_no_paragraph_of_a_word_file_is_lost() -> None:
    assert _said(_docx("Dana: Hello", "Sam: Hi", table=("Dana: in a table", "Sam: too"))) == [
        ("Dana", "Hello"),
        ("Sam", "Hi"),
        ("Dana", "in a table"),
        ("Sam", "too"),
    ]


def test_a_pdf_transcript_keeps_its_speakers_over_wrapped_lines_and_pages() -> None:
    raw = _pdf(("Dana: This sentence is so long that", "it goes on in the next line.", "Sam: Indeed."), ("Dana: Bye.",))

    transcript = read_transcript(raw)

    assert (transcript.format, transcript.timed) == ("pdf", False)
    assert _said(raw) == [
        ("Dana", "This sentence is so long that it goes on in the next line."),
        ("Sam", "Indeed."),
        ("Dana", "Bye."),
    ]


def test_the_same_call_says_the_same_in_every_format() -> None:
    vtt = read_transcript(CALL)
    lines = [f"[{int(c.start_s) // 60:02}:{int(c.start_s) % 60:02}] {c.speaker}: {c.text}" for c in vtt.cues]
    expected = [(cue.speaker, cue.text.replace("(", "[").replace(")", "]")) for cue in vtt.cues]

    for raw in (_docx(*lines), _pdf(tuple(lines)), "\n".join(lines).encode(), "\r\n\r\n".join(lines).encode("utf-16")):
        transcript = read_transcript(raw)
        assert [(cue.speaker, cue.text.replace("(", "[").replace(")", "]")) for cue in transcript.cues] == expected
        assert [cue.start_s for cue in transcript.cues] == [float(int(cue.start_s)) for cue in vtt.cues]


def test_markdown_is_read_without_its_marks() -> None:
    assert _said(b"# Call notes\n\n**Dana:** Hello *there*\n\n- __Sam__: 2 * 3 is 6\n") == [
        (None, "Call notes"),
        ("Dana", "Hello *there*"),
        ("Sam", "2 * 3 is 6"),
    ]


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _with_document(xml: bytes) -> bytes:
    """A Word file whose text was exchanged."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_docx("x"))) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        for part in source.infolist():
            target.writestr(part, xml if part.filename == "word/document.xml" else source.read(part))
    return file.getvalue()


def _xml(body: bytes, entities: bytes = b"") -> bytes:
    return b"<!DOCTYPE x [" + entities + b"]><w:document " + _W + b"><w:body>" + body + b"</w:body></w:document>"


def _text(text: bytes) -> bytes:
    return b"<w:p><w:r><w:t>" + text + b"</w:t></w:r></w:p>"


_W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
_DEEP = 200_000


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(_zip({"word/document.xml": b"\0" * 60_000_000}), id="a bomb"),
        pytest.param(_zip({f"word/{n}.xml": b"" for n in range(3000)}), id="thousands of parts"),
        pytest.param(_zip({"readme.txt": b"hello"}), id="another archive"),
        pytest.param(_docx("Dana: hi")[:-40], id="cut off"),
        pytest.param(
            _with_document(_xml(_text(b"&l9;"), b'<!ENTITY l0 "ha">' + _LAUGHS)),
            id="a billion laughs",
        ),
        pytest.param(
            _with_document(_xml(b"<w:p>" * _DEEP + b"</w:p>" * _DEEP)),
            id="endlessly nested XML",
        ),
        pytest.param(
            _with_document(_xml(_text(b"&f;"), b'<!ENTITY f SYSTEM "file:///etc/passwd">')),
            id="a reference to a file",
        ),
        pytest.param(_pdf(("Dana: hi",))[:120], id="half a PDF"),
        pytest.param(b"%PDF-1.7\n" + b"[" * 500_000, id="endlessly nested PDF"),
        pytest.param(
            _assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
            id="a PDF page tree in a circle",
        ),
        pytest.param(
            _assembled([
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
                b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream"
                % (len(packed := zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)), packed),
            ]),
            id="a PDF bomb",
        ),
        pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, id="an old Word file"),
        pytest.param(_pdf(()), id="a scanned page"),
        pytest.param(b"a" * 26_000_000, id="far too much"),
    ],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_hostile_and_foreign_documents_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(TranscriptUnreadable) as refused:
        read_transcript(raw)

    assert str(refused.value).endswith(".")
    assert "root:" not in str(refused.value)
