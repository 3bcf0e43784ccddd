"""Score genre probabilities against known genres."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)

from ml.store.manifest import GenreMetrics, Metrics
from ml.track import FloatMatrix

ECE_BINS = 10


def score(probabilities: FloatMatrix, truth: npt.NDArray[np.intp]) -> Metrics:
    """Score the probabilities of some tracks.

    Parameters
    ----------
    probabilities : float64 array, shape (n_tracks, n_genres)
        Each row sums to 1.
    truth : int array, shape (n_tracks,)
        Column of the correct genre.

    Returns
    -------
    Metrics
        Accuracy, macro-F1 and expected calibration error between 0 and 1, log loss in nats, and
        the confusion matrix with a row for each true genre.
    """
    genres = np.arange(probabilities.shape[1])
    guess = probabilities.argmax(axis=1)
    return Metrics(
        accuracy=float((guess == truth).mean()),
        macro_f1=float(f1_score(truth, guess, average="macro", labels=genres, zero_division=0)),
        log_loss=float(log_loss(truth, probabilities, labels=genres)),
        ece=expected_calibration_error(probabilities, truth),
        confusion_matrix=confusion_matrix(truth, guess, labels=genres).tolist(),
    )


def score_genres(
    probabilities: FloatMatrix, truth: npt.NDArray[np.intp], genres: tuple[str, ...]
) -> tuple[GenreMetrics, ...]:
    """Return precision, recall and F1 of each genre; 0 where they are undefined."""
    columns = np.arange(len(genres))
    guess = probabilities.argmax(axis=1)
    scores = precision_recall_fscore_support(truth, guess, labels=columns, zero_division=0)
    return tuple(
        GenreMetrics(genre=genre, precision=precision, recall=recall, f1=f1, tracks=tracks)
        for genre, precision, recall, f1, tracks in zip(
            genres, *(column.tolist() for column in scores), strict=True
        )
    )


def expected_calibration_error(
    probabilities: FloatMatrix, truth: npt.NDArray[np.intp], bins: int = ECE_BINS
) -> float:
    """Return the mean distance between confidence and accuracy over bins of equal width.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017; bins are weighted by their
    number of tracks.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == truth
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, weights=confidence - correct, minlength=bins)
    return float(np.abs(gap).sum() / len(truth))
