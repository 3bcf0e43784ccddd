"""Feature specs: the names, in order, of the numbers in a row of `track_features`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.models import FeatureSpecRow

Specs = Mapping[int, Sequence[str]]
"""Column names by spec id."""

_FIND = "SELECT id FROM feature_specs WHERE columns = $1::text[]"
_ADD = "INSERT INTO feature_specs (columns) VALUES ($1::text[]) ON CONFLICT DO NOTHING"


async def save_spec(driver: Any, columns: Sequence[str]) -> int:
    """Return the id of a spec, adding it if it is new; `driver` is an asyncpg connection.

    Call it before the transaction locks tracks, because it may wait for another transaction that
    adds the same spec.
    """
    found = await driver.fetchval(_FIND, columns)
    if found is None:
        await driver.execute(_ADD, columns)
        found = await driver.fetchval(_FIND, columns)
    return int(found)


async def read_specs(session: AsyncSession) -> Specs:
    """Return all specs; there is one for each set of columns that a release has stored."""
    rows = await session.execute(select(col(FeatureSpecRow.id), col(FeatureSpecRow.columns)))
    return {row.id: row.columns for row in rows}
