"""What is told while a recording is looked over, before anybody knows how much work it will be."""

import time
from pathlib import Path

import pytest

from analysis_core import Options, analyse, pipeline
from analysis_core.errors import MediaMissing


def test_the_first_news_comes_before_the_recording_is_opened(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []

    with pytest.raises(MediaMissing):
        analyse(tmp_path / "absent.mp4", hook=lambda stage, done: told.append((stage, done)))

    assert told == [("decode", 0.0)]


def test_news_is_repeated_while_a_long_recording_is_looked_over(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []

    def slowly(_path: Path, _options: Options) -> None:
        while len(told) < 3:
            time.sleep(0.05)
        raise MediaMissing("enough")

    monkeypatch.setattr(pipeline, "open_media", slowly)
    with pytest.raises(MediaMissing):
        analyse("long.mp4", hook=lambda stage, done: told.append((stage, done)))

    assert set(told) == {("decode", 0.0)}
