"""Alembic's entry: migrates the connection that `db.migrations.upgrade` hands over."""

from alembic import context
from sqlmodel import SQLModel

import db.models  # noqa: F401  # fills SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
