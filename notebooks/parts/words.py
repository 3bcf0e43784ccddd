"""Words of genres: the most telling, languages, repeated songs."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]

_MARKERS = {
    "English": "the you and to it of my is on are for",
    "Spanish": "que de el en la y los mi un por con",
    "French": "je les le et des pas est dans une pour",
    "German": "ich und der die das ist nicht du ein mit",
}
_MARKER_SHARE = 0.3
_MASKED = {word: f"{word[0]}…{word[-1]}" for word in ("nigga", "nigger", "niggas", "faggot")}
"""Slurs are not spelt out on a page."""


def log_odds(words: sparse.csr_matrix, truth: IntArray, genres: int, prior: float) -> FloatArray:
    """Compare how often words occur in a genre and elsewhere, as z-scores.

    Log-odds ratio with an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin'
    Words", Political Analysis 16 (2008). The prior is the frequency of each word in all genres,
    worth `prior` words in all. Returns an array of shape (n_genres, n_words).
    """
    counts = np.vstack([np.asarray(words[truth == g].sum(axis=0)).ravel() for g in range(genres)])
    everywhere = counts.sum(axis=0) + 1e-9
    alpha = prior * everywhere / everywhere.sum()
    found = np.zeros(counts.shape)
    for genre, own in enumerate(counts):
        other = counts.sum(axis=0) - own
        delta = _log_odds(own, alpha) - _log_odds(other, alpha)
        found[genre] = delta / np.sqrt(1 / (own + alpha) + 1 / (other + alpha))
    return found


def telling_words(
    z: FloatArray, words: tuple[str, ...], genres: tuple[str, ...], count: int
) -> pd.DataFrame:
    """Return the words with the highest z-scores of each genre."""
    tops = np.argsort(-z, axis=1)[:, :count]
    lines = [", ".join(_MASKED.get(words[c], words[c]) for c in top) for top in tops]
    strongest = [f"{row[top[0]]:.1f}" for row, top in zip(z, tops, strict=True)]
    return pd.DataFrame({"genre": genres, "most telling words": lines, "highest z": strongest})


def language(words: Iterable[str]) -> str:
    """Guess the language of a song by its most common words; "other" if none fits."""
    found = set(words)
    if not found:
        return "no words"
    shares = {
        name: len(found.intersection(markers.split())) / len(markers.split())
        for name, markers in _MARKERS.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _MARKER_SHARE else "other"


def overlap(words: sparse.csr_matrix, at_least: int = 8) -> FloatArray:
    """Return, for each text, its highest Jaccard similarity to another; 0 if it is too short."""
    sizes = np.asarray(words.sum(axis=1)).ravel()
    shared = (words @ words.T).toarray().astype(np.float64)
    similarity = shared / np.maximum(sizes[:, None] + sizes[None, :] - shared, 1)
    np.fill_diagonal(similarity, 0)
    similarity[sizes < at_least] = 0
    return np.asarray(similarity.max(axis=1))


def tfidf(words: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return rows of length 1, in which rare words weigh more."""
    occurs = np.asarray(words.sum(axis=0)).ravel()
    weighed = sparse.csr_matrix(
        words @ sparse.diags(np.log((1 + words.shape[0]) / (1 + occurs)) + 1)
    )
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ weighed)


def _log_odds(count: FloatArray, alpha: FloatArray) -> FloatArray:
    total, prior = count.sum(), alpha.sum()
    return np.log((count + alpha) / (total + prior - count - alpha))
