"""Models learned from corrections: small enough to live in Postgres, so every replica has them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import LearnedModelRow


@dataclass(frozen=True, slots=True)
class LearnedModelSummary:
    """A learned model without its parameters."""

    version: str
    parent_version: str
    manifest: dict[str, Any]
    created_by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """A stored learned model."""

    summary: LearnedModelSummary
    parameters: bytes


class LearnedModelRepository(Protocol):
    """Stores learned models, which never change."""

    async def save(
        self,
        version: str,
        parent_version: str,
        manifest: dict[str, Any],
        parameters: bytes,
        created_by: str | None,
    ) -> LearnedModelSummary:
        """Store a model; a version that exists is returned unchanged."""

    async def find(self, version: str) -> LearnedModel | None:
        """Return a version; None if there is none."""

    async def list_newest(self, limit: int) -> list[LearnedModelSummary]:
        """Return the newest models, newest first."""

    async def find_newest(self) -> LearnedModelSummary | None:
        """Return the newest model; None if there is none."""


class PostgresLearnedModels:
    """`LearnedModelRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def save(
        self,
        version: str,
        parent_version: str,
        manifest: dict[str, Any],
        parameters: bytes,
        created_by: str | None,
    ) -> LearnedModelSummary:
        add = insert(LearnedModelRow).values(
            version=version,
            parent_version=parent_version,
            manifest=manifest,
            parameters=parameters,
            created_by=created_by,
        )
        saved = select(*_SUMMARY).where(col(LearnedModelRow.version) == version)
        with translate_errors():
            async with self._sessions.begin() as session:
                await session.execute(add.on_conflict_do_nothing())
                return _to_summary((await session.execute(saved)).one())

    async def find(self, version: str) -> LearnedModel | None:
        wanted = col(LearnedModelRow.version) == version
        statement = select(*_SUMMARY, col(LearnedModelRow.parameters)).where(wanted)
        with translate_errors():
            async with self._sessions() as session:
                row = (await session.execute(statement)).one_or_none()
        return None if row is None else LearnedModel(_to_summary(row), row.parameters)

    async def list_newest(self, limit: int) -> list[LearnedModelSummary]:
        newest = (col(LearnedModelRow.created_at).desc(), col(LearnedModelRow.version).desc())
        statement = select(*_SUMMARY).order_by(*newest).limit(limit)
        with translate_errors():
            async with self._sessions() as session:
                return [_to_summary(row) for row in await session.execute(statement)]

    async def find_newest(self) -> LearnedModelSummary | None:
        newest = await self.list_newest(1)
        return newest[0] if newest else None


_SUMMARY: list[Any] = [
    col(LearnedModelRow.version),
    col(LearnedModelRow.parent_version),
    col(LearnedModelRow.manifest),
    col(LearnedModelRow.created_by),
    col(LearnedModelRow.created_at),
]


def _to_summary(row: Any) -> LearnedModelSummary:
    return LearnedModelSummary(
        row.version, row.parent_version, row.manifest, row.created_by, row.created_at
    )
