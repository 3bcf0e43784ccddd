"""Learn to score genres by words alone: the mean of three linear models.

A logistic regression over TF-IDF, one over naive-Bayes ratios (Wang and Manning, "Baselines and
Bigrams", ACL 2012) and naive Bayes itself with the evidence divided by the square root of the
length. Separate from `ml.model.experts.lyrics_expert` so that serving does not import scikit-learn.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from ml.model.experts.lyrics_expert import FloatArray, LyricsExpert, Truth
from ml.track import FloatMatrix

_RATIO_SMOOTHING = 1.0
_BAYES_SMOOTHING = 0.5
_MAX_ITERATIONS = 200
_TOLERANCE = 1e-3


def blend(experts: Sequence[LyricsExpert], factors: Sequence[float]) -> LyricsExpert:
    """Return the expert whose scores are the sum of those of `experts` times `factors`."""
    parts = list(zip(experts, factors, strict=True))
    return LyricsExpert(
        squared_idf=experts[0].squared_idf,
        tfidf_weights=np.sum([e.tfidf_weights * f for e, f in parts], axis=0, dtype=np.float32),
        count_weights=np.sum([e.count_weights * f for e, f in parts], axis=0, dtype=np.float32),
        bias=np.sum([e.bias * f for e, f in parts], axis=0),
    )


def fit_lyrics_experts(
    incidence: sparse.csr_matrix, truth: Truth, genres: int, *, tfidf_c: float, ratio_c: float
) -> list[LyricsExpert]:
    """Fit the three models as separate experts, so that they can be scaled and blended.

    Parameters
    ----------
    incidence : CSR matrix of ones, shape (n_texts, n_words)
    truth : int array, shape (n_texts,)
    genres : int
        How many there are; a genre without texts gets no evidence.
    tfidf_c, ratio_c : float
        Inverse regularisation of the two logistic regressions.
    """
    words = sparse.csr_matrix(incidence, dtype=np.float64)
    occurs = np.asarray(words.sum(axis=0)).ravel()
    idf = np.log((1 + words.shape[0]) / (1 + occurs)) + 1
    counts = np.vstack([np.asarray(words[truth == g].sum(axis=0)) for g in range(genres)])
    nothing = np.zeros((words.shape[1], genres))
    tfidf, tfidf_bias = _fit_tfidf(words, idf, truth, genres, tfidf_c)
    ratio, ratio_bias = _fit_ratios(words, counts, truth, ratio_c)
    bayes, no_bias = _bayes_weights(counts), np.zeros(genres)
    return [
        _expert(idf, tfidf, nothing, tfidf_bias),
        _expert(idf, nothing, ratio, ratio_bias),
        _expert(idf, nothing, bayes, no_bias),
    ]


def _expert(
    idf: FloatArray, tfidf: FloatMatrix, count: FloatMatrix, bias: FloatArray
) -> LyricsExpert:
    return LyricsExpert(
        squared_idf=(idf**2).astype(np.float32),
        tfidf_weights=_centred(tfidf).astype(np.float32),
        count_weights=_centred(count).astype(np.float32),
        bias=bias - bias.mean(),
    )


def _fit_tfidf(
    words: sparse.csr_matrix, idf: FloatArray, truth: Truth, genres: int, c: float
) -> tuple[FloatMatrix, FloatArray]:
    model = _regression(c).fit(_unit_rows(sparse.csr_matrix(words @ sparse.diags(idf))), truth)
    weights, bias = np.zeros((words.shape[1], genres)), np.zeros(genres)
    if len(model.classes_) == 2:  # one row of coefficients, for the second class
        half = np.array([-0.5, 0.5])
        weights[:, model.classes_] = np.outer(model.coef_[0], half)
        bias[model.classes_] = half * model.intercept_[0]
    else:
        weights[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return idf[:, None] * weights, bias


def _fit_ratios(
    words: sparse.csr_matrix, counts: FloatMatrix, truth: Truth, c: float
) -> tuple[FloatMatrix, FloatArray]:
    rows = _unit_rows(words)
    weights, bias = np.zeros(counts.T.shape), np.zeros(len(counts))
    for genre, count in enumerate(counts):
        own = count + _RATIO_SMOOTHING
        other = counts.sum(axis=0) - count + _RATIO_SMOOTHING
        ratio = np.log(own / own.sum()) - np.log(other / other.sum())
        if not (truth == genre).any():
            continue
        model = _regression(c).fit(rows @ sparse.diags(ratio), truth == genre)
        weights[:, genre] = ratio * model.coef_[0]
        bias[genre] = model.intercept_[0]
    return weights, bias


def _bayes_weights(counts: FloatMatrix) -> FloatMatrix:
    smooth = counts + _BAYES_SMOOTHING
    return np.asarray(np.log(smooth / smooth.sum(axis=1, keepdims=True)).T)


def _regression(c: float) -> LogisticRegression:
    return LogisticRegression(
        C=c, max_iter=_MAX_ITERATIONS, tol=_TOLERANCE, class_weight="balanced"
    )


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ matrix)


def _centred(weights: FloatMatrix) -> FloatMatrix:
    return np.asarray(weights - weights.mean(axis=1, keepdims=True))
