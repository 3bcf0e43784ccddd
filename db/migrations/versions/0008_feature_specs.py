"""Record which columns the numbers of `track_features` hold, so that a release can add columns.

Expand-only: a release that does not know `spec_id` stores the 154 numbers of the first spec, which
is the default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FIRST_SPEC = (
    *("loudness", "tempo", "time_signature", "key", "mode", "duration"),
    *(f"vect_{number}" for number in range(1, 149)),
)


def upgrade() -> None:
    specs = op.create_table(
        "feature_specs",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        # A hash, since so many names are too long for an entry of a btree.
        postgresql.ExcludeConstraint(
            (sa.column("columns"), "="), using="hash", name="feature_specs_columns"
        ),
    )
    assert specs is not None
    op.bulk_insert(specs, [{"columns": list(FIRST_SPEC)}])
    op.add_column(
        "track_features",
        sa.Column("spec_id", sa.Integer(), server_default="1", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("track_features", "spec_id")
    op.drop_table("feature_specs")
