"""Ways to learn from answers and to choose questions: ours, and the one to beat."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from benchmarks.answered_catalogue import Catalogue, Rows
from ml.columns import NUMBER_COLUMNS
from ml.learning.kernel_regression.learner import learn
from ml.learning.questions import rank_questions
from ml.model.experts.audio_expert import TIMBRE_AND_MFCC_COLUMNS
from ml.model.normal_scores import NormalScores
from ml.track import FloatMatrix

BATCH = 10


class Ours:
    """`ml.learning` as it is shipped."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def probabilities(self, answered: Rows) -> FloatMatrix:
        """Return the probabilities of every track."""
        catalogue = self._catalogue
        learnt = learn(catalogue.answers(answered), catalogue.genres)
        return learnt.probabilities(catalogue.embedding, catalogue.log_odds)

    def questions(self, answered: Rows, askable: Rows) -> Rows:
        """Choose the next batch."""
        learnt = learn(self._catalogue.answers(answered), self._catalogue.genres)
        return askable[rank_questions(learnt, self._catalogue.candidates(askable), BATCH)]


class FixedWeights:
    """The method to beat: fixed kernel and weights, a temperature, and a product of criteria.

    Questions are those with the highest uncertainty x density x novelty.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        columns = [NUMBER_COLUMNS.index(column) for column in TIMBRE_AND_MFCC_COLUMNS]
        numbers = catalogue.numbers[:, columns]
        sound = NormalScores.fit(numbers).transform(numbers)
        squares = np.square(sound).sum(axis=1)
        distance = (squares[:, None] + squares - 2 * sound @ sound.T) / len(columns)
        words = catalogue.embedding.words
        self._kernel = 2 * np.exp(-0.6 * distance) + (words @ words.T).toarray()
        self._catalogue = catalogue

    def probabilities(self, answered: Rows) -> FloatMatrix:
        """Return the probabilities of every track."""
        log_odds, truth = self._catalogue.log_odds, self._catalogue.truth[answered]
        if len(answered) == 0:
            return np.asarray(softmax(log_odds, axis=1))
        residuals = np.eye(log_odds.shape[1])[truth] - softmax(log_odds, axis=1)[answered]
        own = self._kernel[np.ix_(answered, answered)] + 0.5 * np.eye(len(answered))
        inverse = np.linalg.inv(own)
        weights = inverse @ residuals
        held_out = residuals - weights / np.diag(inverse)[:, None]
        logits = 0.8 * log_odds + 6 * self._kernel[:, answered] @ weights
        factor = _temperature(0.8 * log_odds[answered] + 6 * held_out, truth)
        return np.asarray(softmax(factor * logits, axis=1))

    def questions(self, answered: Rows, askable: Rows) -> Rows:
        """Choose the next batch."""
        lengths = np.sqrt(np.diag(self._kernel))
        alike = self._kernel / lengths[:, None] / lengths
        unsure = 1 - self.probabilities(answered)[askable].max(axis=1)
        density = alike[np.ix_(askable, np.setdiff1d(askable, answered))].mean(axis=1)
        novelty = 1 - alike[np.ix_(askable, answered)].max(axis=1, initial=0)
        picked: list[int] = []
        for _ in range(BATCH):
            gain = np.where(np.isin(askable, [*answered, *picked]), -1, unsure * density * novelty)
            picked.append(int(askable[gain.argmax()]))
            novelty = np.minimum(novelty, 1 - alike[askable, picked[-1]])
        return np.array(picked)


def _temperature(logits: FloatMatrix, truth: Rows) -> float:
    rows = np.arange(len(truth))

    def loss(change: float) -> float:
        loss = -log_softmax(np.exp(change) * logits, axis=1)[rows, truth].sum()
        return float(loss + 2 * change**2)

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


Method = Ours | FixedWeights
