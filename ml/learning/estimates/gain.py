"""What the next answers would bring: the reason to go on, or to stop.

Accuracy grows about with the logarithm of the number of answers, so that the second half of the
answers tells what the next ones are worth.
"""

import numpy as np

from ml.learning.answers import Candidates
from ml.learning.kernel_regression.learnt import Learnt


def next_gain(learnt: Learnt, earlier: Learnt, unanswered: Candidates, answers: int = 10) -> float:
    """Return the gain in accuracy to expect of further answers, 0 to 1.

    Parameters
    ----------
    learnt : Learnt
        From all answers.
    earlier : Learnt
        From the older half of them, at least one.
    unanswered : Candidates
        A random sample.
    answers : int
        How many further ones.
    """
    now = learnt.probabilities(unanswered.embedding, unanswered.log_odds)
    then = earlier.log_odds(unanswered.embedding, unanswered.log_odds).argmax(axis=1)
    # Both by what is known now: two separate estimates would also differ by their errors.
    gained = float((now.max(axis=1) - np.take_along_axis(now, then[:, None], axis=1)[:, 0]).mean())
    total = len(learnt.answered)
    per_logarithm = gained / np.log(total / len(earlier.answered))
    return float(per_logarithm * np.log1p(answers / total))
