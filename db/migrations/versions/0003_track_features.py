"""What the model saw of a track, for retraining on corrections and for explanations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track_features",
        sa.Column("track_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.track_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("track_id"),
    )
    # Floats do not compress; trying costs time.
    op.execute("ALTER TABLE track_features ALTER COLUMN numbers SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("track_features")
