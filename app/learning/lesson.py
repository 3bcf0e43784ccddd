"""What all answers teach at one moment: the pure part, which runs in a thread."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.learning.adaptation import Adaptation, adapt
from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder, Embedding
from ml.learning.estimates.forecast import Forecast, forecast_figures
from ml.learning.estimates.parent import expect_of_parent
from ml.learning.neighbours import nearest
from ml.learning.questions import rank_questions
from ml.learning.reader import TrackReader
from ml.model.genre_model import GenreModel
from ml.track import FloatMatrix, TrackTable

_RULES = 1
"""Goes up when the same answers teach something else."""


@dataclass(frozen=True, slots=True)
class AnsweredTracks:
    """Answered tracks with complete features, oldest answer first; `genres` are the answers."""

    table: TrackTable
    genres: Sequence[str]
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt from some answers. Nothing in it changes, so threads can share it.

    `sample` is a random sample of the unanswered tracks.
    """

    version: str
    reader: TrackReader
    adaptation: Adaptation
    answers: Answers
    sample: Candidates
    newest_answer: datetime | None

    def place(self, table: TrackTable) -> Candidates:
        """Read tracks as the lesson reads its own; the table may be empty."""
        if len(table) == 0:
            return self.sample.take(np.array([], dtype=np.intp))
        read = self.reader.read(table)
        places = self.adaptation.embedder.embed(read.numbers, read.words)
        return Candidates(places, read.log_odds, table.track_ids)

    def probabilities(self, tracks: Candidates) -> FloatMatrix:
        """Return genre probabilities, shape (n_tracks, n_genres), in the order of `genres`."""
        return self.adaptation.learnt.probabilities(tracks.embedding, tracks.log_odds)

    def rank(self, candidates: Candidates, first: int) -> list[int]:
        """Return the ids of the tracks whose answers would teach the most, best first."""
        rows = rank_questions(self.adaptation.learnt, candidates, first)
        return [int(key) for key in candidates.track_ids[rows]]

    def find_neighbours(
        self, track: Candidates, first: int, *, answered: bool | None
    ) -> list[tuple[int, float]]:
        """Return ids and similarities of the tracks most like one, nearest first."""
        pools: list[tuple[Embedding, npt.NDArray[np.int64]]] = []
        if answered is not False:
            pools.append((self.answers.embedding, self.answers.track_ids))
        if answered is not True:
            pools.append((self.sample.embedding, self.sample.track_ids))
        found: list[tuple[int, float]] = []
        for places, ids in pools:
            others = np.flatnonzero(ids != track.track_ids[0])
            near = nearest(
                self.adaptation.learnt.kernel, track.embedding, places.take(others), first
            )
            found += [(int(ids[others[each.index]]), each.similarity) for each in near]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:first]

    def forecast(self) -> Forecast | None:
        """Return what to expect on unanswered tracks; None below 20 answers."""
        worth = self.adaptation.worth
        return forecast_figures(self.probabilities(self.sample), worth) if worth else None

    def expect_of_parent(self) -> float:
        """Return the accuracy of the model as it was, by its own confidence, 0 to 1."""
        return expect_of_parent(self.answers, self.sample, len(self.adaptation.genres))


def study(parent: GenreModel, answered: AnsweredTracks, unanswered: TrackTable) -> Lesson:
    """Learn from all answers.

    Parameters
    ----------
    parent : GenreModel
    answered : AnsweredTracks
    unanswered : TrackTable
        A random sample; it and the answered tracks together have at least one track.
    """
    reader = TrackReader.fit(parent, unanswered if len(unanswered) else answered.table)
    tables = [table for table in (answered.table, unanswered) if len(table)]
    parts = [reader.read(table) for table in tables]
    numbers = np.vstack([part.numbers for part in parts])
    words = sparse.vstack([part.words for part in parts], format="csr")
    log_odds = np.vstack([part.log_odds for part in parts])
    embedder = Embedder.fit(numbers, words)
    places = embedder.embed(numbers, words)
    genres = (*parent.genres, *sorted(set(answered.genres) - set(parent.genres)))
    count = len(answered.table)
    own, rest = np.arange(count), np.arange(count, len(numbers))
    answers = Answers(
        embedding=places.take(own),
        log_odds=log_odds[own],
        truth=np.array([genres.index(genre) for genre in answered.genres], dtype=np.intp),
        track_ids=answered.table.track_ids,
        titles=tuple(answered.table.titles.to_pylist()),
    )
    sample = Candidates(places.take(rest), log_odds[rest], unanswered.track_ids)
    adaptation = adapt(
        answers,
        sample,
        genres,
        embedder,
        parent_version=parent.version,
        vocabulary=reader.own_words,
    )
    version = learnt_version(parent.version, answered)
    return Lesson(version, reader, adaptation, answers, sample, answered.newest)


def learnt_version(parent_version: str, answered: AnsweredTracks) -> str:
    """Name a learnt model after what it learnt from: the same answers give the same version."""
    pairs = sorted(zip(answered.table.track_ids.tolist(), answered.genres, strict=True))
    text = json.dumps([_RULES, parent_version, pairs], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
