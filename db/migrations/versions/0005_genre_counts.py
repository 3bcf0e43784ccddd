"""Tracks per genre, kept by triggers; titles are searched in the index that orders them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A transaction adds to rows that no other one touches until it ends: those of the first shard whose
# advisory lock is free. So writers never wait for each other, cannot deadlock whatever the order
# of their genres, and there are no more shards than there were writers at one time.
COUNTING = (
    """
CREATE FUNCTION take_genre_shard() RETURNS integer AS $$
DECLARE
    shard integer := 0;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(1734700658, shard) LOOP
        shard := shard + 1;
    END LOOP;
    RETURN shard;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE FUNCTION count_inserted_tracks() RETURNS trigger AS $$
BEGIN
    INSERT INTO genre_counts AS kept (genre, shard, track_count)
    SELECT genre, shard, count(*) FROM new_tracks, take_genre_shard() AS shard
    GROUP BY genre, shard
    ON CONFLICT (genre, shard) DO UPDATE SET track_count = kept.track_count + excluded.track_count;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE FUNCTION count_deleted_tracks() RETURNS trigger AS $$
BEGIN
    INSERT INTO genre_counts AS kept (genre, shard, track_count)
    SELECT genre, shard, -count(*) FROM old_tracks, take_genre_shard() AS shard
    GROUP BY genre, shard
    ON CONFLICT (genre, shard) DO UPDATE SET track_count = kept.track_count + excluded.track_count;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE FUNCTION count_updated_tracks() RETURNS trigger AS $$
BEGIN
    INSERT INTO genre_counts AS kept (genre, shard, track_count)
    SELECT genre, shard, sum(change)
    FROM (
        SELECT genre, count(*) AS change FROM new_tracks GROUP BY genre
        UNION ALL
        SELECT genre, -count(*) FROM old_tracks GROUP BY genre
    ) AS changes, take_genre_shard() AS shard
    GROUP BY genre, shard HAVING sum(change) <> 0
    ON CONFLICT (genre, shard) DO UPDATE SET track_count = kept.track_count + excluded.track_count;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    # TRUNCATE waits for all writers of tracks, so no shard is in use.
    """
CREATE FUNCTION forget_track_counts() RETURNS trigger AS $$
BEGIN
    DELETE FROM genre_counts;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql
""",
    """
CREATE TRIGGER count_inserted_tracks AFTER INSERT ON tracks
REFERENCING NEW TABLE AS new_tracks FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_tracks()
""",
    """
CREATE TRIGGER count_deleted_tracks AFTER DELETE ON tracks
REFERENCING OLD TABLE AS old_tracks FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_tracks()
""",
    """
CREATE TRIGGER count_updated_tracks AFTER UPDATE ON tracks
REFERENCING OLD TABLE AS old_tracks NEW TABLE AS new_tracks
FOR EACH STATEMENT EXECUTE FUNCTION count_updated_tracks()
""",
    """
CREATE TRIGGER forget_track_counts AFTER TRUNCATE ON tracks
FOR EACH STATEMENT EXECUTE FUNCTION forget_track_counts()
""",
    # The triggers' locks keep writers out until the transaction ends.
    "INSERT INTO genre_counts SELECT genre, 0, count(*) FROM tracks GROUP BY genre",
)

# Pages are read from an index alone where vacuum has marked the table's pages as visible to all.
# By default it would come after a fifth of the table was written.
VACUUM_SOON = """
ALTER TABLE tracks SET (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.02
)
"""
VACUUM_BY_DEFAULT = """
ALTER TABLE tracks RESET (
    autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_scale_factor,
    autovacuum_analyze_scale_factor
)
"""
# As db.tracks.words does since this release, lest a row be too long for the index.
SHORTEN_WORDS = """
UPDATE tracks SET title_words = rtrim(left(title_words, 125)) WHERE octet_length(title_words) > 500
"""


def upgrade() -> None:
    op.create_table(
        "genre_counts",
        sa.Column("genre", sa.Text(collation="C"), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("track_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("genre", "shard"),
        postgresql_with={"fillfactor": "50"},  # rows are updated in place
    )
    for statement in (SHORTEN_WORDS, *COUNTING, VACUUM_SOON):
        op.execute(statement)
    op.drop_index("tracks_by_genre", table_name="tracks")
    op.create_index(
        "tracks_by_genre",
        "tracks",
        ["genre", "title", "track_id"],
        unique=False,
        postgresql_include=["title_words"],
    )


def downgrade() -> None:
    op.drop_index("tracks_by_genre", table_name="tracks")
    op.create_index("tracks_by_genre", "tracks", ["genre", "title", "track_id"], unique=False)
    op.execute(VACUUM_BY_DEFAULT)
    for name in (
        "count_inserted_tracks",
        "count_deleted_tracks",
        "count_updated_tracks",
        "forget_track_counts",
    ):
        op.execute(f"DROP TRIGGER {name} ON tracks")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION take_genre_shard()")
    op.drop_table("genre_counts")
