"""What to expect of the parent alone, which a learnt model should beat."""

import numpy as np
from scipy.special import softmax

from ml.learning.answers import Answers, Candidates, with_new_genres
from ml.learning.kernel_regression.trust import Trust


def expect_of_parent(answers: Answers, unanswered: Candidates, genres: int) -> float:
    """Return the parent's accuracy on the unanswered tracks by its own confidence, 0 to 1.

    Its temperature is fitted to the answers and nothing else is learnt from them. `Worth.before`
    judges the parent by what was learnt: by that, no learnt model is ever the worse one.

    Parameters
    ----------
    answers : Answers
    unanswered : Candidates
        At least one.
    genres : int
        How many there are, those of the parent and the new ones.
    """
    log_odds = with_new_genres(answers.log_odds, genres)
    alone = Trust.typical(0).fit(log_odds, np.zeros_like(log_odds), answers.truth)
    logits = alone.parent * with_new_genres(unanswered.log_odds, genres)
    return float(softmax(logits, axis=1).max(axis=1).mean())
