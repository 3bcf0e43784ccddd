"""Move a database to any revision, also to an earlier one."""

from typing import Any

from alembic.config import Config
from sqlalchemy import Connection

from db.migrations import MIGRATIONS


def move_to(connection: Connection, direction: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    direction(config, revision)
