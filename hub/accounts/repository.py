"""Queries over keys and the audit log of one organisation."""

from typing import Any, ClassVar

from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from hub.accounts.models import ApiKey, AuditEntry
from hub.kit.repository import TenantRepository


class ApiKeys(TenantRepository[ApiKey]):
    """Keys, revoked ones included, without those that count for apps."""

    model: ClassVar[type[Any]] = ApiKey

    def select(self) -> SelectOfScalar[ApiKey]:
        """Keys that people hold."""
        return super().select().where(col(ApiKey.client_id).is_(None))

    def of(self, key_id: str) -> ApiKey:
        """A key that is known to exist."""
        found = self.get(key_id)
        if found is None:
            raise LookupError(f"{key_id} was removed meanwhile")
        return found


class AuditEntries(TenantRepository[AuditEntry]):
    """Who did what."""

    model: ClassVar[type[Any]] = AuditEntry
