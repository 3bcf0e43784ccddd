"""What a model learns from: tracks, and more texts without sound."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.columns import NUMBER_COLUMNS
from ml.model.experts.features import ExpertFeatures
from ml.model.experts.lyrics_expert import Truth
from ml.training.data.groups import Groups, track_groups
from ml.training.parameters import TrainingParameters


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Tracks and texts with their genres.

    Attributes
    ----------
    features : ExpertFeatures
    truth : int array, shape (n_tracks,)
    texts : CSR matrix of ones, shape (n_texts, n_words)
    text_truth : int array, shape (n_texts,)
    genres : int
        How many there are; both truths are indices below it.
    columns : tuple of str
        Names of the numbers.
    groups : int array, shape (n_tracks,), or None
        Tracks that share an artist or album, if the labels say so.
    """

    features: ExpertFeatures
    truth: Truth
    texts: sparse.csr_matrix
    text_truth: Truth
    genres: int
    columns: tuple[str, ...] = NUMBER_COLUMNS
    groups: Groups | None = None

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: npt.NDArray[np.bool_]) -> "TrainingSet":
        """Return the set with some of its tracks and all of its texts."""
        return replace(
            self,
            features=ExpertFeatures(self.features.words[rows], self.features.numbers[rows]),
            truth=self.truth[rows],
            groups=None if self.groups is None else self.groups[rows],
        )

    def take_texts(self, rows: npt.NDArray[np.bool_]) -> "TrainingSet":
        """Return the set with all of its tracks and some of its texts."""
        return replace(self, texts=self.texts[rows], text_truth=self.text_truth[rows])


def find_groups(data: TrainingSet, parameters: TrainingParameters) -> Groups:
    """Return the group of each track: that of the labels, or its cluster (see `groups`)."""
    if data.groups is not None:
        return np.asarray(np.unique(data.groups, return_inverse=True)[1])
    return track_groups(
        data.features.numbers,
        data.features.words,
        data.truth,
        tracks_per_group=parameters.tracks_per_group,
        min_groups=parameters.folds,
    )
