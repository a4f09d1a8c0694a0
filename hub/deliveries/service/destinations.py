"""Destinations: which connection takes results, where inside it, when, and into which fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlmodel import Session, col, update

from hub.accounts import audit
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.crm.policies import Policy
from hub.deliveries.models import Delivery, Destination
from hub.deliveries.repository import Destinations
from hub.deliveries.rules import Rule
from hub.errors import InvalidInput, NotFound
from hub.runtime import Runtime


@dataclass(frozen=True)
class NewDestination:
    """What a person chose. `target` is a notifier's `TargetOption.facts`; `rule` as in `hub.deliveries.rules.Rule`.

    `mapping` is CRM field by figure (`{"trust_score": "EchoDepth_Trust_Score__c"}`); empty means the connector's
    own `default_mapping`.
    """

    connection_id: str
    name: str
    target: Mapping[str, str] = field(default_factory=dict)
    rule: Mapping[str, object] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)


def list_destinations(runtime: Runtime, organisation_id: str) -> Sequence[Destination]:
    """All destinations of the organisation, oldest first."""
    with runtime.database.transaction() as session:
        repository = Destinations(session, organisation_id)
        return repository.all(repository.select().order_by(col(Destination.id)))


def create_destination(runtime: Runtime, organisation_id: str, new: NewDestination, *, actor: str) -> Destination:
    """Start sending results there. Raises `NotFound` for the connection and `InvalidInput` for the rule."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        _require_connection(session, organisation_id, new.connection_id)
        row = Destination(
            organisation_id=organisation_id,
            connection_id=new.connection_id,
            name=new.name,
            target=dict(new.target),
            rule=_checked_rule(new.rule),
            mapping=dict(new.mapping),
            policy=_checked_policy(new.policy),
            created_at=now,
        )
        Destinations(session, organisation_id).add(row)
        _audit(session, runtime, organisation_id, actor, "destination.created", row.id, _what(row))
        return row


def change_destination(
    runtime: Runtime,
    organisation_id: str,
    destination_id: str,
    *,
    actor: str,
    name: str | None = None,
    enabled: bool | None = None,
    target: Mapping[str, str] | None = None,
    rule: Mapping[str, object] | None = None,
    policy: Mapping[str, object] | None = None,
) -> Destination:
    """Change what is given and leave the rest. Raises `NotFound` and `InvalidInput`.

    A CRM's field mapping has a use case of its own (`hub.crm.service.mapping`), since it must fit the CRM's fields.
    """
    values = {
        "name": name,
        "enabled": enabled,
        "target": None if target is None else dict(target),
        "rule": None if rule is None else _checked_rule(rule),
        "policy": None if policy is None else _checked_policy(policy),
    }
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, destination_id)
        given = {column: value for column, value in values.items() if value is not None}
        for column, value in given.items():
            setattr(row, column, value)
        details = {"name": row.name, "changed": sorted(given), "values": given}
        _audit(session, runtime, organisation_id, actor, "destination.changed", row.id, details)
        return row


def delete_destination(runtime: Runtime, organisation_id: str, destination_id: str, *, actor: str) -> None:
    """Stop sending there; its past deliveries stay in the log. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = _get(session, organisation_id, destination_id)
        own = update(Delivery).where(col(Delivery.destination_id) == row.id)
        session.exec(own.values(destination_id=None, former_name=row.name))
        session.delete(row)
        _audit(session, runtime, organisation_id, actor, "destination.deleted", destination_id, _what(row))


def _get(session: Session, organisation_id: str, destination_id: str) -> Destination:
    row = Destinations(session, organisation_id).get(destination_id)
    if row is None:
        raise NotFound("There is no such destination.")
    return row


def _require_connection(session: Session, organisation_id: str, connection_id: str) -> Connection:
    connection = ConnectionRepository(session, organisation_id).get(connection_id)
    if connection is None:
        raise NotFound("There is no such connection.")
    return connection


def _checked_rule(rule: Mapping[str, object]) -> dict[str, object]:
    try:
        return Rule.model_validate(rule).model_dump(exclude_defaults=True)
    except ValidationError as error:
        raise InvalidInput("The rule is not valid.", {"fields": _fields("rule", error)}) from error


def _checked_policy(policy: Mapping[str, object]) -> dict[str, object]:
    try:
        return Policy.model_validate(policy).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        raise InvalidInput("The policy is not valid.", {"fields": _fields("policy", error)}) from error


def _fields(what: str, error: ValidationError) -> dict[str, str]:
    """What is wrong, by where: `rule.trust_score_below`."""
    return {".".join(map(str, (what, *each["loc"]))): each["msg"] for each in error.errors()}


def _what(row: Destination) -> dict[str, object]:
    return {"name": row.name, "connection_id": row.connection_id, "target": row.target}


def _audit(
    session: Session,
    runtime: Runtime,
    organisation_id: str,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        session,
        organisation_id=organisation_id,
        actor=actor,
        action=action,
        subject=subject,
        details=dict(details or {}),
        at=runtime.clock(),
    )
