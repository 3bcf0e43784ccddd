"""The tables. Only migrations and repositories use these classes."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    column,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, ExcludeConstraint
from sqlmodel import Field, SQLModel

TITLE_COLLATION = "C"
"""Titles sort by code point: the same on every server, and in the order of a btree."""

TITLE_WORDS = "array_to_tsvector(string_to_array(title_words, ' '))"
"""Indexed for `search`; it uses no text search configuration, so locale does not matter."""

CONFIDENCE_STEPS = 4_000
CONFIDENCE_STEP = f"((confidence * {CONFIDENCE_STEPS})::smallint)"
"""Indexed for lists by confidence: equal keys share an entry, so it is small and fast to write.

An index on exact values would cost a batch three times as much. A step holds a few hundred tracks
of a million, which a page sorts.
"""


class ModelVersionRow(SQLModel, table=True):
    """A model that has classified tracks; `genres` is the order of `TrackRow.probabilities`."""

    __tablename__: ClassVar[str] = "model_versions"

    version: str = Field(sa_column=Column(Text, primary_key=True))
    genres: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    uncertain_below: float = Field(sa_column=Column(REAL, nullable=False, server_default="0"))
    first_used_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class ModelChoiceRow(SQLModel, table=True):
    """A model that an operator chose; the newest row applies."""

    __tablename__: ClassVar[str] = "model_choices"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    version: str = Field(sa_column=Column(Text, nullable=False))
    is_shipped: bool = Field(sa_column=Column(Boolean, nullable=False))
    chosen_by: str = Field(sa_column=Column(Text, nullable=False))
    chosen_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    previous_id: int | None = Field(sa_column=Column(BigInteger, ForeignKey("model_choices.id")))


class SigningKeyRow(SQLModel, table=True):
    """A random key that signs links, shared by all replicas."""

    __tablename__: ClassVar[str] = "signing_keys"

    purpose: str = Field(sa_column=Column(Text, primary_key=True))
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class LearnedModelRow(SQLModel, table=True):
    """A model small enough to store here, so every replica has it without a shared disk."""

    __tablename__: ClassVar[str] = "learned_models"
    __table_args__ = (Index("learned_models_newest", "created_at", "version"),)

    version: str = Field(sa_column=Column(Text, primary_key=True))
    parent_version: str = Field(sa_column=Column(Text, nullable=False))
    manifest: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    parameters: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_by: str | None = Field(sa_column=Column(Text))
    created_at: datetime = Field(
        sa_column=Column(
            DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
        )
    )


class BatchRow(SQLModel, table=True):
    """An upload or a reclassification, and its progress."""

    __tablename__: ClassVar[str] = "batches"
    __table_args__ = (
        Index("batches_newest", text("started_at DESC"), text("id DESC")),
        # The check of `status` and the indexes of open batches are in the migrations;
        # a test compares the check with `db.batches.status`.
    )

    id: uuid.UUID = Field(sa_column=Column(UUID(as_uuid=True), primary_key=True))
    file_name: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    model_version: str = Field(
        sa_column=Column(Text, ForeignKey("model_versions.version"), nullable=False)
    )
    client_id: str | None = Field(sa_column=Column(Text))
    rows_received: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    rows_rejected: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    rows_stored: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    started_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    finished_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    error_code: str | None = Field(sa_column=Column(Text))
    error_message: str | None = Field(sa_column=Column(Text))
    is_background: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    attempts: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    resume_byte: int | None = Field(sa_column=Column(BigInteger))
    resume_line: int | None = Field(sa_column=Column(BigInteger))
    kind: str = Field(sa_column=Column(Text, nullable=False, server_default="UPLOAD"))
    original_kept_until: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    target_batch_id: uuid.UUID | None = Field(sa_column=Column(UUID(as_uuid=True)))
    rows_total: int | None = Field(sa_column=Column(BigInteger))
    bytes_read: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    bytes_total: int | None = Field(sa_column=Column(BigInteger))
    read_options: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    detected: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    running_since: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    advanced_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    rows_per_second: float | None = Field(sa_column=Column(Double))
    removed_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    """Since when it is being deleted, which hides it."""


class BatchGenreRow(SQLModel, table=True):
    """How many tracks of a batch got a genre; unchanged when a later batch rewrites them."""

    __tablename__: ClassVar[str] = "batch_genres"

    batch_id: uuid.UUID = Field(
        sa_column=Column(
            UUID(as_uuid=True),
            ForeignKey("batches.id", ondelete="CASCADE"),
            primary_key=True,
        )
    )
    genre: str = Field(sa_column=Column(Text(collation=TITLE_COLLATION), primary_key=True))
    track_count: int = Field(sa_column=Column(BigInteger, nullable=False))


class RejectRow(SQLModel, table=True):
    """A row of a file that was not classified."""

    __tablename__: ClassVar[str] = "batch_rejects"

    batch_id: uuid.UUID = Field(
        sa_column=Column(
            UUID(as_uuid=True),
            ForeignKey("batches.id", ondelete="CASCADE"),
            primary_key=True,
        )
    )
    line: int = Field(sa_column=Column(BigInteger, primary_key=True))
    track_id: str | None = Field(sa_column=Column(Text))
    column_name: str | None = Field(sa_column=Column(Text))
    code: str = Field(sa_column=Column(Text, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))


class OmittedRejectsRow(SQLModel, table=True):
    """How many rejected rows of a batch were counted but not stored."""

    __tablename__: ClassVar[str] = "batch_omitted_rejects"

    batch_id: uuid.UUID = Field(foreign_key="batches.id", ondelete="CASCADE", primary_key=True)
    code: str = Field(sa_column=Column(Text, primary_key=True))
    row_count: int = Field(sa_column=Column(BigInteger, nullable=False))


class FeatureSpecRow(SQLModel, table=True):
    """The names, in order, of the numbers in rows of `track_features`; never changed."""

    __tablename__: ClassVar[str] = "feature_specs"
    __table_args__ = (
        ExcludeConstraint((column("columns"), "="), using="hash", name="feature_specs_columns"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(Integer, Identity(always=False), primary_key=True)
    )
    columns: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class TrackFeaturesRow(SQLModel, table=True):
    """What the model saw of a track: for retraining on corrections, and for explanations.

    Kept out of `tracks` so that its pages stay small. `numbers` are big-endian float8, 8 bytes
    each; `spec_id` names the columns they belong to, so a new column needs no migration. `digest`
    tells whether tags and numbers changed. A trigger deletes the row with its track, unless the
    track is corrected: features and correction together outlive it.
    """

    __tablename__: ClassVar[str] = "track_features"

    track_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    tags: str = Field(sa_column=Column(Text, nullable=False))
    numbers: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    spec_id: int = Field(sa_column=Column(Integer, nullable=False, server_default="1"))


class TrackRow(SQLModel, table=True):
    """A classified track; a new classification replaces the previous one.

    `corrected_*` copy `corrections`; only triggers write them. There are no foreign keys, because
    checking two for each row took two thirds of Postgres's time for a batch.
    """

    __tablename__: ClassVar[str] = "tracks"
    __table_args__ = (
        # Pages of titles by genre, with or without a search, are read from this index alone.
        Index("tracks_by_genre", "genre", "title", "track_id", postgresql_include=["title_words"]),
        Index("tracks_by_batch", "batch_id"),
        Index("tracks_by_confidence", literal_column(CONFIDENCE_STEP)),
        Index("tracks_by_word", literal_column(TITLE_WORDS), postgresql_using="gin"),
    )

    track_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    title: str = Field(sa_column=Column(Text(collation=TITLE_COLLATION), nullable=False))
    title_words: str = Field(sa_column=Column(Text, nullable=False))
    genre: str = Field(
        sa_column=Column(
            Text(collation=TITLE_COLLATION),
            Computed("coalesce(corrected_genre, predicted_genre)", persisted=True),
            nullable=False,
        )
    )
    predicted_genre: str = Field(sa_column=Column(Text, nullable=False))
    corrected_genre: str | None = Field(sa_column=Column(Text))
    corrected_by: str | None = Field(sa_column=Column(Text))
    corrected_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    confidence: float = Field(sa_column=Column(REAL, nullable=False))
    probabilities: list[float] = Field(sa_column=Column(ARRAY(REAL), nullable=False))
    model_version: str = Field(sa_column=Column(Text, nullable=False))
    batch_id: uuid.UUID | None = Field(sa_column=Column(UUID(as_uuid=True)))
    line: int | None = Field(sa_column=Column(Integer))
    classified_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class CorrectionRow(SQLModel, table=True):
    """A person's correction of a track; it is kept when the track or its batch is deleted.

    Title, prediction and model are those at the time of the correction. Writers lock the tracks
    first, because triggers copy the correction to them.
    """

    __tablename__: ClassVar[str] = "corrections"
    __table_args__ = (
        Index("corrections_newest", "corrected_at", "track_id"),
        Index("corrections_by_client", "corrected_by", "corrected_at", "track_id"),
        Index("corrections_by_genre", "genre"),
    )

    track_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    genre: str = Field(sa_column=Column(Text(collation=TITLE_COLLATION), nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    predicted_genre: str = Field(sa_column=Column(Text, nullable=False))
    model_version: str = Field(sa_column=Column(Text, nullable=False))
    corrected_by: str | None = Field(sa_column=Column(Text))
    corrected_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class GenreCountRow(SQLModel, table=True):
    """Number of tracks by genre, to be summed over all shards; only triggers on `tracks` write it.

    A shard may be negative, if its writer deleted tracks that another shard counted.
    """

    __tablename__: ClassVar[str] = "genre_counts"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    genre: str = Field(sa_column=Column(Text(collation=TITLE_COLLATION), primary_key=True))
    shard: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    track_count: int = Field(sa_column=Column(BigInteger, nullable=False))


TRACKS: Table = TrackRow.__table__  # type: ignore[attr-defined]
"""`TrackRow` with columns by name, for statements that also take them from a subquery."""
