"""The audit log in words: one sentence for each action, and the areas that it can be narrowed to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from hub.accounts.models import AuditEntry
from hub.console.audit_names import names_of
from hub.console.formats import words
from hub.console.providers import provider_name


@dataclass(frozen=True)
class Told:
    """One entry for people: who did what."""

    entry: AuditEntry
    who: str
    what: str


@dataclass(frozen=True)
class Area:
    """Entries that belong together, by how their actions begin."""

    name: str
    actions: tuple[str, ...]


AREAS: Final[Mapping[str, Area]] = {
    "members": Area("Members", ("member.added", "member.removed", "member.role", "member.password_reset")),
    "signing-in": Area("Signing in", ("member.signed", "member.password_changed")),
    "organisation": Area("Organisation", ("organisation.",)),
    "keys": Area("API keys", ("api_key.",)),
    "apps": Area("Apps", ("app.",)),
    "connections": Area("Connections", ("connection.",)),
    "destinations": Area("Destinations", ("destination.",)),
    "webhooks": Area("Webhooks", ("endpoint.",)),
    "deliveries": Area("Deliveries", ("delivery.",)),
    "meetings": Area("Meetings", ("meeting.", "match.")),
    "privacy": Area("Privacy", ("person.", "purpose_policy.")),
}

_SENTENCES: Final[Mapping[str, str]] = {
    "organisation.created": "Set up the organisation, with the own domains {domains}",
    "organisation.region_declared": "Declared the region to be {region} instead of {former}",
    "member.added": "Added {name} as {role}",
    "member.role_changed": "Made {name} {role} instead of {former}",
    "member.password_reset": "Gave {name} a new password",
    "member.removed": "Removed {name}",
    "member.password_changed": "Changed their password",
    "member.signed_in": "Signed in",
    "member.signed_out": "Signed out",
    "member.signed_out_elsewhere": "Signed out everywhere else",
    "api_key.created": "Made the API key {name} (\u2026{hint})",
    "api_key.revoked": "Revoked the API key {name} (\u2026{hint})",
    "app.registered": "Registered the app {name}",
    "app.ended": "Ended the app {name}",
    "app.allowed": "Allowed {name} to act for them",
    "app.revoked": "Took back what was allowed to {app}",
    "app.reuse_detected": "Ended what was allowed to {app}: {reason}",
    "connection.created": "Connected {provider} ({account})",
    "connection.renewed": "Connected {provider} ({account}) again",
    "connection.revoked": "Disconnected {subject}: {reason}",
    "connection.reconnect_required": "{subject} has to be connected again: {reason}",
    "connection.app_refused": "{subject} is refused the hub's own app: {reason}",
    "destination.created": "Added the destination {name}",
    "destination.deleted": "Removed the destination {name}",
    "destination.changed": "Changed {changed} of the destination {name}",
    "destination.provisioned": "Prepared {subject}: {made}",
    "destination.mapping_changed": "Changed the field mapping of {subject}: {changed}",
    "destination.mapping_reset": "Put back the default field mapping of {subject}",
    "endpoint.created": "Added the webhook {url}",
    "endpoint.changed": "Changed the webhook {url}",
    "endpoint.secret_rotated": "Made a new secret for the webhook {url}",
    "endpoint.paused": "Paused the webhook {url}",
    "endpoint.resumed": "Resumed the webhook {url}",
    "endpoint.deleted": "Removed the webhook {url}",
    "delivery.replayed": "Sent a result to {subject} again",
    "delivery.undone": "Took back what was written to {subject}: {restored} records restored, {left} left as they were",
    "match.corrected": "Chose the record {to} for {meeting} instead of {from}",
    "match.added": "Added the record {to} to {meeting}",
    "match.removed": "Took the record {from} away from {meeting}",
    "match.correction_undone": "Let the rules decide again about the record {from} of {meeting}",
    "meeting.reprocessed": "Had {subject} analysed again",
    "meeting.deleted": "Deleted a meeting from {provider} that began at {started_at}",
    "person.forgotten": "Forgot a person who was in {meetings} meetings",
    "purpose_policy.applied": "Kept to \u201c{policy}\u201d in {subject}: {observed_speakers} observed",
}
_NAMED: Final = {"meeting": "meeting", "app": "client_id"}
"""Words in sentences that are names of what these details identify."""


def told(session: Session, organisation_id: str, entries: Sequence[AuditEntry]) -> list[Told]:
    """The entries in words, in the order given."""
    named = (each for entry in entries for each in (entry.actor, entry.subject, *entry.details.values()))
    names = names_of(session, organisation_id, [each for each in named if isinstance(each, str)])
    return [Told(entry, names.get(entry.actor, entry.actor), _sentence(entry, names)) for entry in entries]


def _sentence(entry: AuditEntry, names: Mapping[str, str]) -> str:
    if entry.action == "organisation.changed":
        return _changes(entry.details)
    template = _SENTENCES.get(entry.action)
    return words(entry.action) if template is None else template.format_map(_Facts(entry, names))


class _Facts(dict[str, str]):
    """What a sentence can name. Entries of earlier versions have fewer details: then the subject's name has to do."""

    def __init__(self, entry: AuditEntry, names: Mapping[str, str]) -> None:
        subject = names.get(entry.subject, entry.subject)
        super().__init__({key: _plain(value) for key, value in entry.details.items()}, subject=subject)
        for word, key in _NAMED.items():
            known = str(entry.details.get(key, ""))
            self[word] = names.get(known, known) or subject
        if "provider" in self:
            self["provider"] = provider_name(self["provider"])

    def __missing__(self, key: str) -> str:
        return self["subject"] if key in {"name", "url", "account"} else "unknown"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return ", ".join(map(str, value)) or "nothing"
    return "unknown" if value is None else str(value)


_CHANGES: Final[Mapping[str, tuple[str, str, Callable[[Any], str]]]] = {
    "domains": ("own domains", "former_domains", _plain),
    "retention_days": ("days that results are kept", "former_retention_days", lambda days: str(days or "as the hub's")),
    "name": ("name", "former_name", _plain),
}


def _changes(details: Mapping[str, Any]) -> str:
    """Each value of the organisation that is another one now, with the one before."""
    changed = [
        f"{what}: {plain(details[key])} (before: {plain(details[former])})"
        for key, (what, former, plain) in _CHANGES.items()
        if key in details and former in details and details[key] != details[former]
    ]
    return f"Changed the organisation: {'; '.join(changed)}" if changed else "Saved the organisation's settings"
