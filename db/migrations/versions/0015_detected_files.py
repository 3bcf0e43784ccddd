"""What the file of each batch turned out to be: its format, charset, delimiter and columns.

Expand-only: a release that does not know the column leaves it null, which means unknown.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("detected", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("batches", "detected")
