"""Which model the operators chose; below which confidence a version's answer is uncertain."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Kept with the version, since the version's folder may be gone while its tracks are still here.
    op.add_column(
        "model_versions",
        sa.Column("uncertain_below", sa.REAL(), server_default="0", nullable=False),
    )
    op.create_table(
        "model_choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.Column(
            "chosen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["previous_id"], ["model_choices.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("model_choices")
    op.drop_column("model_versions", "uncertain_below")
