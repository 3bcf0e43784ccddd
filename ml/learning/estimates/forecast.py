"""What to expect on the unanswered tracks, from calibrated probabilities alone.

If a probability means what it says, a track that is predicted as folk and has 0.3 for pop adds 0.3
to the cell (pop, folk) of the expected confusion matrix. All other figures follow from it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.learning.estimates.worth import Worth
from ml.track import FloatMatrix

_SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected figures on tracks like the unanswered ones.

    Attributes
    ----------
    accuracy, macro_f1 : float
        0 to 1.
    log_loss : float
        Mean entropy of the probabilities, in nats.
    interval : tuple of float
        95 % interval of the accuracy.
    confusion : float64 array, shape (n_genres, n_genres)
        Expected tracks: true genres in rows, predicted ones in columns.
    precision, recall, f1 : tuple of float, shape (n_genres,)
        0 for a genre that is never predicted.
    """

    accuracy: float
    macro_f1: float
    log_loss: float
    interval: tuple[float, float]
    confusion: FloatMatrix
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]


def forecast_figures(probabilities: FloatMatrix, worth: Worth) -> Forecast:
    """Expect figures on tracks with these probabilities.

    Parameters
    ----------
    probabilities : float64 array, shape (n_tracks, n_genres)
        Calibrated; of at least one track.
    worth : Worth
        Its accuracy and interval are taken over.
    """
    genres = probabilities.shape[1]
    predicted = np.eye(genres)[probabilities.argmax(axis=1)]
    confusion = probabilities.T @ predicted
    right = np.diag(confusion)
    precision = _ratio(right, confusion.sum(axis=0))
    recall = _ratio(right, confusion.sum(axis=1))
    f1 = _ratio(2 * precision * recall, precision + recall)
    entropy = -(probabilities * np.log(np.maximum(probabilities, _SMALLEST))).sum(axis=1)
    return Forecast(
        accuracy=worth.after,
        macro_f1=float(f1.mean()),
        log_loss=float(entropy.mean()),
        interval=worth.interval,
        confusion=confusion,
        precision=tuple(precision.tolist()),
        recall=tuple(recall.tolist()),
        f1=tuple(f1.tolist()),
    )


def _ratio(
    part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
