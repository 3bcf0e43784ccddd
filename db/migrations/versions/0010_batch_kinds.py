"""Batches that classify stored tracks again, cancelled batches, and progress in bytes and rows.

Expand-only: a release that does not know the columns leaves them at their defaults, and its workers
do not take the jobs of the new kind. `batches` is small, so each lock is held for an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# One open reclassification per target, the whole catalogue being one.
ONE_OPEN = """
CREATE UNIQUE INDEX batches_open_reclassification
ON batches (coalesce(target_batch_id, '00000000-0000-0000-0000-000000000000'))
WHERE kind = 'RECLASSIFY' AND status IN ('QUEUED', 'RUNNING')
"""
CHECK_STATUS = """
ALTER TABLE batches ADD CONSTRAINT batches_status CHECK (status IN ({}))
"""


def upgrade() -> None:
    op.add_column("batches", sa.Column("kind", sa.Text(), server_default="UPLOAD", nullable=False))
    # No foreign key: a target that is deleted must not turn into the whole catalogue.
    op.add_column("batches", sa.Column("target_batch_id", sa.UUID(), nullable=True))
    op.add_column("batches", sa.Column("rows_total", sa.BigInteger(), nullable=True))
    op.add_column(
        "batches", sa.Column("bytes_read", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("batches", sa.Column("bytes_total", sa.BigInteger(), nullable=True))
    op.execute("ALTER TABLE batches DROP CONSTRAINT batches_status")
    op.execute(CHECK_STATUS.format("'QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'"))
    op.execute(sa.text(ONE_OPEN))


def downgrade() -> None:
    op.execute("DROP INDEX batches_open_reclassification")
    op.execute("DELETE FROM pgqueuer WHERE entrypoint = 'reclassify'")
    op.execute("DELETE FROM batches WHERE kind = 'RECLASSIFY'")
    op.execute("UPDATE batches SET status = 'FAILED' WHERE status = 'CANCELLED'")
    op.execute("ALTER TABLE batches DROP CONSTRAINT batches_status")
    op.execute(CHECK_STATUS.format("'QUEUED', 'RUNNING', 'DONE', 'FAILED'"))
    for name in ("bytes_total", "bytes_read", "rows_total", "target_batch_id", "kind"):
        op.drop_column("batches", name)
