"""Remember what a batch stored of a track when a later one replaces it; batches being deleted.

Expand-only: triggers remember, so the writers of a release that does not know these tables do so
too. Only a track that is sent again by another batch costs anything.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# EXCEPT compares by hashing: a join would stop at the first difference, so it is planned to be quick
# at finding one, and takes the square of the rows if there is none.
# The locks keep a batch from being deleted until the rows that name it are committed. Whoever
# deletes a batch sets `removed_at` while nobody holds such a lock; from then on no row names it.
TRIGGERS = (
    """
CREATE FUNCTION keep_superseded() RETURNS trigger AS $$
DECLARE
    living uuid[];
BEGIN
    IF NOT EXISTS (
        SELECT track_id, batch_id FROM old_tracks EXCEPT SELECT track_id, batch_id FROM new_tracks
    ) THEN
        RETURN NULL;
    END IF;
    living := ARRAY(
        SELECT id FROM batches
        WHERE id IN (SELECT batch_id FROM old_tracks) AND removed_at IS NULL
        ORDER BY id FOR KEY SHARE
    );
    INSERT INTO superseded_tracks AS kept (
        track_id, batch_id, line, title, title_words, predicted_genre, confidence, probabilities,
        model_version, classified_at, digest
    )
    SELECT before.track_id, before.batch_id, before.line, before.title, before.title_words,
        before.predicted_genre, before.confidence, before.probabilities, before.model_version,
        before.classified_at, track_features.digest
    FROM old_tracks AS before JOIN new_tracks AS after USING (track_id)
        LEFT JOIN track_features USING (track_id)
    WHERE before.batch_id IS DISTINCT FROM after.batch_id
        AND (before.batch_id IS NULL OR before.batch_id = ANY (living))
    ON CONFLICT (batch_id, track_id) DO UPDATE SET
        position = excluded.position, line = excluded.line, title = excluded.title,
        title_words = excluded.title_words, predicted_genre = excluded.predicted_genre,
        confidence = excluded.confidence, probabilities = excluded.probabilities,
        model_version = excluded.model_version, classified_at = excluded.classified_at,
        digest = excluded.digest;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER keep_superseded AFTER UPDATE ON tracks
REFERENCING OLD TABLE AS old_tracks NEW TABLE AS new_tracks
FOR EACH STATEMENT EXECUTE FUNCTION keep_superseded()
""",
    """
CREATE FUNCTION keep_superseded_features() RETURNS trigger AS $$
BEGIN
    INSERT INTO superseded_features (track_id, digest, tags, numbers, spec_id)
    SELECT before.track_id, before.digest, before.tags, before.numbers, before.spec_id
    FROM old_features AS before
    WHERE EXISTS (
        SELECT FROM superseded_tracks AS kept
        WHERE kept.track_id = before.track_id AND kept.digest = before.digest
    )
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER keep_superseded_features AFTER DELETE ON track_features
REFERENCING OLD TABLE AS old_features
FOR EACH STATEMENT EXECUTE FUNCTION keep_superseded_features()
""",
    """
CREATE FUNCTION forget_superseded_features() RETURNS trigger AS $$
BEGIN
    DELETE FROM superseded_features AS kept USING old_superseded AS dropped
    WHERE kept.track_id = dropped.track_id AND kept.digest = dropped.digest
        AND NOT EXISTS (
            SELECT FROM superseded_tracks AS other
            WHERE other.track_id = kept.track_id AND other.digest = kept.digest
        );
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER forget_superseded_features AFTER DELETE ON superseded_tracks
REFERENCING OLD TABLE AS old_superseded
FOR EACH STATEMENT EXECUTE FUNCTION forget_superseded_features()
""",
    # For a release that deletes a batch without `removed_at`.
    """
CREATE FUNCTION forget_superseded() RETURNS trigger AS $$
BEGIN
    DELETE FROM superseded_tracks USING old_batches WHERE batch_id = old_batches.id;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER forget_superseded AFTER DELETE ON batches
REFERENCING OLD TABLE AS old_batches
FOR EACH STATEMENT EXECUTE FUNCTION forget_superseded()
""",
    """
CREATE FUNCTION forget_all_superseded() RETURNS trigger AS $$
BEGIN
    TRUNCATE superseded_tracks, superseded_features;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER forget_all_superseded AFTER TRUNCATE ON tracks
FOR EACH STATEMENT EXECUTE FUNCTION forget_all_superseded()
""",
)


def upgrade() -> None:
    op.add_column("batches", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "batches_removed",
        "batches",
        ["removed_at"],
        postgresql_where=sa.text("removed_at IS NOT NULL"),
    )
    op.create_table(
        "superseded_tracks",
        sa.Column("track_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.UUID(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(collation="C"), nullable=False),
        sa.Column("title_words", sa.Text(), nullable=False),
        sa.Column("predicted_genre", sa.Text(), nullable=False),
        sa.Column("confidence", sa.REAL(), nullable=False),
        sa.Column("probabilities", postgresql.ARRAY(sa.REAL()), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("classified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("track_id", "position"),
        sa.UniqueConstraint(
            "batch_id",
            "track_id",
            name="superseded_tracks_by_batch",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "superseded_features",
        sa.Column("track_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("spec_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("track_id", "digest"),
    )
    op.execute("ALTER TABLE superseded_features ALTER COLUMN numbers SET STORAGE EXTERNAL")
    for statement in TRIGGERS:
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.execute("DELETE FROM tracks WHERE batch_id IN (SELECT id FROM batches WHERE removed_at IS NOT NULL)")
    op.execute("DELETE FROM batches WHERE removed_at IS NOT NULL")
    for name, table in (
        ("keep_superseded", "tracks"),
        ("keep_superseded_features", "track_features"),
        ("forget_superseded_features", "superseded_tracks"),
        ("forget_superseded", "batches"),
        ("forget_all_superseded", "tracks"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("superseded_features")
    op.drop_table("superseded_tracks")
    op.drop_index("batches_removed", table_name="batches")
    op.drop_column("batches", "removed_at")
