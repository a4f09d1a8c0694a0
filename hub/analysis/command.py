"""`hub analyse FILE`: one recording, or a transcript alone, in the terminal. Needs no accounts and no database."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.analysis.quiet import quiet_libraries

if TYPE_CHECKING:
    from analysis_core import Result

_TEXT_ENDINGS = {".vtt", ".srt", ".txt", ".md", ".pdf", ".docx"}


def analyse(
    file: Annotated[Path, typer.Argument(help="A recording (mp4, m4a, webm, wav, mp3 ...) or a transcript alone.")],
    transcript: Annotated[Path | None, typer.Option(help="Its transcript: VTT, SRT, text, PDF or Word.")] = None,
    observe: Annotated[
        list[str] | None, typer.Option(help="Score this speaker only; may be given again. Everybody if never given.")
    ] = None,
    asr: Annotated[
        bool, typer.Option("--asr/--no-asr", help="Recognise the words from the sound where no transcript is given.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON on standard output.")] = False,
) -> None:
    """Analyse a recording here and now; nothing is stored."""
    from analysis_core.errors import AnalysisError

    try:
        result = _run(file, transcript, observe, asr)
    except AnalysisError as error:
        typer.echo(f"hub analyse: {error}", err=True)
        raise typer.Exit(code=2) from error
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False))
        return
    from hub.analysis.terminal import show

    show(result, file.name)


def _run(file: Path, transcript: Path | None, observe: list[str] | None, asr: bool) -> "Result":
    from analysis_core import Options
    from analysis_core import analyse as run
    from hub.analysis.terminal import progress

    options = Options(observed_speakers=frozenset(observe) if observe else None, transcribe=asr)
    words_alone = transcript is None and file.suffix.lower() in _TEXT_ENDINGS
    media, words = (None, file) if words_alone else (file, transcript)
    with quiet_libraries() as terminal, progress(terminal) as hook:
        return run(media, transcript=words, options=options, hook=hook)
