"""`/subscriptions`: checked, validated at both addresses, clamped, renewed."""

import asyncio
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.encryption import certificate_key
from sandbox.teams.errors import GraphError, not_found
from sandbox.teams.gate import Caller
from sandbox.teams.meetings import precise
from sandbox.teams.tenant import DEFAULT_OPTIONS, RECORDING, REGISTRATION, TRANSCRIPT, user_of

RESOURCE = re.compile(r"(?:communications|users/(?P<user>[^/]+))/onlineMeetings/getAll(?P<kind>Recordings|Transcripts)")
PERMISSIONS = {"Recordings": RECORDING, "Transcripts": TRANSCRIPT}
WITHOUT_LIFECYCLE = timedelta(hours=1)
SHOWN = (
    "id",
    "resource",
    "applicationId",
    "changeType",
    "clientState",
    "notificationUrl",
    "lifecycleNotificationUrl",
    "expirationDateTime",
    "creatorId",
    "includeResourceData",
    "encryptionCertificateId",
    "latestSupportedTlsVersion",
)


class Subscriptions:
    """What wants to hear of new recordings and transcripts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._all = world.collection("teams", "subscription")

    async def create(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """A new one. Raises `GraphError`."""
        expires = self._checked_expiry(body)
        self._check(caller, body)
        await self._validate(body)
        self._require_new(caller, body)
        subscription = {key: body.get(key) for key in SHOWN if key in body} | {
            "id": str(uuid.uuid4()),
            "applicationId": REGISTRATION.client_id,
            "creatorId": caller.user.id if caller.user else REGISTRATION.client_id,
            "expirationDateTime": precise(expires),
            "latestSupportedTlsVersion": "v1_2",
            "encryptionCertificate": body.get("encryptionCertificate"),
            "needs_reauthorization": False,
        }
        self._all.put(subscription["id"], subscription)
        return view(subscription)

    def get(self, subscription_id: str) -> Doc:
        """One that has not ended. Raises `GraphError`."""
        found = self._all.get(subscription_id)
        if found is None or self._has_ended(found):
            raise not_found(f"Subscription with ID '{subscription_id}' was not found.")
        return found

    def renew(self, subscription_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Put its end later, which also authorises it again. Raises `GraphError`."""
        found = self.get(subscription_id)
        expires = self._clamped(_moment(body))
        renewed = found | {"expirationDateTime": precise(expires), "needs_reauthorization": False}
        self._all.put(subscription_id, renewed)
        return view(renewed)

    def reauthorize(self, subscription_id: str) -> None:
        """Go on until its end. Raises `GraphError`."""
        self._all.put(subscription_id, self.get(subscription_id) | {"needs_reauthorization": False})

    def delete(self, subscription_id: str) -> None:
        """End it. Raises `GraphError`."""
        self.get(subscription_id)
        self._all.delete(subscription_id)

    def alive(self) -> list[Doc]:
        """Those that have not ended."""
        return self._all.find(lambda doc: not self._has_ended(doc))

    def wanting(self, kind: str, organizer: str) -> list[Doc]:
        """Those that a new `recording` or `transcript` of this organiser is announced to."""
        return [doc for doc in self.alive() if not doc["needs_reauthorization"] and _wants(doc, kind, organizer)]

    def ask_for_reauthorization(self, subscription: Doc) -> None:
        """Nothing more is announced to it until it is renewed or authorised again."""
        self._all.put(subscription["id"], subscription | {"needs_reauthorization": True})

    def _check(self, caller: Caller, body: dict[str, Any]) -> None:
        match = RESOURCE.fullmatch(str(body.get("resource") or "").strip("/"))
        if match is None:
            raise GraphError(400, "InvalidRequest", "The resource is not supported.")
        caller.require(PERMISSIONS[match["kind"]])
        if match["user"] is None and caller.user is not None:
            raise GraphError(403, "Forbidden", "Tenant-level subscriptions need application permissions.")
        if match["user"] is not None and user_of(match["user"]) is None:
            raise not_found("The user does not exist.")
        if body.get("changeType") != "created":
            raise GraphError(400, "InvalidRequest", "Only changeType 'created' is supported on this resource.")
        if len(str(body.get("clientState") or "")) > 128:
            raise GraphError(400, "InvalidRequest", "clientState is longer than 128 characters.")
        if body.get("includeResourceData"):
            _check_certificate(body)
        self._require_new(caller, body)

    def _require_new(self, caller: Caller, body: dict[str, Any]) -> None:
        if any(_same(doc, body, caller) for doc in self.alive()):
            raise GraphError(409, "ExtensionError", "A subscription for this app and resource exists already.")

    def _checked_expiry(self, body: dict[str, Any]) -> datetime:
        wanted = _moment(body)
        now = self._world.clock()
        if wanted <= now:
            raise GraphError(400, "InvalidRequest", "expirationDateTime has to be in the future.")
        if wanted - now > WITHOUT_LIFECYCLE and not body.get("lifecycleNotificationUrl"):
            raise GraphError(
                400,
                "InvalidRequest",
                "lifecycleNotificationUrl is required for subscription creation on this resource when the "
                "expirationDateTime value exceeds 1 hour",
            )
        return self._clamped(wanted)

    def _clamped(self, wanted: datetime) -> datetime:
        longest = timedelta(minutes=self._options()["subscription_minutes"])
        return min(wanted, self._world.clock() + longest)

    async def _validate(self, body: dict[str, Any]) -> None:
        urls = [body.get("notificationUrl"), body.get("lifecycleNotificationUrl")]
        problems = await asyncio.gather(*(self._problem(str(url)) for url in urls if url))
        if not body.get("notificationUrl"):
            raise GraphError(400, "InvalidRequest", "notificationUrl is required.")
        if problem := next(filter(None, problems), ""):
            text = f"Subscription validation request failed. {problem}"
            raise GraphError(400, "ValidationError", text)

    async def _problem(self, url: str) -> str:
        token = f"Validation: Testing client application reachability for subscription. {secrets.token_hex(16)} &+%"
        try:
            async with httpx.AsyncClient(timeout=self._options()["validation_seconds"], trust_env=False) as client:
                answer = await client.post(
                    url, params={"validationToken": token}, headers={"content-type": "text/plain"}
                )
        except httpx.HTTPError as error:
            return f"The address could not be reached ({type(error).__name__})."
        if answer.status_code != 200 or not answer.headers.get("content-type", "").startswith("text/plain"):
            return f"Response must be 200 with text/plain, but it was {answer.status_code}."
        return "" if answer.text == token else "The validation token was not returned as it was."

    def _has_ended(self, doc: Doc) -> bool:
        return parse_iso(doc["expirationDateTime"]) <= self._world.clock()

    def _options(self) -> dict[str, Any]:
        return self._world.options("teams", DEFAULT_OPTIONS)


def view(subscription: Doc) -> dict[str, Any]:
    """A subscription as Graph shows it."""
    return {key: subscription.get(key) for key in SHOWN if subscription.get(key) is not None}


def _wants(doc: Doc, kind: str, organizer: str) -> bool:
    match = RESOURCE.fullmatch(doc["resource"].strip("/"))
    if match is None or match["kind"] != f"{kind.capitalize()}s":
        return False
    user = user_of(match["user"]) if match["user"] else None
    return match["user"] is None or (user is not None and user.id == organizer)


def _same(doc: Doc, body: dict[str, Any], caller: Caller) -> bool:
    creator = caller.user.id if caller.user else REGISTRATION.client_id
    same_place = doc["notificationUrl"] == body.get("notificationUrl")
    return bool(doc["resource"] == body.get("resource") and doc["creatorId"] == creator and same_place)


def _moment(body: dict[str, Any]) -> datetime:
    try:
        return parse_iso(str(body["expirationDateTime"]))
    except (KeyError, ValueError) as error:
        raise GraphError(400, "InvalidRequest", "expirationDateTime is required.") from error


def _check_certificate(body: dict[str, Any]) -> None:
    if not body.get("encryptionCertificateId"):
        raise GraphError(400, "InvalidRequest", "encryptionCertificateId is required with includeResourceData.")
    try:
        certificate_key(str(body.get("encryptionCertificate") or ""))
    except ValueError as error:
        raise GraphError(400, "InvalidRequest", f"The encryption certificate cannot be used: {error}") from error
