"""The models that operators chose, as an append-only history.

It is in the database because every process that uses the database must follow it.
"""

from typing import Any, Protocol

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import ModelChoiceRow
from db.records import ModelChoice


class ModelChoiceRepository(Protocol):
    """Stores choices; while there are none, the shipped model is in use."""

    async def find_current(self) -> ModelChoice | None:
        """Return the newest choice."""

    async def find_previous(self) -> ModelChoice | None:
        """Return the choice that a rollback restores; None for the shipped model."""

    async def list_choices(self, limit: int) -> list[ModelChoice]:
        """Return the newest choices, newest first."""

    async def choose(self, version: str, chosen_by: str, *, is_shipped: bool) -> ModelChoice:
        """Record a choice; choosing the current model again changes nothing."""

    async def roll_back(self, version: str, chosen_by: str) -> ModelChoice:
        """Record a return to the previous choice, or to the shipped model if there is none.

        Another rollback returns to the choice before that. `version` is the shipped model's, for
        the history.
        """


class PostgresModelChoices:
    """`ModelChoiceRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find_current(self) -> ModelChoice | None:
        with translate_errors():
            async with self._sessions() as session:
                return await _newest(session)

    async def find_previous(self) -> ModelChoice | None:
        with translate_errors():
            async with self._sessions() as session:
                return await _previous(session, await _newest(session))

    async def list_choices(self, limit: int) -> list[ModelChoice]:
        with translate_errors():
            async with self._sessions() as session:
                return [_to_record(row) for row in await session.scalars(_NEWEST.limit(limit))]

    async def choose(self, version: str, chosen_by: str, *, is_shipped: bool) -> ModelChoice:
        with translate_errors():
            async with self._sessions.begin() as session:
                await session.execute(_LOCK)
                current = await _newest(session)
                if current and (current.version, current.is_shipped) == (version, is_shipped):
                    return current
                previous_id = current.id if current else None
                return await _record(session, version, is_shipped, chosen_by, previous_id)

    async def roll_back(self, version: str, chosen_by: str) -> ModelChoice:
        with translate_errors():
            async with self._sessions.begin() as session:
                await session.execute(_LOCK)
                to = await _previous(session, await _newest(session))
                if to is None:
                    return await _record(session, version, True, chosen_by, None)
                return await _record(session, to.version, to.is_shipped, chosen_by, to.previous_id)


_NEWEST = select(ModelChoiceRow).order_by(col(ModelChoiceRow.id).desc())
_LOCK = text("LOCK TABLE model_choices IN SHARE ROW EXCLUSIVE MODE")
"""Of two operators at once, the second sees the first one's choice. Readers are not blocked."""


async def _newest(session: AsyncSession) -> ModelChoice | None:
    row = await session.scalar(_NEWEST.limit(1))
    return None if row is None else _to_record(row)


async def _previous(session: AsyncSession, current: ModelChoice | None) -> ModelChoice | None:
    if current is None or current.previous_id is None:
        return None
    row = await session.get(ModelChoiceRow, current.previous_id)
    return None if row is None else _to_record(row)


async def _record(
    session: AsyncSession, version: str, is_shipped: bool, chosen_by: str, previous_id: int | None
) -> ModelChoice:
    statement: Any = insert(ModelChoiceRow).values(
        version=version, is_shipped=is_shipped, chosen_by=chosen_by, previous_id=previous_id
    )
    row = await session.scalar(statement.returning(ModelChoiceRow))
    return _to_record(row)


def _to_record(row: ModelChoiceRow) -> ModelChoice:
    assert row.id is not None
    return ModelChoice(
        row.id, row.version, row.is_shipped, row.chosen_by, row.chosen_at, row.previous_id
    )
