"""Every tenant query goes through a repository bound to one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar


class TenantModel(SQLModel):
    """A row that belongs to one organisation."""

    id: str
    organisation_id: str


Row = TypeVar("Row", bound=TenantModel)


class TenantRepository(Generic[Row]):
    """Reads and writes rows of one model and one organisation; other organisations' rows do not exist here."""

    model: ClassVar[type[Any]]

    def __init__(self, session: Session, organisation_id: str) -> None:
        self.session = session
        self.organisation_id = organisation_id

    def select(self) -> SelectOfScalar[Row]:
        """A statement already narrowed to the organisation."""
        return select(self.model).where(self.model.organisation_id == self.organisation_id)

    def get(self, row_id: str) -> Row | None:
        """The row, or None when it is missing or somebody else's."""
        return self.session.exec(self.select().where(self.model.id == row_id)).first()

    def all(self, statement: SelectOfScalar[Row] | None = None) -> Sequence[Row]:
        """All rows of `statement`, which must come from `select`."""
        return self.session.exec(self.select() if statement is None else statement).all()

    def add(self, row: Row) -> Row:
        """Insert and flush, so that constraint errors show here."""
        if row.organisation_id != self.organisation_id:
            raise ValueError("row belongs to another organisation")
        self.session.add(row)
        self.session.flush()
        return row
