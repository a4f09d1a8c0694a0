"""`make train`, its first part: fits the speech head from the corpora, says how good it is, and writes it."""

import sys
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from analysis_core.models.catalogue import PACKAGE
from analysis_core.models.store import describe
from analysis_core.models.training import report
from analysis_core.models.training.fit import examples, fit, neutral_mean
from analysis_core.models.training.material import Acted, Talk, acted, talks
from analysis_core.models.training.written import compare, say
from analysis_core.speech.emotion import Head

MODEL = "speech-emotion-head"


def train(corpus: Acted, conversations: list[Talk]) -> tuple[Head, report.LeaveOneSpeakerOut]:
    """The head on all of the training material, and the evaluation that its temperature came from."""
    held_out = report.LeaveOneSpeakerOut(corpus, conversations)
    everyone = np.ones(len(corpus.emotion), bool)
    data = examples(corpus, conversations, everyone)
    neutral = neutral_mean(corpus, everyone)
    return fit(data, neutral, held_out.temperature(), held_out.stretch()), held_out


def save(head: Head, path: Path) -> None:
    """Writes the head as plain arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        classes=np.array(head.classes),
        emotions=head.emotions.astype(np.float32),
        dimensions=head.dimensions.astype(np.float32),
        neutral=head.neutral.astype(np.float32),
        temperature=np.float32(head.temperature),
    )


def main() -> int:
    """Exit status 1 when the catalogue does not name what was written."""
    corpus, conversations, measured = acted("emodb", varied=True), talks(), acted("ravdess_a", varied=False)
    head, held_out = train(corpus, conversations)
    path = PACKAGE / describe(MODEL).file
    save(head, path)
    for line in _report(head, held_out, corpus, conversations, measured):
        say(line)
    return compare(MODEL, path)


def _report(
    head: Head, held_out: report.LeaveOneSpeakerOut, corpus: Acted, conversations: list[Talk], measured: Acted
) -> list[str]:
    lines = [f"EmoDB, 7 emotions, leave one speaker out, recall {held_out.recall():.3f}"]
    lines += [f"  {gender}: {held_out.recall(gender=gender):.3f}" for gender in ("f", "m")]
    lines += [f"  as {name}: {held_out.recall(name):.3f}" for name in corpus.varied]
    lines.append(f"RAVDESS, 4 emotions, each clip by itself, recall {report.other_corpus(head, measured):.3f}")
    lines.append(f"RAVDESS, arousal, strong against normal, AUC {report.arousal_auc(head, measured):.3f}")
    for name in ("ami", "calls"):
        for known in (True, False):
            share, count = report.neutral_share(corpus, conversations, name, known, head.temperature)
            lines.append(f"{name}, neutral, {'other' if known else 'no'} recordings known: {share:.3f} of {count}")
    return [*lines, f"temperature {head.temperature:.3f}"]


if __name__ == "__main__":
    with threadpool_limits(1):
        sys.exit(main())
