"""What resolvers may ask of learning: questions for a person, and what the answers taught."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from db.records import TrackRecord
from ml.store.manifest import Manifest

GenreShares = Sequence[tuple[str, float]]
"""Genres with their probabilities, highest first; they sum to 1."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected accuracy on the unanswered tracks, 0 to 1, without and with the answers.

    `interval` is the 95 % interval of `after`.
    """

    before: float
    after: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LearningSummary:
    """What the answers so far are worth.

    Attributes
    ----------
    new_answers : int
        Answers that the model in use has not learnt from.
    estimate : Estimate or None
        None below 20 answers.
    next_ten_gain : float or None
        Accuracy that the next ten answers should add, 0 to 1.
    history : sequence of (int, float)
        Answers and expected accuracy each time a model was learnt, oldest first.
    """

    answers: int
    new_answers: int
    estimate: Estimate | None
    by_genre: Sequence[tuple[str, int]]
    next_ten_gain: float | None
    history: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class GenreChange:
    """A stored track that a learnt model gives another genre."""

    track: TrackRecord
    genre: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LearningOutcome:
    """A learnt model.

    Attributes
    ----------
    changes : sequence of GenreChange
        The most confident ones first.
    changed_tracks : int
        How many unanswered stored tracks would get another genre; beyond the sample that was
        looked at, an estimate.
    skipped_tracks : sequence of int
        Answered tracks that taught nothing: their features are missing or broken.
    """

    manifest: Manifest
    estimate: Estimate | None
    by_genre: Sequence[tuple[str, int]]
    changes: Sequence[GenreChange]
    changed_tracks: int
    skipped_tracks: Sequence[int]
    is_used: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A track that sounds like another one, and how similar it is, 0 to 1."""

    track: TrackRecord
    similarity: float


class Reviewer(Protocol):
    """Shows a person which tracks to answer, and what is known of them."""

    async def list_questions(self, limit: int, batch_id: uuid.UUID | None) -> Sequence[TrackRecord]:
        """Return unanswered tracks whose answer would teach the most, best first."""

    async def suggest(self, tracks: Sequence[TrackRecord]) -> Mapping[int, GenreShares]:
        """Return what all answers so far make of tracks, by track id, where features are stored."""

    async def find_words(self, track_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """Return the lyric words of tracks, rarest first, by track id."""

    async def find_neighbours(
        self, track: TrackRecord, limit: int, *, answered: bool | None
    ) -> Sequence[Neighbour]:
        """Return the most similar tracks: answered ones, unanswered ones, or both for None."""


class Learner(Protocol):
    """Learns from corrections."""

    async def summarize(self) -> LearningSummary:
        """Return what the answers so far are worth."""

    async def learn(self, client_id: str | None, *, use: bool, force: bool) -> LearningOutcome:
        """Fit a model to all answers, and put it to use if asked."""
