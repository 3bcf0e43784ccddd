"""Which tracks a list has, and in which order."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from sqlalchemy import (
    REAL,
    ColumnElement,
    SmallInteger,
    and_,
    cast,
    exists,
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
"""What the index by confidence is on."""


class TrackOrder(Enum):
    """How a list of tracks is ordered; the track id decides between equals."""

    TITLE = "TITLE"
    CONFIDENCE = "CONFIDENCE"
    """The least sure first."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below which confidence some model calls its tracks uncertain: the extremes of all models."""

    lowest: float = 0.0
    highest: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackFilter:
    """Which tracks are wanted: those that meet every condition that is not None.

    Attributes
    ----------
    search
        Words with which words of the title begin, accents and case ignored.
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
        """The words to search for, empty if it is no search; None if no title can have them."""
        if self.search is None or not self.search.strip():
            return ()
        return search_words(self.search)

    @property
    def is_by_genre(self) -> bool:
        """Whether the genre is all that matters, so that the tracks are counted already."""
        return self.words == () and self.column_names <= {"genre"}

    def is_range(self, order: TrackOrder) -> bool:
        """Whether the wanted tracks follow each other in the index of an order."""
        if order is TrackOrder.TITLE:
            return self.is_by_genre
        return self.words == () and self.uncertain is None and self.column_names <= {"confidence"}

    @property
    def column_names(self) -> set[str]:
        """The columns of tracks that the conditions look at."""
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
        """Return the filter in SQL on `columns`, those of the table or of a subquery."""
        found = self._other_conditions(columns)
        if self.min_confidence is not None:
            found.append(columns.confidence >= cast(self.min_confidence, REAL))
        if self.max_confidence is not None:
            found.append(columns.confidence <= cast(self.max_confidence, REAL))
        return found

    def indexed(self, thresholds: Thresholds) -> list[ColumnElement[bool]]:
        """Return `conditions` on the table, such that the planner sees which indexes may help."""
        found = [*self._other_conditions(TRACKS.c), *self.range(thresholds)]
        if self.corrected:
            found.append(exists().where(col(CorrectionRow.track_id) == TRACKS.c.track_id))
        return found

    def range(self, thresholds: Thresholds) -> list[ColumnElement[bool]]:
        """Return the range of confidences on the table, by its index.

        Only the outermost steps need an exact comparison. Put so, the planner does not take it for
        a further condition that leaves fewer tracks.
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
    """Compare as text, several times faster than as lexemes; words have only letters and digits."""
    return [literal(" ").concat(columns.title_words).like(f"% {word}%") for word in words]


def step_of(confidence: float) -> int:
    """Return where a confidence, as it is stored, is in the index: as Postgres rounds."""
    return round(float(np.float32(min(max(confidence, 0.0), 1.0))) * CONFIDENCE_STEPS)
