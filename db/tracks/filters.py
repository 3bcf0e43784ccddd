"""Which tracks a list contains, and in which order."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from sqlalchemy import (
    ARRAY,
    REAL,
    ColumnElement,
    SmallInteger,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
)
from sqlmodel import col

from db.models import (
    CONFIDENCE_STEP,
    CONFIDENCE_STEPS,
    TRACKS,
    CorrectionRow,
    ModelVersionRow,
)
from db.tracks.words import search_words

STEP: Any = literal_column(CONFIDENCE_STEP, SmallInteger)
"""The expression that the index by confidence uses."""


class TrackOrder(Enum):
    """Order of a list of tracks; ties are broken by track id."""

    TITLE = "TITLE"
    CONFIDENCE = "CONFIDENCE"
    """Least confident first."""
    GENRE = "GENRE"
    """By genre, then title."""

    @property
    def is_of_titles(self) -> bool:
        """Whether the index of titles by genre, not that of confidences, has this order."""
        return self is not TrackOrder.CONFIDENCE


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lowest and highest confidence below which a model's tracks are uncertain."""

    lowest: float = 0.0
    highest: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackFilter:
    """Selects tracks that meet every condition that is not None.

    Attributes
    ----------
    search
        Prefixes of words of the title, ignoring accents and case.
    uncertain
        Whether the confidence is below the threshold of the model that classified the track.
    min_confidence, max_confidence
        Both inclusive, compared in the precision of stored values.
    """

    genre: str | None = None
    search: str | None = None
    batch_id: uuid.UUID | None = None
    uncertain: bool | None = None
    corrected: bool | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None

    @property
    def words(self) -> Sequence[str] | None:
        """The words to search for, empty without a search; None if no title can match."""
        if self.search is None or not self.search.strip():
            return ()
        return search_words(self.search)

    @property
    def is_by_genre(self) -> bool:
        """Whether only the genre matters, so that the count is already stored."""
        return self.words == () and self.column_names <= {"genre"}

    def is_range(self, order: TrackOrder) -> bool:
        """Whether the selected tracks are adjacent in the index of an order."""
        if order.is_of_titles:
            return self.is_by_genre
        return self.words == () and self.uncertain is None and self.column_names <= {"confidence"}

    @property
    def column_names(self) -> set[str]:
        """The columns of tracks that the conditions use."""
        by_column = {
            "genre": self.genre,
            "title_words": self.words or None,
            "batch_id": self.batch_id,
            "corrected_genre": self.corrected,
            "model_version": self.uncertain,
        }
        names = {name for name, wanted in by_column.items() if wanted is not None}
        limits = (self.uncertain, self.min_confidence, self.max_confidence)
        return names | ({"confidence"} if any(limit is not None for limit in limits) else set())

    def conditions(self, columns: Any) -> list[ColumnElement[bool]]:
        """Return the SQL conditions on `columns`, of the table or of a subquery."""
        found = self._other_conditions(columns)
        if self.min_confidence is not None:
            found.append(columns.confidence >= cast(self.min_confidence, REAL))
        if self.max_confidence is not None:
            found.append(columns.confidence <= cast(self.max_confidence, REAL))
        return found

    def indexed(self, thresholds: Thresholds) -> list[ColumnElement[bool]]:
        """Return `conditions` on the table in a form that lets the planner use its indexes."""
        found = [*self._other_conditions(TRACKS.c), *self.range(thresholds)]
        if self.corrected:
            found.append(exists().where(col(CorrectionRow.track_id) == TRACKS.c.track_id))
        return found

    def range(self, thresholds: Thresholds) -> list[ColumnElement[bool]]:
        """Return the range of confidences as conditions on the index.

        Only the outermost steps need an exact comparison. Written this way, the planner does not
        assume that the comparison removes more tracks.
        """
        found: list[ColumnElement[bool]] = []
        confidence = TRACKS.c.confidence
        if self.min_confidence is not None:
            lowest = step_of(self.min_confidence)
            too_low = and_(lowest == STEP, confidence < cast(self.min_confidence, REAL))
            found += [lowest <= STEP, not_(too_low)]
        if self.max_confidence is not None:
            highest = step_of(self.max_confidence)
            too_high = and_(highest == STEP, confidence > cast(self.max_confidence, REAL))
            found += [highest >= STEP, not_(too_high)]
        if self.uncertain is not None:
            edge = step_of(thresholds.highest if self.uncertain else thresholds.lowest)
            found.append(edge >= STEP if self.uncertain else edge <= STEP)
        return found

    def _other_conditions(self, columns: Any) -> list[ColumnElement[bool]]:
        found = like_words(columns, self.words or ())
        if self.genre is not None:
            found.append(columns.genre == self.genre)
        if self.batch_id is not None:
            found.append(columns.batch_id == self.batch_id)
        if self.corrected is not None:
            is_null: ColumnElement[bool] = columns.corrected_genre.is_(None)
            found.append(not_(is_null) if self.corrected else is_null)
        if self.uncertain is not None:
            is_uncertain = exists().where(
                col(ModelVersionRow.version) == columns.model_version,
                columns.confidence < col(ModelVersionRow.uncertain_below),
            )
            found.append(is_uncertain if self.uncertain else not_(is_uncertain))
        return found


def like_words(columns: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Compare as text, several times faster than lexemes; words are letters and digits only.

    All words are one parameter: a statement of its own for each number of words would stay in the
    caches of statements, here and in Postgres.
    """
    if not words:
        return []
    patterns = literal([f"% {word}%" for word in words], ARRAY(Text))
    titles = literal(" ").concat(columns.title_words)
    return [titles.op("LIKE", is_comparison=True)(func.all(patterns))]


def step_of(confidence: float) -> int:
    """Return the step of a stored confidence, rounded as Postgres does."""
    return round(float(np.float32(min(max(confidence, 0.0), 1.0))) * CONFIDENCE_STEPS)
