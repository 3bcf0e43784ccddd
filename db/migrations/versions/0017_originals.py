"""Until when the file of a batch is kept, to download it with genres.

Expand-only: a release that does not know the column leaves it null, which means not kept.
`batches` is small, so the lock is held for an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "batches", sa.Column("original_kept_until", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("batches", "original_kept_until")
