"""The subscriber, put together."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import PlainTextResponse, Response

from sandbox.kit.fault import Kind
from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.subscriber.verification import own_result, standard_result


class SubscriberOrder(BaseModel):
    """The secrets that a subscriber accepts: two during a rotation."""

    secrets: list[str]


class Subscriber:
    """As many named subscribers as are called."""

    name = "subscriber"
    title = "Webhook subscriber"
    summary = "Signed webhooks as a customer's own system gets them, each checked with the published library."
    prefixes = ("/subscriber",)
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]] = {}

    def __init__(self, world: World) -> None:
        self._world = world
        self._secrets = world.collection(self.name, "secrets")
        self._deliveries = world.collection(self.name, "delivery")
        self._pages = Pages(Path(__file__).parent)
        self.router = APIRouter()
        self.router.add_api_route("/subscriber", self.screen, methods=["GET"], include_in_schema=False)
        self.router.add_api_route("/subscriber/{name}", self.receive, methods=["POST"])
        self.router.add_api_route("/_sandbox/subscriber/{name}", self.configure, methods=["PUT"])
        self.router.add_api_route("/_sandbox/subscriber/{name}", self.show, methods=["GET"])

    def seed(self) -> None:
        """There is nothing before the first delivery."""

    async def configure(self, name: str, order: SubscriberOrder) -> Doc:
        """Tell a subscriber its secrets."""
        self._secrets.put(name, order.model_dump())
        return {"name": name, "secrets": len(order.secrets)}

    async def receive(self, request: Request, name: str) -> Response:
        """Check, keep, and answer 204, or 401 when the standard signature does not hold."""
        raw = await request.body()
        delivery = self._checked(name, dict(request.headers), raw)
        self._deliveries.put(f"{name}:{self._deliveries.count()}", delivery)
        if delivery["standard_problem"]:
            return PlainTextResponse(delivery["standard_problem"], status_code=401)
        return Response(status_code=204)

    async def show(self, name: str) -> Doc:
        """All deliveries of one subscriber with their checks."""
        return self._summary(name)

    async def screen(self) -> Response:
        """The deliveries, newest first."""
        deliveries = [
            delivery | {"pretty": _pretty(delivery["body"]), "event": _event_type(delivery["body"])}
            for delivery in self._deliveries.all()
        ]
        return self._pages.render("subscriber.html", {"deliveries": deliveries[::-1]})

    def state(self) -> dict[str, Any]:
        """Every subscriber's deliveries."""
        names = sorted({delivery["name"] for delivery in self._deliveries.all()})
        return {name: self._summary(name) for name in names}

    def fault_response(self, kind: str, fault: dict[str, Any], /) -> Response:
        """A subscriber in trouble."""
        if kind == "429_retry_after":
            seconds = str(max(1, round(fault["seconds"])))
            return PlainTextResponse("slow down", status_code=429, headers={"Retry-After": seconds})
        return PlainTextResponse("out of order", status_code=429 if kind == "429" else 500)

    def revoke_all(self) -> None:
        """Forget all secrets, so that nothing verifies any more."""
        for name in {delivery["name"] for delivery in self._deliveries.all()}:
            self._secrets.delete(name)

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """A subscriber sends nothing."""
        raise NotImplementedError

    async def start(self) -> None:
        """Nothing runs in the background."""

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def _checked(self, name: str, headers: dict[str, str], raw: bytes) -> Doc:
        secrets = (self._secrets.get(name) or {"secrets": []})["secrets"]
        kept = {key: value for key, value in headers.items() if key.startswith(("webhook-", "x-echodepth", "content-"))}
        webhook_id = headers.get("webhook-id", "")
        return {
            "name": name,
            "at": self._world.clock().isoformat(),
            "webhook_id": webhook_id,
            "duplicate": any(known["webhook_id"] == webhook_id for known in self._of(name)),
            "headers": kept,
            "body": raw.decode("utf-8", errors="replace"),
            "standard_problem": standard_result(secrets, headers, raw),
            "own_problem": own_result(secrets, headers, raw),
        }

    def _of(self, name: str) -> list[Doc]:
        return self._deliveries.find(lambda delivery: delivery["name"] == name)

    def _summary(self, name: str) -> Doc:
        deliveries = self._of(name)
        return {
            "name": name,
            "received": len(deliveries),
            "verified": sum(not d["standard_problem"] and not d["own_problem"] for d in deliveries),
            "duplicates": sum(d["duplicate"] for d in deliveries),
            "events": [_event_type(d["body"]) for d in deliveries],
            "deliveries": deliveries,
        }


def _event_type(body: str) -> str:
    try:
        parsed = json.loads(body)
    except ValueError:
        return ""
    return str(parsed.get("type") or parsed.get("event") or "") if isinstance(parsed, dict) else ""


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2)
    except ValueError:
        return body


def create(world: World) -> Subscriber:
    """The simulator."""
    return Subscriber(world)
