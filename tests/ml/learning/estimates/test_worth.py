"""Estimates of accuracy on tracks that nobody answered."""

from dataclasses import replace

import numpy as np
import pytest
from support.answered_catalogue import GENRES, MadeUpCatalogue, make_catalogue

from ml.learning.adaptation import Adaptation, adapt


@pytest.fixture(scope="module")
def catalogue() -> MadeUpCatalogue:
    return make_catalogue(400)


def _adapt(catalogue: MadeUpCatalogue, answers: int) -> Adaptation:
    return adapt(
        catalogue.answers(np.arange(answers)),
        catalogue.candidates(np.arange(answers, len(catalogue))),
        GENRES,
        catalogue.embedder,
        parent_version="1",
    )


def test_nothing_is_estimated_below_twenty_answers(catalogue: MadeUpCatalogue) -> None:
    found = _adapt(catalogue, 19)

    assert found.worth is None
    assert found.next_ten_gain is None
    assert _adapt(catalogue, 20).worth is not None


def test_the_estimates_are_near_the_truth(catalogue: MadeUpCatalogue) -> None:
    found = _adapt(catalogue, 60)

    rest = catalogue.candidates(np.arange(60, 400))
    truth = catalogue.truth[60:]
    after = found.learnt.log_odds(rest.embedding, rest.log_odds).argmax(axis=1) == truth
    before = rest.log_odds.argmax(axis=1) == truth
    assert found.worth is not None
    assert found.worth.after == pytest.approx(after.mean(), abs=0.1)
    assert found.worth.before == pytest.approx(before.mean(), abs=0.1)
    assert found.worth.interval[0] <= after.mean() <= found.worth.interval[1]


def test_more_answers_narrow_the_interval(catalogue: MadeUpCatalogue) -> None:
    few, many = _adapt(catalogue, 30).worth, _adapt(catalogue, 150).worth

    assert few is not None
    assert many is not None
    assert np.diff(many.interval) < np.diff(few.interval)
    assert 0 <= few.interval[0] <= few.after <= few.interval[1] <= 1


def test_the_next_answers_bring_less_and_less(catalogue: MadeUpCatalogue) -> None:
    early, late = _adapt(catalogue, 24).next_ten_gain, _adapt(catalogue, 200).next_ten_gain

    assert early is not None
    assert late is not None
    assert early > late >= 0
    assert late < 0.005


def test_the_shares_of_the_genres_sum_to_one(catalogue: MadeUpCatalogue) -> None:
    worth = _adapt(catalogue, 40).worth

    assert worth is not None
    assert sum(genre.share for genre in worth.by_genre) == pytest.approx(1)
    assert [genre.genre for genre in worth.by_genre] == list(GENRES)
    assert sum(genre.answers for genre in worth.by_genre) == 40


def test_no_unanswered_tracks_leave_nothing_to_estimate(catalogue: MadeUpCatalogue) -> None:
    found = adapt(
        catalogue.answers(np.arange(30)),
        catalogue.candidates(np.arange(0)),
        GENRES,
        catalogue.embedder,
        parent_version="1",
    )

    assert found.worth is None


def test_words_of_an_unknown_vocabulary_do_not_matter(catalogue: MadeUpCatalogue) -> None:
    """A track without a known word is placed by sound alone."""
    wordless = replace(catalogue, words=catalogue.words * 0)
    wordless.words.eliminate_zeros()

    found = _adapt(wordless, 60)

    assert found.worth is not None
    assert found.worth.after > found.worth.before
