"""How many rejected rows of a batch were counted but not stored, by code.

Expand-only: a release that does not know the table stores every rejected row, so nothing is
omitted. All rejected rows are therefore those of `batch_rejects` and these, whoever wrote them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_omitted_rejects",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "code"),
    )


def downgrade() -> None:
    op.drop_table("batch_omitted_rejects")
