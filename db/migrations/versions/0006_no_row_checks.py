"""Check no foreign key per track: it took two thirds of Postgres's time for a batch.

A batch and a model are recorded before their tracks, in the same service, and models are never
removed. Features go with their tracks by a trigger per statement.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = (
    ("tracks_model_version_fkey", "tracks", "model_versions", "model_version", "version", None),
    ("tracks_batch_id_fkey", "tracks", "batches", "batch_id", "id", "SET NULL"),
    ("track_features_track_id_fkey", "track_features", "tracks", "track_id", "track_id", "CASCADE"),
)
FORGET_FEATURES = (
    """
CREATE FUNCTION forget_features() RETURNS trigger AS $$
BEGIN
    DELETE FROM track_features USING old_tracks
    WHERE track_features.track_id = old_tracks.track_id;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER forget_features AFTER DELETE ON tracks
REFERENCING OLD TABLE AS old_tracks FOR EACH STATEMENT EXECUTE FUNCTION forget_features()
""",
)


def upgrade() -> None:
    for name, table, *_ in KEYS:
        op.drop_constraint(name, table, type_="foreignkey")
    for statement in FORGET_FEATURES:
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.execute("DROP TRIGGER forget_features ON tracks")
    op.execute("DROP FUNCTION forget_features()")
    for name, table, other, column, other_column, on_delete in KEYS:
        op.create_foreign_key(name, table, other, [column], [other_column], ondelete=on_delete)
