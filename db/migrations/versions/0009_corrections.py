"""Keep corrections apart from tracks, which they outlive; learned models; tracks by confidence.

Expand-only. `tracks.corrected_*` remain as a copy that triggers keep, for the generated `genre` and
its indexes. A release that still writes that copy reaches `corrections` through another trigger,
and a track that any release inserts takes its correction.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Whoever changes corrections locks their tracks first, and inserting a track locks its correction:
# so neither a deleted track's features nor a correction made meanwhile get lost.
CREATE_TRIGGERS = (
    """
CREATE FUNCTION copy_corrections() RETURNS trigger AS $$
BEGIN
    UPDATE tracks SET corrected_genre = given.genre, corrected_by = given.corrected_by,
        corrected_at = given.corrected_at
    FROM new_corrections AS given
    WHERE tracks.track_id = given.track_id
        AND (tracks.corrected_genre, tracks.corrected_by, tracks.corrected_at)
            IS DISTINCT FROM (given.genre, given.corrected_by, given.corrected_at);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER copy_inserted_corrections AFTER INSERT ON corrections
REFERENCING NEW TABLE AS new_corrections FOR EACH STATEMENT EXECUTE FUNCTION copy_corrections()
""",
    """
CREATE TRIGGER copy_updated_corrections AFTER UPDATE ON corrections
REFERENCING NEW TABLE AS new_corrections FOR EACH STATEMENT EXECUTE FUNCTION copy_corrections()
""",
    """
CREATE FUNCTION forget_corrections() RETURNS trigger AS $$
BEGIN
    UPDATE tracks SET corrected_genre = NULL, corrected_by = NULL, corrected_at = NULL
    FROM old_corrections AS dropped
    WHERE tracks.track_id = dropped.track_id AND tracks.corrected_genre IS NOT NULL;
    DELETE FROM track_features USING old_corrections AS dropped
    WHERE track_features.track_id = dropped.track_id
        AND NOT EXISTS (SELECT FROM tracks WHERE tracks.track_id = dropped.track_id);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER forget_corrections AFTER DELETE ON corrections
REFERENCING OLD TABLE AS old_corrections FOR EACH STATEMENT EXECUTE FUNCTION forget_corrections()
""",
    """
CREATE FUNCTION apply_corrections() RETURNS trigger AS $$
BEGIN
    UPDATE tracks SET corrected_genre = kept.genre, corrected_by = kept.corrected_by,
        corrected_at = kept.corrected_at
    FROM (
        SELECT corrections.* FROM corrections JOIN new_tracks USING (track_id)
        FOR SHARE OF corrections
    ) AS kept
    WHERE tracks.track_id = kept.track_id;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER apply_corrections AFTER INSERT ON tracks
REFERENCING NEW TABLE AS new_tracks FOR EACH STATEMENT EXECUTE FUNCTION apply_corrections()
""",
    # For the release before, which knows the copy alone. Our own triggers work at a greater depth.
    """
CREATE FUNCTION keep_correction() RETURNS trigger AS $$
BEGIN
    IF NEW.corrected_genre IS NULL THEN
        DELETE FROM corrections WHERE track_id = NEW.track_id;
    ELSE
        INSERT INTO corrections (
            track_id, genre, title, predicted_genre, model_version, corrected_by, corrected_at
        ) VALUES (
            NEW.track_id, NEW.corrected_genre, NEW.title, NEW.predicted_genre, NEW.model_version,
            NEW.corrected_by, coalesce(NEW.corrected_at, now())
        )
        ON CONFLICT (track_id) DO UPDATE SET
            genre = excluded.genre, title = excluded.title,
            predicted_genre = excluded.predicted_genre, model_version = excluded.model_version,
            corrected_by = excluded.corrected_by, corrected_at = excluded.corrected_at;
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER keep_correction
AFTER UPDATE OF corrected_genre, corrected_by, corrected_at ON tracks
FOR EACH ROW WHEN (
    pg_trigger_depth() = 0
    AND (OLD.corrected_genre, OLD.corrected_by, OLD.corrected_at)
        IS DISTINCT FROM (NEW.corrected_genre, NEW.corrected_by, NEW.corrected_at)
) EXECUTE FUNCTION keep_correction()
""",
)
SPARE_FEATURES = """
CREATE OR REPLACE FUNCTION forget_features() RETURNS trigger AS $$
BEGIN
    DELETE FROM track_features USING old_tracks
    WHERE track_features.track_id = old_tracks.track_id
        AND NOT EXISTS (SELECT FROM corrections WHERE corrections.track_id = old_tracks.track_id);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
"""
FORGET_FEATURES = """
CREATE OR REPLACE FUNCTION forget_features() RETURNS trigger AS $$
BEGIN
    DELETE FROM track_features USING old_tracks
    WHERE track_features.track_id = old_tracks.track_id;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
"""
# After the triggers, whose creation keeps writers out until the transaction ends.
BACKFILL = """
INSERT INTO corrections (
    track_id, genre, title, predicted_genre, model_version, corrected_by, corrected_at
)
SELECT track_id, corrected_genre, title, predicted_genre, model_version, corrected_by,
    coalesce(corrected_at, now())
FROM tracks WHERE corrected_genre IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("track_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("genre", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("predicted_genre", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=True),
        sa.Column(
            "corrected_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("track_id"),
    )
    op.create_index("corrections_newest", "corrections", ["corrected_at", "track_id"])
    op.create_index(
        "corrections_by_client", "corrections", ["corrected_by", "corrected_at", "track_id"]
    )
    op.create_index("corrections_by_genre", "corrections", ["genre"])
    op.create_table(
        "learned_models",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("parent_version", sa.Text(), nullable=False),
        sa.Column("manifest", postgresql.JSONB(), nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("learned_models_newest", "learned_models", ["created_at", "version"])
    for statement in (*CREATE_TRIGGERS, SPARE_FEATURES, BACKFILL):
        op.execute(sa.text(statement))
    op.create_index(
        "tracks_by_confidence", "tracks", [sa.literal_column("((confidence * 4000)::smallint)")]
    )


def downgrade() -> None:
    op.drop_index("tracks_by_confidence", table_name="tracks")
    op.execute("DROP TRIGGER keep_correction ON tracks")
    op.execute("DROP TRIGGER apply_corrections ON tracks")
    op.execute(FORGET_FEATURES)
    op.drop_table("learned_models")
    op.drop_table("corrections")
    for name in (
        "copy_corrections",
        "forget_corrections",
        "apply_corrections",
        "keep_correction",
    ):
        op.execute(f"DROP FUNCTION {name}()")
