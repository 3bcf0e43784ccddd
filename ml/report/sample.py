"""Tracks together with what a model said about them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.track import FloatMatrix, TrackTable, concat_tables


@dataclass(frozen=True, slots=True)
class SampledTracks:
    """Tracks and their genre probabilities, shape (n_tracks, n_genres)."""

    tracks: TrackTable
    probabilities: FloatMatrix

    def __len__(self) -> int:
        return len(self.tracks)

    def take(self, rows: npt.NDArray[np.intp]) -> "SampledTracks":
        """Return the tracks at the given indices."""
        if len(rows) == len(self):
            return self
        return SampledTracks(self.tracks.take(rows), self.probabilities[rows])


def concat_samples(first: SampledTracks, second: SampledTracks) -> SampledTracks:
    """Return the tracks of both."""
    return SampledTracks(
        concat_tables([first.tracks, second.tracks]),
        np.vstack([first.probabilities, second.probabilities]),
    )
