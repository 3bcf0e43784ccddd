"""Random keys that all replicas share, made when first needed and never logged."""

import secrets
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import SigningKeyRow

KEY_BYTES = 32


class PostgresSigningKeys:
    """One key per purpose. Deleting a row replaces its key, and so revokes what it signed."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def read(self, purpose: str) -> bytes:
        """Return the key of a purpose; the first of several concurrent makers wins."""
        stored = select(col(SigningKeyRow.key)).where(col(SigningKeyRow.purpose) == purpose)
        with translate_errors():
            async with self._sessions.begin() as session:
                if (key := await session.scalar(stored)) is not None:
                    return key
                new = {"purpose": purpose, "key": secrets.token_bytes(KEY_BYTES)}
                await session.execute(insert(SigningKeyRow).values(new).on_conflict_do_nothing())
                return cast(bytes, await session.scalar(stored))
