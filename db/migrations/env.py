"""Alembic's entry point: migrate the connection passed by `db.migrations.upgrade`."""

from alembic import context
from sqlmodel import SQLModel

import db.batches.notifications  # fills SQLModel.metadata
import db.models  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
