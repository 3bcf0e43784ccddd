"""Tell features that are the same as before without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An empty digest is that of no features: rows of before are written once more when they come again.
    op.add_column(
        "track_features",
        sa.Column("digest", sa.LargeBinary(), server_default="", nullable=False),
    )
    op.alter_column("track_features", "digest", server_default=None)


def downgrade() -> None:
    op.drop_column("track_features", "digest")
