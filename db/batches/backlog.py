"""How many uploads wait to be processed, and how large they are."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from db.batches.kind import BatchKind
from db.batches.status import BatchStatus
from db.engine import Sessions
from db.errors import translate_errors
from db.models import BatchRow


@dataclass(frozen=True, slots=True)
class Backlog:
    """Uploads that are QUEUED."""

    files: int
    size_bytes: int


class PostgresBacklog:
    """Counts the uploads of all processes."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def measure(self, client_id: str | None) -> tuple[Backlog, Backlog]:
        """Return the backlog of a client and that of all together."""
        size = func.coalesce(func.sum(col(BatchRow.bytes_total)), 0)
        own = col(BatchRow.client_id).is_not_distinct_from(client_id)
        own_size = func.coalesce(func.sum(col(BatchRow.bytes_total)).filter(own), 0)
        statement = select(func.count().filter(own), own_size, func.count(), size).where(
            col(BatchRow.status) == BatchStatus.QUEUED,
            col(BatchRow.kind) == BatchKind.UPLOAD,
            col(BatchRow.removed_at).is_(None),
        )
        with translate_errors():
            async with self._sessions() as session:
                row: Any = (await session.execute(statement)).one()
        return Backlog(row[0], int(row[1])), Backlog(row[2], int(row[3]))
