"""`hub evaluate speech|text|face`: the core measured on one's own labelled data, in the terminal or as JSON."""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.analysis.quiet import quiet_libraries

evaluate = typer.Typer(help="Measure the analysis core on your own labelled data.", no_args_is_help=True)

Told = Callable[[float], None]
Report = dict[str, Any]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON on standard output.")]


class Classes(StrEnum):
    """How many emotions are told apart."""

    FOUR = "4"
    SEVEN = "7"
    EIGHT = "8"


@evaluate.command()
def speech(
    manifest: Annotated[Path, typer.Argument(help="CSV or TSV with the columns file and emotion.")],
    classes: Annotated[
        Classes,
        typer.Option(
            help="4: anger, joy, neutral, sadness. 7: also boredom, disgust, fear. 8: those of RAVDESS; "
            "labels that the model lacks are skipped."
        ),
    ] = Classes.SEVEN,
    corpus: Annotated[str, typer.Option(help="Only rows of this corpus, where there is such a column.")] = "",
    calm_as_neutral: Annotated[bool, typer.Option("--calm-as-neutral", help="Take calm speech as neutral.")] = False,
    as_json: AsJson = False,
) -> None:
    """Emotions of the voice. Paths in the manifest are relative to its folder.

    Labels are words, or the codes of RAVDESS or EmoDB.

    Optional columns: speaker (confidence intervals by speaker), gender, corpus, intensity (normal, strong: arousal).
    """
    from hub.evaluation import manifest as manifests
    from hub.evaluation import speech as voices

    def run(told: Told) -> Report:
        return voices.evaluate(manifests.read(manifest, corpus), int(classes.value), told, calm_as_neutral)

    _evaluate("speech", manifest, run, as_json)


@evaluate.command()
def text(
    file: Annotated[Path, typer.Argument(help="TSV or CSV: text with V, A, D, or with labels.")],
    split: Annotated[str, typer.Option(help="Rows of this split; test where there is one, or all.")] = "",
    tune: Annotated[
        Path | None, typer.Option(help="Another such file, to draw the line from which an emotion counts.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Valence, arousal, dominance and emotions of sentences, in English.

    Columns: text; V, A, D (or valence, arousal, dominance), or one of them; labels (emotion), several joined by commas,
    or a column for each emotion with 1 where the sentence has it. Without headings: the text, then numbers or labels.
    Numbers as labels are looked up in a labels.txt beside the file.
    """
    from hub.evaluation import sentences
    from hub.evaluation import text as words

    def run(told: Told) -> Report:
        tuning = sentences.read(tune, "all") if tune else []
        return words.evaluate(sentences.read(file, split), told, tuning)

    _evaluate("text", file, run, as_json)


@evaluate.command()
def face(
    video: Annotated[Path, typer.Argument(help="A recording that shows faces.")],
    truth: Annotated[
        Path,
        typer.Argument(help="JSON: fps and, by person and Action Unit, the intensity per frame, null where unknown."),
    ],
    as_json: AsJson = False,
) -> None:
    """Action Units of faces. Who is who comes from the truth's tiles, else from its segments."""
    from hub.evaluation import face as faces

    def run(told: Told) -> Report:
        return faces.evaluate(video, faces.read(truth), told)

    _evaluate("face", video, run, as_json)


def _evaluate(kind: str, source: Path, run: Callable[[Told], Report], as_json: bool) -> None:
    """Run with progress on standard error and print; exit status 2 for data that cannot be evaluated."""
    from analysis_core.errors import AnalysisError
    from hub.evaluation import terminal
    from hub.evaluation.errors import EvaluationError

    try:
        with quiet_libraries() as standard_error, terminal.progress(standard_error, kind) as told:
            report = run(told)
    except (EvaluationError, AnalysisError) as error:
        typer.echo(f"hub evaluate {kind}: {error}", err=True)
        raise typer.Exit(code=2) from error
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        terminal.show(kind, source.name, report)
