"""A process that stays tells how far it is, and answers after that."""

import asyncio
from pathlib import Path

from hub.analysis.warm import WarmProcess

WORDS = "WEBVTT\n\n00:00.000 --> 00:04.000\nPriya: We would like to see the numbers first.\n"


def test_an_analysis_tells_its_stages_before_its_answer(tmp_path: Path) -> None:
    transcript = tmp_path / "call.vtt"
    transcript.write_text(WORDS, encoding="utf-8")

    told, answer = asyncio.run(_ask(tmp_path, transcript))

    assert [stage for stage, _ in told][-1] == "fusion"
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert answer["speakers"][0]["name"] == "Priya"


async def _ask(directory: Path, transcript: Path) -> tuple[list[tuple[str, float]], dict[str, list[dict[str, str]]]]:
    told: list[tuple[str, float]] = []

    async def tell(stage: str, done: float) -> None:
        told.append((stage, done))

    process = WarmProcess(directory)
    try:
        answer = await process.ask(
            "media", media=None, transcript=str(transcript), options={}, on_progress=tell, timeout_s=120
        )
    finally:
        await process.close()
    return told, answer
