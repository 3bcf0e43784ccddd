"""Count what a report needs while tracks stream by; memory does not grow with the file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.report.labels import LabelCollector, Labelled
from ml.report.reservoir import SAMPLE, Reservoir
from ml.report.sample import SampledTracks
from ml.track import FloatMatrix, Reject, TrackTable

CONFIDENCE_BINS = 100
SHOWN_REJECTS = 10
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was counted.

    Attributes
    ----------
    tracks : int
        Tracks that were classified.
    rejects : mapping of (code, column) to int
        Rows that were not; the column may be None.
    examples : sequence of Reject
        The first of those.
    partial : int
        Tracks that lack words, sound or any number.
    genres : int array, shape (n_genres,)
        Tracks by their most probable genre.
    confidence : int array, shape (CONFIDENCE_BINS,)
        Tracks by confidence, in bins of equal width from 0 to 1.
    uncertain : int
        Tracks with less confidence than the model's threshold.
    sample : SampledTracks or None
        Up to `SAMPLE` of the tracks; None if there are none.
    labelled : Labelled or None
        None if no genres were given.
    """

    tracks: int
    rejects: Mapping[tuple[str, str | None], int]
    examples: Sequence[Reject]
    partial: int
    genres: Counts
    confidence: Counts
    uncertain: int
    sample: SampledTracks | None
    labelled: Labelled | None = None

    @property
    def rejected(self) -> int:
        """Rows that were not classified."""
        return sum(self.rejects.values())


class Collector:
    """Takes tracks, predictions and rejects in any number of parts."""

    def __init__(
        self,
        genres: Sequence[str],
        uncertain_below: float,
        labels: LabelCollector | None = None,
        *,
        sample: int = SAMPLE,
    ) -> None:
        self._uncertain_below = uncertain_below
        self._labels = labels
        self._reservoir = Reservoir(sample)
        self._rejects: Counter[tuple[str, str | None]] = Counter()
        self._examples: list[Reject] = []
        self._tracks = self._partial = self._uncertain = 0
        self._genres = np.zeros(len(genres), dtype=np.int64)
        self._confidence = np.zeros(CONFIDENCE_BINS, dtype=np.int64)

    def add(self, tracks: TrackTable, probabilities: FloatMatrix) -> None:
        """Count some tracks, with their probabilities in the order of `genres`."""
        if len(tracks) == 0:
            return
        confidence = probabilities.max(axis=1)
        bin_of = np.minimum((confidence * CONFIDENCE_BINS).astype(int), CONFIDENCE_BINS - 1)
        self._tracks += len(tracks)
        self._partial += int(tracks.partial.sum())
        self._uncertain += int((confidence < self._uncertain_below).sum())
        self._genres += np.bincount(probabilities.argmax(axis=1), minlength=len(self._genres))
        self._confidence += np.bincount(bin_of, minlength=CONFIDENCE_BINS)
        self._reservoir.add(SampledTracks(tracks, probabilities))
        if self._labels is not None:
            self._labels.add(tracks, probabilities)

    def add_rejects(self, rejects: Sequence[Reject]) -> None:
        """Count rows that were not classified."""
        self._rejects.update((str(reject.code), reject.column) for reject in rejects)
        self._examples += rejects[: SHOWN_REJECTS - len(self._examples)]

    def end(self) -> Findings:
        """Return what was counted."""
        return Findings(
            tracks=self._tracks,
            rejects=dict(self._rejects.most_common()),
            examples=self._examples,
            partial=self._partial,
            genres=self._genres,
            confidence=self._confidence,
            uncertain=self._uncertain,
            sample=self._reservoir.end(),
            labelled=None if self._labels is None else self._labels.end(),
        )
