"""Run migrations with Alembic, on the connection and in the transaction of the caller."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.errors import StorageSetupError
from db.migrations import MIGRATIONS


def upgrade(connection: Connection, found: str | None) -> None:
    """Run the migrations after `found`.

    Raises
    ------
    StorageSetupError
        This release does not know `found`.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StorageSetupError(
            f"The database is at revision {found}, which this release does not know: "
            "a newer release has migrated it. Install that release, or use another database."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
