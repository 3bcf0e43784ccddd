"""What numbers of the sound say about genre and artist, and which say the same."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import f as f_distribution
from scipy.stats import rankdata

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Clusters of columns whose rank correlation is at least `limit` on average.

    `axes` is how many uncorrelated columns would vary as much (participation ratio), `for_95`
    how many principal axes hold 95 % of the variance.
    """

    correlation: FloatArray
    order: IntArray
    cluster_of: IntArray
    axes: float
    for_95: int


def redundancy(values: FloatArray, limit: float = 0.7) -> Redundancy:
    """Cluster columns by the size of their rank correlation."""
    ranks = np.apply_along_axis(rankdata, 0, values)
    correlation = np.nan_to_num(np.corrcoef(ranks.T))
    distance = 1 - np.abs(correlation)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform((distance + distance.T) / 2, checks=False), "average")
    cluster_of = fcluster(tree, 1 - limit, "distance")
    variances = np.linalg.eigvalsh(correlation)[::-1].clip(0)
    shares = np.cumsum(variances) / variances.sum()
    axes = variances.sum() ** 2 / (variances**2).sum()
    order = np.lexsort((np.arange(len(cluster_of)), cluster_of))
    return Redundancy(correlation, order, cluster_of, float(axes), int((shares < 0.95).sum() + 1))


def nested_variance(
    values: FloatArray, truth: IntArray, groups: IntArray, columns: list[str]
) -> pd.DataFrame:
    """Split the variance of each column: between genres, between groups of a genre, within groups.

    Nested analysis of variance on ranks, with groups as the units: `F` compares genres with the
    groups of a genre, so a column that only tells groups apart gets about 1. `p` is its tail.
    """
    ranks = np.apply_along_axis(rankdata, 0, values)
    total = ((ranks - ranks.mean(axis=0)) ** 2).sum(axis=0)
    total[total == 0] = 1
    by_group, by_genre = _between(ranks, groups), _between(ranks, truth)
    free_genre = len(np.unique(truth)) - 1
    free_group = len(np.unique(groups)) - len(np.unique(truth))
    ratio = (by_genre / free_genre) / np.maximum((by_group - by_genre) / free_group, 1e-9)
    return pd.DataFrame(
        {
            "column": columns,
            "genre": by_genre / total,
            "group": (by_group - by_genre) / total,
            "track": 1 - by_group / total,
            "F": ratio,
            "p": f_distribution.sf(ratio, free_genre, free_group),
        }
    )


def ranks_of(values: FloatArray) -> FloatArray:
    """Return the ranks of each column, from -1 to 1."""
    ranks = np.apply_along_axis(rankdata, 0, values)
    return np.asarray(2 * (ranks - 0.5) / len(values) - 1)


def neighbours_of_group(values: FloatArray, truth: IntArray, groups: IntArray) -> dict[str, float]:
    """Tell how often the nearest track by sound has the same group, or only the same genre."""
    ranks = np.apply_along_axis(rankdata, 0, values)
    squares = (ranks**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * ranks @ ranks.T
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    same_group, same_genre = groups == groups[nearest], truth == truth[nearest]
    elsewhere = np.where(groups[:, None] == groups[None, :], np.inf, distance).argmin(axis=1)
    return {
        "group": float(same_group.mean()),
        "genre": float(same_genre.mean()),
        "genre without own group": float((truth == truth[elsewhere]).mean()),
    }


def _between(ranks: FloatArray, classes: IntArray) -> FloatArray:
    found = np.zeros(ranks.shape[1])
    for number in np.unique(classes):
        own = ranks[classes == number]
        found += len(own) * (own.mean(axis=0) - ranks.mean(axis=0)) ** 2
    return found
