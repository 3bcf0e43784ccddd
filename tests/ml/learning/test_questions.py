"""Questions: never of an answered track, spread out, and about what is unsure."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.answered_catalogue import GENRES, MadeUpCatalogue, make_catalogue

from ml.learning.kernel_regression.learner import learn
from ml.learning.questions import MAX_CANDIDATES, rank_questions


@pytest.fixture(scope="module")
def catalogue() -> MadeUpCatalogue:
    return make_catalogue()


def test_an_answered_track_is_never_asked(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(0, 240, 2)), GENRES)

    asked = rank_questions(learnt, catalogue.candidates(np.arange(240)), 1_000)

    assert_array_equal(np.sort(asked), np.arange(1, 240, 2))


def test_a_batch_is_spread_over_the_catalogue(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(0)), GENRES)

    asked = rank_questions(learnt, catalogue.candidates(np.arange(240)), 12)

    alike = learnt.kernel.similarity(catalogue.embedding, catalogue.embedding)
    of_batch = alike[np.ix_(asked, asked)][np.triu_indices(12, 1)]
    assert of_batch.max() < np.quantile(alike, 0.95)


def test_copies_of_a_track_are_asked_once(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(0)), GENRES)
    copies = catalogue.candidates(np.repeat(np.arange(40), 5))

    asked = rank_questions(learnt, copies, 10)

    assert len(np.unique(asked // 5)) == 10


def test_chosen_answers_teach_more_than_random_ones(catalogue: MadeUpCatalogue) -> None:
    everything = catalogue.candidates(np.arange(240))

    def accuracy(rows: np.ndarray) -> float:
        learnt = learn(catalogue.answers(rows), GENRES)
        found = learnt.log_odds(everything.embedding, everything.log_odds).argmax(axis=1)
        return float((found == catalogue.truth).mean())

    chosen = rank_questions(learn(catalogue.answers(np.arange(0)), GENRES), everything, 12)
    draw = np.random.default_rng(1)
    by_chance = [accuracy(draw.choice(240, 12, replace=False)) for _ in range(5)]
    assert accuracy(chosen) > np.mean(by_chance)


def test_too_many_candidates_are_refused(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(0)), GENRES)
    many = catalogue.candidates(np.zeros(MAX_CANDIDATES + 1, dtype=np.intp))

    with pytest.raises(ValueError, match="at most"):
        rank_questions(learnt, many, 1)
