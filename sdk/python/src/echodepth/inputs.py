"""What `analyse` takes, as the calls that send it."""

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypedDict, TypeVar, get_type_hints

from echodepth import calls
from echodepth.calls import Call
from echodepth.files import FileInput, Part, parts

P = ParamSpec("P")
R = TypeVar("R")


class Options(TypedDict, total=False):
    """How to analyse."""

    baseline_window_s: float | None
    """Seconds that a speaker is compared with; 60 by default."""
    alert_thresholds: Mapping[str, float] | None
    """Figures 0..1 whose crossing is an alert: arousal_high, valence_low, dominance_low, credibility_low."""
    idempotency_key: str | None
    """Sent twice with the same key, it is analysed once. Made up where it is not given."""


def only_known(options: type) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For methods that take `**how`: refuses what is none of these options, which Python itself does not look at."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        known = {*signature(method).parameters, *get_type_hints(options)} - {"self", "how"}

        @wraps(method)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            for name in kwargs.keys() - known:
                raise TypeError(f"{method.__name__}() has no option {name!r}{_nearest(name, known)}")
            return method(*args, **kwargs)

        return checked

    return decorate


def _nearest(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f": is {near[0]!r} meant?" if near else f": it takes {', '.join(sorted(known))}"


@dataclass
class Inputs:
    """Files by field, and everything else."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: list[Part] = field(default_factory=list)

    def call(self, kind: str, options: Options, *, background: bool) -> Call:
        """The request: a form where there are files, else JSON. Raises `ValueError` where there is nothing."""
        if not self.files and not any(value is not None for value in self.fields.values()):
            raise ValueError("there is nothing to analyse: give a file, a text or a url")
        chosen = {name: options.get(name) for name in ("baseline_window_s", "alert_thresholds")}
        everything = calls.given({**self.fields, **chosen})
        key, params = options.get("idempotency_key"), {"async": "true"} if background else {}
        path = f"/v1/analyse/{kind}"
        if not self.files:
            return calls.post(path, everything, idempotency_key=key, params=params)
        return calls.post(path, idempotency_key=key, params=params, files=self.files, fields=form(everything))


def recording(file: FileInput | None, url: str | None, transcript: FileInput | None) -> Inputs:
    """A recording with, perhaps, what is said in it."""
    inputs = Inputs({"url": url}, parts("file", file, "recording"))
    return _with_words(inputs, transcript)


def document(text: str | None, file: FileInput | None, url: str | None) -> Inputs:
    """Text, or a document."""
    return Inputs({"text": text, "url": url}, parts("file", file, "document.txt"))


def pictures(file: FileInput | Sequence[FileInput] | None, url: str | Sequence[str] | None) -> Inputs:
    """Pictures."""
    return Inputs({"urls": _several(url)}, parts("file", file, "picture"))


def mix(files: Mapping[str, Any], urls: Mapping[str, Any], text: str | None) -> Inputs:
    """Everything at once, by role."""
    found = [part for role, given in files.items() for part in parts(role, given, role)]
    single = {f"{role}_url": url for role, url in urls.items() if role != "image"}
    return Inputs({**single, "image_urls": _several(urls.get("image")), "text": text}, found)


def form(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a form has them: text, lists of text, and objects as JSON."""
    return {name: json.dumps(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _with_words(inputs: Inputs, transcript: FileInput | None) -> Inputs:
    if isinstance(transcript, str) and not isinstance(transcript, os.PathLike):
        inputs.fields["transcript"] = transcript
    else:
        inputs.files += parts("transcript", transcript, "transcript.vtt")
    if not inputs.fields.get("url") and not any(part.field == "file" for part in inputs.files):
        raise ValueError("there is no recording: give a file or a url")
    return inputs


def _several(url: str | Sequence[str] | None) -> list[str] | None:
    return [url] if isinstance(url, str) else None if url is None else list(url)
