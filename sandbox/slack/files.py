"""The three-step upload: an address, the bytes, and sharing them in a channel."""

import json
import secrets
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.slack.errors import SlackError, invalid_blocks
from sandbox.slack.team import DEFAULT_OPTIONS

LARGEST = 50 * 1024 * 1024


class Files:
    """Uploaded files. Their bytes lie in the data directory."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._files = world.collection("slack", "file")
        self.folder = world.settings.data_dir / "slack-files"
        self.router = APIRouter(prefix="/slack/upload")
        self.router.add_api_route("/{file_id}", self.receive, methods=["POST"])
        self.router.add_api_route("/{file_id}", self.show, methods=["GET"])

    def begin(self, fields: dict[str, Any]) -> dict[str, Any]:
        """`files.getUploadURLExternal`. Raises `SlackError`."""
        name, length = str(fields.get("filename") or ""), str(fields.get("length") or "")
        if not name or not length.isdigit() or not 0 < int(length) <= LARGEST:
            raise SlackError("invalid_arguments")
        file: Doc = {"id": f"F{secrets.token_hex(5).upper()}", "name": name, "size": int(length), "state": "awaited"}
        file["alt_text"] = str(fields.get("alt_txt") or "")
        self._files.put(file["id"], file)
        return {"upload_url": f"{self._world.settings.base_url}/slack/upload/{file['id']}", "file_id": file["id"]}

    def complete(self, fields: dict[str, Any], channel: Doc | None) -> dict[str, Any]:
        """`files.completeUploadExternal`. Raises `SlackError`."""
        given = fields.get("files") or []
        items = json.loads(given) if isinstance(given, str) else given
        return {"files": [self._share(item, channel) for item in items]}

    async def receive(self, request: Request, file_id: str) -> Response:
        """The bytes, as they are."""
        file = self._files.get(file_id)
        if file is None or file["state"] != "awaited":
            return PlainTextResponse("unknown upload", status_code=404)
        body = await _uploaded(request)
        if len(body) != file["size"]:
            return PlainTextResponse("length mismatch", status_code=400)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path(file_id).write_bytes(body)
        self._files.put(file_id, file | {"state": "uploaded"})
        return PlainTextResponse(f"OK - {len(body)}")

    async def show(self, file_id: str) -> Response:
        """The file, for the channel's page."""
        file = self._files.get(file_id)
        if file is None or not self._path(file_id).is_file():
            return PlainTextResponse("unknown file", status_code=404)
        return FileResponse(self._path(file_id), media_type="image/png" if file["name"].endswith(".png") else None)

    def require_shown(self, blocks: Any) -> None:
        """Raise `SlackError` for blocks with a picture that messages cannot show, or not yet."""
        parsed = json.loads(blocks) if isinstance(blocks, str) and blocks else blocks
        wanted = [block["slack_file"].get("id") for block in parsed or [] if _has_picture(block)]
        if unknown := [file_id for file_id in wanted if not self._is_ready(file_id)]:
            raise invalid_blocks([f"invalid slack file: {unknown[0]} [json-pointer:/blocks]"])

    def all(self) -> list[Doc]:
        """Every file."""
        return self._files.all()

    def _share(self, item: Doc, channel: Doc | None) -> dict[str, Any]:
        file = self._files.get(str(item.get("id", "")))
        if file is None or file["state"] == "awaited":
            raise SlackError("file_not_found")
        title = item.get("title") or file["name"]
        shared = file | {"state": "shared", "title": title, "channel": channel["id"] if channel else None}
        shared["shared_at"] = self._world.clock().isoformat()
        self._files.put(file["id"], shared)
        return {"id": file["id"], "title": title}

    def _is_ready(self, file_id: Any) -> bool:
        file = self._files.get(str(file_id))
        if file is None or file["state"] != "shared":
            return False
        looked_at = float(self._world.options("slack", DEFAULT_OPTIONS)["file_seconds"])
        return (self._world.clock() - parse_iso(file["shared_at"])).total_seconds() >= looked_at

    def _path(self, file_id: str) -> Path:
        return self.folder / file_id


def _has_picture(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "image" and isinstance(block.get("slack_file"), dict)


async def _uploaded(request: Request) -> bytes:
    if "multipart" not in request.headers.get("content-type", ""):
        return await request.body()
    form = await request.form()
    uploads = [value for value in form.values() if not isinstance(value, str)]
    return await uploads[0].read() if uploads else b""
