"""`genre migrate`: migrate the database."""

import anyio
import typer

from app.config.settings import read_settings
from app.runtime.database import open_database
from db.migrations.migrate import newest_revision


def migrate() -> None:
    """Migrate the database to the newest revision; `genre serve` does this automatically.

    Example: `GENRE_DATABASE_URL=postgresql://user@host/genre genre migrate`
    """
    anyio.run(_migrate)
    typer.echo(f"The database is at revision {newest_revision()}.")


async def _migrate() -> None:
    async with open_database(read_settings()):
        pass
