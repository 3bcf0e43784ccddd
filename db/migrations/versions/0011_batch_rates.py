"""How fast a batch goes: since when it runs, when its last chunk was stored, and its rate.

Expand-only: a release that does not know the columns leaves them as they are, and a rate that is
not renewed counts as unknown. `batches` is small, so the lock is held for an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("running_since", "advanced_at"):
        op.add_column("batches", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("batches", sa.Column("rows_per_second", sa.Double(), nullable=True))


def downgrade() -> None:
    for name in ("rows_per_second", "advanced_at", "running_since"):
        op.drop_column("batches", name)
