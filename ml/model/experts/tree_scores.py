"""Average the raw scores of the boosters that `ml.training.fits.trees` fitted, one for each fold.

Separate from the fitting, so that serving does not import scikit-learn.
"""

from collections.abc import Sequence

import lightgbm
import numpy as np

from ml.track import FloatMatrix


def mean_tree_scores(
    boosters: Sequence[lightgbm.Booster], numbers: FloatMatrix, genres: int, threads: int = 0
) -> FloatMatrix:
    """Return the mean raw scores of the boosters, shape (n_tracks, n_genres).

    `threads` is how many LightGBM may use; 0 for all cores.
    """
    total = np.zeros((len(numbers), genres))
    for booster in boosters:
        raw = booster.predict(numbers, raw_score=True, num_threads=threads)
        total += np.asarray(raw).reshape(total.shape)
    return total / len(boosters)
