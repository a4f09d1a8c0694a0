"""What callers send to be analysed: a form with files, or JSON with addresses and text. Files go to the disk."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request
from pydantic import ValidationError

from analysis_core.options import DEFAULT_THRESHOLDS
from hub.accounts.plans import Plan
from hub.analysis.schemas import REQUESTS, AnalyseOptions
from hub.analysis.uploads import FileSink, Upload
from hub.errors import BadRequest, HubError, InvalidInput, PayloadTooLarge, UnsupportedMedia
from hub.kit.multipart import OpenPart, PartHead, Sink, TextRoom, TextSink, is_multipart, read_body, receive_parts
from hub.kit.ssrf import ForbiddenTarget, check_url
from hub.runtime import Runtime

ROLES: Final = ("video", "audio", "text", "image")
_FIELD_BYTES: Final = 64 * 1024
_ROOM: Final = 64 * 1024
"""What options and addresses add to the largest text, in JSON and in the fields of a form."""
_QUICK_TEXT_BYTES: Final = 200_000
_QUICK_MEDIA_BYTES: Final = 1_500_000
_QUICK_IMAGES: Final = 20
_WORDS: Final = {"transcript": "text", "document": "text"}


@dataclass
class Inputs:
    """What one request brought: files in the upload directory and addresses, each by role."""

    files: dict[str, list[str]] = field(default_factory=dict)
    urls: dict[str, list[str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    options: AnalyseOptions = field(default_factory=AnalyseOptions)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def quick(self) -> bool:
        """Whether somebody can wait for it."""
        media = sum(self.sizes.get(role, 0) for role in ("video", "audio"))
        linked = self.urls.keys() & {"video", "audio", "text"}
        small = media <= _QUICK_MEDIA_BYTES and self.sizes.get("text", 0) <= _QUICK_TEXT_BYTES
        images = len(self.files.get("image", ())) + len(self.urls.get("image", ()))
        return not linked and small and images <= _QUICK_IMAGES

    def stored_options(self, plan: Plan) -> dict[str, Any]:
        """What the job remembers."""
        given = {**self.options.model_dump(exclude_none=True), **self.extra}
        thresholds = given.pop("alert_thresholds", {})
        limits = {role: limit_of(plan, role) for role in self.urls}
        return {**given, "thresholds": {**DEFAULT_THRESHOLDS, **thresholds}, "limits": limits, "quick": self.quick}


async def take_inputs(request: Request, runtime: Runtime, plan: Plan, kind: str, upload: Upload) -> Inputs:
    """Read the body. Raises `HubError` for what cannot be taken."""
    if is_multipart(request):
        inputs = await _from_form(request, plan, kind, upload)
    elif "json" in request.headers.get("content-type", "").lower():
        inputs = await _from_json(request, plan, kind, upload)
    else:
        raise UnsupportedMedia("Send multipart/form-data with a file, or application/json.")
    _require_something(inputs, kind, plan)
    for urls in inputs.urls.values():
        for url in urls:
            _check(runtime, url)
    return inputs


def own_role(kind: str) -> str:
    """What an endpoint analyses."""
    return "audio" if kind == "emotion" else kind


def limit_of(plan: Plan, role: str) -> int:
    """The largest file of this role, in bytes."""
    return {"video": plan.video_bytes, "audio": plan.audio_bytes, "image": plan.image_bytes}.get(
        role, plan.documents_bytes
    )


async def _from_form(request: Request, plan: Plan, kind: str, upload: Upload) -> Inputs:
    form = _Form(plan, kind, upload)
    await receive_parts(request, form.open_part)
    return form.inputs()


async def _from_json(request: Request, plan: Plan, kind: str, upload: Upload) -> Inputs:
    body = await read_body(request, plan.documents_bytes + _ROOM)
    model = REQUESTS[kind]
    try:
        given = await asyncio.to_thread(model.model_validate_json, body)
    except ValidationError as error:
        raise _invalid(error) from error
    inputs = Inputs(urls=given.addresses(), options=given.options(), extra=given.more())
    text = given.words()
    if text is not None:
        await asyncio.to_thread(_store_text, upload, inputs, text, plan)
    return inputs


def _store_text(upload: Upload, inputs: Inputs, text: str, plan: Plan) -> None:
    sink = FileSink(upload.directory / "text-0", plan.documents_bytes)
    try:
        sink.write(text.encode())
    finally:
        sink.close()
    inputs.files["text"], inputs.sizes["text"] = [sink.path.name], sink.size


class _Form:
    """Collects the parts of a form: files on the disk, fields in memory."""

    def __init__(self, plan: Plan, kind: str, upload: Upload) -> None:
        self._plan = plan
        self._kind = kind
        self._upload = upload
        self._files: dict[str, list[FileSink]] = {}
        self._fields: dict[str, list[TextSink]] = {}
        self._room = TextRoom(plan.documents_bytes + _ROOM)

    @property
    def open_part(self) -> OpenPart:
        """Where each part goes."""
        return self._open

    def inputs(self) -> Inputs:
        """Everything that came. Raises `InvalidInput`."""
        given = {name: [sink.text for sink in sinks] for name, sinks in self._fields.items()}
        model = REQUESTS[self._kind]
        try:
            fields = model.model_validate(_shaped(given))
        except ValidationError as error:
            raise _invalid(error) from error
        inputs = Inputs(urls=fields.addresses(), options=fields.options(), extra=fields.more())
        for role, sinks in self._files.items():
            inputs.files[role] = [sink.path.name for sink in sinks]
            inputs.sizes[role] = sum(sink.size for sink in sinks)
        text = fields.words()
        if text is not None and "text" in inputs.files:
            raise _several("text")
        if text is not None:
            _store_text(self._upload, inputs, text, self._plan)
        return inputs

    def _open(self, head: PartHead) -> Sink:
        name = head.name.removesuffix("[]")
        if head.filename is None and head.content_type in {"", "text/plain"}:
            return self._open_field(name)
        role = self._role(name, head)
        files = self._files.setdefault(role, [])
        _require_few(role, len(files) + 1, self._plan)
        files.append(FileSink(self._upload.directory / f"{role}-{len(files)}", limit_of(self._plan, role)))
        return files[-1]

    def _open_field(self, name: str) -> Sink:
        """Raises `InvalidInput` for a second one before its text comes: all of them would lie in memory."""
        if name in self._fields and not _is_list(name):
            raise InvalidInput(f"The field `{name}` came more than once.", {"fields": {name: "given twice"}})
        limit = self._plan.documents_bytes if name in {"text", "transcript"} else _FIELD_BYTES
        sink = TextSink(limit, self._room)
        self._fields.setdefault(name, []).append(sink)
        return sink

    def _role(self, name: str, head: PartHead) -> str:
        """What a file is. Raises `InvalidInput`."""
        own = own_role(self._kind)
        role = _WORDS.get(name, name.removesuffix("s"))
        if role == "file":
            role = own if self._kind != "multimodal" else head.content_type.split("/")[0]
        allowed = {own} if self._kind in {"text", "image"} else {own, "text"}
        if role not in (ROLES if self._kind == "multimodal" else allowed):
            raise InvalidInput(f"There is no file field `{head.name}` here.", {"fields": {head.name: "unknown field"}})
        return role


def _is_list(name: str) -> bool:
    """Whether a form gives this field once for each of its items."""
    return name.endswith("urls")


def _shaped(given: Mapping[str, list[str]]) -> dict[str, Any]:
    """Form fields as the JSON body would have them: lists where lists are taken, objects where objects are."""
    shaped: dict[str, Any] = {name: values if _is_list(name) else values[0] for name, values in given.items()}
    if "alert_thresholds" in shaped:
        shaped["alert_thresholds"] = _object(shaped["alert_thresholds"])
    return shaped


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("`alert_thresholds` is not valid JSON.") from error


def _require_something(inputs: Inputs, kind: str, plan: Plan) -> None:
    given = inputs.files.keys() | inputs.urls.keys()
    needed = set(ROLES) if kind == "multimodal" else {own_role(kind)}
    if not given & needed:
        raise InvalidInput("There is nothing to analyse: send a file, or the address of one.")
    if any(size == 0 for size in inputs.sizes.values()):
        raise InvalidInput("A file is empty.", {"code": "media_empty"})
    for role in given:
        count = len(inputs.files.get(role, ())) + len(inputs.urls.get(role, ()))
        _require_few(role, count, plan)


def _require_few(role: str, count: int, plan: Plan) -> None:
    if role == "image" and count > plan.images:
        raise PayloadTooLarge(f"At most {plan.images} image files at a time.")
    if role != "image" and count > 1:
        raise _several(role)


def _several(role: str) -> InvalidInput:
    return InvalidInput(f"Send one {role}: a file, its address, or what it holds.", {"fields": {role: "several"}})


def _check(runtime: Runtime, url: str) -> None:
    try:
        check_url(url, allow_private=runtime.settings.allow_private_inputs)
    except ForbiddenTarget as error:
        raise InvalidInput(f"This address cannot be fetched: {error}.", {"fields": {"url": str(error)}}) from error


def _invalid(error: ValidationError) -> HubError:
    fields = {".".join(map(str, item["loc"])) or "body": item["msg"] for item in error.errors()[:20]}
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return BadRequest("The body is not valid JSON.")
    return InvalidInput("Some fields are missing or wrong.", {"fields": fields})
