"""Look up how the file of a batch is to be read."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import BatchRow


class PostgresReadOptions:
    """Reads the options of batches; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find(self, batch_id: uuid.UUID) -> Mapping[str, Any] | None:
        """Return the options of a batch; None for the defaults."""
        statement = select(col(BatchRow.read_options)).where(col(BatchRow.id) == batch_id)
        with translate_errors():
            async with self._sessions() as session:
                found: Mapping[str, Any] | None = await session.scalar(statement)
        return found
