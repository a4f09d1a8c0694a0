"""Small media and transcripts, and seeded ways to damage them."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Sound = NDArray[np.float32]

CALL = Path(__file__).resolve().parents[2] / "sandbox" / "recordings" / "renewal_call.mp4"
_SECONDS = 1.6
_RATE = 16_000

_AUDIO = {"a.wav": "pcm_s16le", "a.mp3": "libmp3lame", "a.ogg": "libopus", "a.flac": "flac", "a.m4a": "aac"}
_VIDEO = {
    "v.mp4": ("h264", "aac"),
    "v.webm": ("libvpx", "libopus"),
    "v.mkv": ("mpeg4", "flac"),
    "v.mov": ("h264", "aac"),
}


def media_seeds(folder: Path) -> dict[str, bytes]:
    """A second and a half of the demo call in nine containers."""
    pictures, sound = _material()
    for name, codec in _AUDIO.items():
        _write(folder / name, sound, codec)
    for name, (video, audio) in _VIDEO.items():
        _write(folder / name, sound, audio, video, pictures)
    return {name: (folder / name).read_bytes() for name in (*_AUDIO, *_VIDEO)}


def transcript_seeds() -> dict[str, bytes]:
    """The same few cues in every format that is read."""
    vtt = CALL.with_suffix(".vtt").read_text()[:1500]
    teams = "WEBVTT\r\n\r\n-0:0:1.0 --> 0:0:2.5\r\n<v Dana van Dyke>Hello &amp; welcome</v>\r\n"
    first, second = "1\n00:00:01,000 --> 00:00:02,000\nDana: Hi\n\n", "2\n00:00:02,500 --> 00:00:04,000\nSam: Hm, um\n"
    text = "Dana: I will send it.\nSam: Maybe, I mean, let me think.\n" * 5
    return {
        "zoom.vtt": vtt.encode(),
        "teams.vtt": teams.encode(),
        "call.srt": (first + second).encode("utf-8-sig"),
        "call.txt": text.encode("utf-16"),
        "call.md": f"# Call\n\n**Dana:** hello\n\n[00:01] Sam: hi\n{text}".encode(),
        "call.docx": _docx(text),
        "call.pdf": _pdf(text),
    }


def _material() -> tuple[list[Picture], Sound]:
    pictures: list[Picture] = []
    with av.open(str(CALL)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0) > _SECONDS:
                break
            pictures.append(np.asarray(frame.to_ndarray(format="rgb24", width=320, height=180), np.uint8))
    sound = np.zeros(0, np.float32)
    with av.open(str(CALL)) as container:
        resampler = av.AudioResampler("flt", "mono", _RATE)
        for heard in container.decode(audio=0):
            sound = np.concatenate([sound, *(out.to_ndarray()[0] for out in resampler.resample(heard))])
            if len(sound) > (_SECONDS + 1) * _RATE:
                break
    return pictures[::4], sound[_RATE:]


def _write(path: Path, sound: Sound, codec: str, video: str | None = None, pictures: Sequence[Picture] = ()) -> None:
    container: Any = av.open(str(path), "w")
    shown = container.add_stream(video, rate=8) if video else None
    heard = container.add_stream(codec, rate=48_000 if codec == "libopus" else _RATE, layout="mono")
    if shown:
        shown.width, shown.height, shown.pix_fmt = 320, 180, "yuv420p"
        for picture in pictures:
            container.mux(shown.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(shown.encode())
    for piece in _frames(sound, heard):
        container.mux(heard.encode(piece))
    container.mux(heard.encode())
    container.close()


def _frames(sound: Sound, stream: Any) -> Iterator[Any]:
    frame = av.AudioFrame.from_ndarray(sound[None], "flt", "mono")
    frame.sample_rate, frame.pts, frame.time_base = _RATE, 0, Fraction(1, _RATE)
    resampler, fifo = av.AudioResampler(stream.format.name, "mono", stream.rate), av.AudioFifo()
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        fifo.write(piece)
    while True:
        ready: Any = fifo.read(stream.frame_size or 1024, partial=True)
        if ready is None:
            return
        yield ready


def _docx(text: str) -> bytes:
    from docx import Document

    document, file = Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(file)
    with zipfile.ZipFile(file) as packed, zipfile.ZipFile(plain := io.BytesIO(), "w", zipfile.ZIP_STORED) as stored:
        for part in packed.infolist():  # unpacked, so that damage reaches the XML and not only a checksum
            stored.writestr(part.filename, packed.read(part))
    return plain.getvalue()


def _pdf(text: str) -> bytes:
    shown = " T* ".join(f"({line}) Tj" for line in text.splitlines())
    content = f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % row for row in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Size 6 /Root 1 0 R >>\n%%EOF"


def _flipped(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice((1, 2, 8, 64))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def _cut_off(data: bytearray, dice: random.Random) -> bytearray:
    return data[: dice.randrange(len(data))]


def _head_damaged(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice((1, 4, 16))):
        data[dice.randrange(min(len(data), 600))] = dice.randrange(256)
    return data


def _extreme_number(data: bytearray, dice: random.Random) -> bytearray:
    at = dice.randrange(max(1, len(data) - 8))
    width = dice.choice((2, 4, 8))
    data[at : at + width] = dice.choice((b"\xff", b"\x00", b"\x7f", b"\x80")) * width
    return data


def _repeated(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    part = data[start : start + dice.randrange(1, 4000)]
    return data[:start] + part * dice.choice((2, 3, 20)) + data[start:]


def _removed(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randrange(1, 4000) :]


def _noise(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    return data[:start] + bytearray(dice.randbytes(dice.randrange(1, 4000))) + data[start:]


def _swapped(data: bytearray, dice: random.Random) -> bytearray:
    one, other = sorted((dice.randrange(len(data)), dice.randrange(len(data))))
    return data[other:] + data[one:other] + data[:one]


MUTATIONS: Mapping[str, Callable[[bytearray, random.Random], bytearray]] = {
    change.__name__.strip("_"): change
    for change in (_flipped, _cut_off, _head_damaged, _extreme_number, _repeated, _removed, _noise, _swapped)
}


def mutated(seeds: Mapping[str, bytes], number: int) -> tuple[str, bytes]:
    """The `number`-th damaged file: its name says what was done to which seed."""
    dice = random.Random(number)
    name, how = dice.choice(sorted(seeds)), dice.choice(sorted(MUTATIONS))
    data = bytearray(seeds[name])
    for _ in range(dice.choice((1, 1, 2, 3))):
        data = MUTATIONS[how](data, dice) if data else data
    stem, _, ending = name.partition(".")
    return f"{number:04}-{how}-{stem}.{ending}", bytes(data)
