"""The heartbeat of each running process."""

from sqlmodel import Field, SQLModel


class Executor(SQLModel, table=True):
    """A running process. `last_seen` is in seconds since 1970 by the database's own clock."""

    id: str = Field(primary_key=True)
    last_seen: float
