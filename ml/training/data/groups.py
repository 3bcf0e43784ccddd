"""Find groups of tracks that may share an artist, and deal whole groups into folds.

No column names the artist, and songs of one artist on both sides of a split make any score
flattering. So the tracks of a genre are clustered by sound and words (Ward), and a group is
never split. Some artists end up in several groups: scores by group flatter less, but still do.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.decomposition import TruncatedSVD

from ml.columns import METADATA_COLUMNS
from ml.errors import TrainingDataError
from ml.model.experts.lyrics_expert import Truth
from ml.model.normal_scores import NormalScores
from ml.track import FloatMatrix

Groups = npt.NDArray[np.intp]
_TOPICS = 20
_MAX_LINKED = 2_000
"""Tracks of a genre that are clustered by all pairs; the rest join the nearest cluster."""


def track_groups(
    numbers: FloatMatrix,
    words: sparse.csr_matrix,
    truth: Truth,
    *,
    tracks_per_group: int,
    min_groups: int,
) -> Groups:
    """Cluster the tracks of each genre.

    Parameters
    ----------
    numbers : float64 array, shape (n_tracks, 154)
    words : CSR matrix of ones, shape (n_tracks, n_words)
    truth : int array, shape (n_tracks,)
    tracks_per_group, min_groups : int
        A genre of n tracks gets n / tracks_per_group groups, but at least min_groups.

    Returns
    -------
    int array, shape (n_tracks,)
        Number of the group, from 0; tracks of different genres never share one.
    """
    places = _places(numbers, words)
    groups = np.zeros(len(truth), dtype=np.intp)
    for genre in np.unique(truth):
        rows = np.flatnonzero(truth == genre)
        count = min(len(rows), max(min_groups, round(len(rows) / tracks_per_group)))
        groups[rows] = _clusters(places[rows], count) + groups.max() + 1
    return np.asarray(np.unique(groups, return_inverse=True)[1])


def deal_folds(groups: Groups, truth: Truth, folds: int, seed: int) -> Groups:
    """Assign every group to a fold, so that each fold has about its share of each genre.

    Large groups first, in an order that `seed` jitters, to the fold with the fewest tracks of the
    genre. Returns the fold of each track, 0 to folds - 1.

    Raises
    ------
    TrainingDataError
        There are not enough groups for a track in every fold.
    """
    draw = np.random.default_rng(seed)
    fold_of = np.zeros(len(groups), dtype=np.intp)
    total = np.zeros(folds)
    for genre in draw.permutation(np.unique(truth)):
        members, sizes = np.unique(groups[truth == genre], return_counts=True)
        filled = np.zeros(folds)
        for index in np.argsort(-(sizes + draw.random(len(sizes)) * sizes.max() * 0.3)):
            fold = np.argmin(filled + 1e-3 * total + 1e-6 * draw.random(folds))
            fold_of[groups == members[index]] = fold
            filled[fold] += sizes[index]
            total[fold] += sizes[index]
    if len(np.unique(fold_of)) < folds:
        raise TrainingDataError(f"The tracks are too similar to split into {folds} folds.")
    return fold_of


def _places(numbers: FloatMatrix, words: sparse.csr_matrix) -> FloatMatrix:
    """Place tracks in one space where sound and words span the same distance."""
    sound = numbers[:, len(METADATA_COLUMNS) :]
    return np.hstack([_same_span(NormalScores.fit(sound).transform(sound)), _topics(words)])


def _topics(words: sparse.csr_matrix) -> FloatMatrix:
    """Reduce words to topics by latent semantic analysis, shape (n_tracks, at most 20)."""
    topics = min(_TOPICS, min(words.shape) - 1)
    if topics < 1 or words.nnz == 0:
        return np.zeros((words.shape[0], 0))
    occurs = np.asarray(words.sum(axis=0)).ravel()
    tfidf = words @ sparse.diags(np.log((1 + words.shape[0]) / (1 + occurs)) + 1)
    lengths = np.sqrt(np.asarray(tfidf.multiply(tfidf).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    analysis = TruncatedSVD(topics, random_state=0)
    return _same_span(analysis.fit_transform(sparse.csr_matrix(sparse.diags(1 / lengths) @ tfidf)))


def _same_span(places: FloatMatrix) -> FloatMatrix:
    centred = places - places.mean(axis=0)
    spread = centred.std(axis=0).mean() * np.sqrt(places.shape[1])
    return np.asarray(centred / (spread or 1.0))


def _clusters(places: FloatMatrix, count: int) -> Groups:
    """Cluster rows into at most `count` clusters, numbered from 0."""
    if len(places) < 2:
        return np.zeros(len(places), dtype=np.intp)
    linked = places[:: -(-len(places) // _MAX_LINKED)]
    members = fcluster(linkage(linked, "ward"), count, "maxclust") - 1
    if len(linked) == len(places):
        return np.asarray(members, dtype=np.intp)
    centres = np.vstack([linked[members == number].mean(axis=0) for number in np.unique(members)])
    distances = [((places - centre) ** 2).sum(axis=1) for centre in centres]
    return np.asarray(np.argmin(distances, axis=0))
