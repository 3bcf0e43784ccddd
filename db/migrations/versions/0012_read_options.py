"""How the file of a batch is to be read: the caller's mapping of columns, and missing values.

Expand-only: a release that does not know the column leaves it null, which means the defaults.
`batches` is small, so the lock is held for an instant.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("read_options", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("batches", "read_options")
