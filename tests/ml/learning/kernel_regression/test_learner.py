"""Learning from answers: better than the parent, safe with few, and open to new genres."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.answered_catalogue import GENRES, MadeUpCatalogue, make_catalogue

from ml.learning.answers import Answers, with_new_genres
from ml.learning.kernel_regression import learner
from ml.learning.kernel_regression.learner import learn


@pytest.fixture(scope="module")
def catalogue() -> MadeUpCatalogue:
    return make_catalogue()


def _accuracy(catalogue: MadeUpCatalogue, answers: int) -> float:
    learnt = learn(catalogue.answers(np.arange(answers)), GENRES)
    rest = catalogue.candidates(np.arange(100, len(catalogue)))
    found = learnt.probabilities(rest.embedding, rest.log_odds).argmax(axis=1)
    return float((found == catalogue.truth[100:]).mean())


def test_answers_make_the_other_tracks_right(catalogue: MadeUpCatalogue) -> None:
    parent = float((catalogue.log_odds.argmax(axis=1) == catalogue.truth)[100:].mean())

    assert _accuracy(catalogue, 30) > parent + 0.1
    assert _accuracy(catalogue, 100) > 0.95


def test_probabilities_sum_to_one(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(40)), GENRES)

    probabilities = learnt.probabilities(catalogue.embedding, catalogue.log_odds)

    assert probabilities.shape == (len(catalogue), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_no_answers_leave_every_prediction_as_it_is(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(0)), GENRES)

    found = learnt.log_odds(catalogue.embedding, catalogue.log_odds)

    assert_array_equal(found.argmax(axis=1), catalogue.log_odds.argmax(axis=1))


def test_one_answer_changes_few_other_tracks(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(1)), GENRES)

    found = learnt.log_odds(catalogue.embedding, catalogue.log_odds).argmax(axis=1)

    assert (found != catalogue.log_odds.argmax(axis=1)).mean() < 0.1


def test_the_same_answers_give_the_same_result(catalogue: MadeUpCatalogue) -> None:
    rows = np.arange(60)

    one, other = (learn(catalogue.answers(rows), GENRES) for _ in range(2))

    assert_array_equal(one.weights, other.weights)
    assert one.trust == other.trust


def test_a_track_answered_often_and_in_two_ways_breaks_nothing(
    catalogue: MadeUpCatalogue,
) -> None:
    once = catalogue.answers(np.repeat(np.arange(20), 5))
    divided = Answers(
        once.embedding,
        once.log_odds,
        np.where(np.arange(100) % 5 == 0, (once.truth + 1) % 3, once.truth),
        once.track_ids,
        once.titles,
    )

    learnt = learn(divided, GENRES)

    tracks = catalogue.answers(np.arange(20))
    found = learnt.probabilities(tracks.embedding, tracks.log_odds)
    assert np.isfinite(found).all()
    assert (found.argmax(axis=1) == tracks.truth).mean() > 0.9  # four to one


def test_a_new_genre_is_predicted_from_five_answers_on() -> None:
    catalogue = make_catalogue(400, genres=4)
    of_new = np.flatnonzero(catalogue.truth == 3)
    answered = np.concatenate([np.flatnonzero(catalogue.truth != 3)[:15], of_new[:5]])

    learnt = learn(catalogue.answers(answered), (*GENRES, "fado"))

    rest = catalogue.others(answered)
    candidates = catalogue.candidates(rest)
    found = learnt.probabilities(candidates.embedding, candidates.log_odds).argmax(axis=1)
    assert learnt.counts[3] == 5
    assert (found == 3)[catalogue.truth[rest] == 3].mean() > 0.5
    assert (found == 3)[catalogue.truth[rest] != 3].mean() < 0.1


def test_a_new_genre_never_wins_without_answers() -> None:
    log_odds = np.random.default_rng(3).standard_normal((50, 3)) * 3

    extended = with_new_genres(log_odds, 5)

    assert extended.shape == (50, 5)
    assert_array_equal(extended.argmax(axis=1), log_odds.argmax(axis=1))


def test_many_answers_are_kept_as_few_points_that_decide_alike(
    catalogue: MadeUpCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = catalogue.answers(np.arange(180))
    exact = learn(answers, GENRES)
    monkeypatch.setattr(learner, "MAX_POINTS", 90)

    reduced = learn(answers, GENRES)

    rest = catalogue.candidates(np.arange(180, len(catalogue)))
    one, other = (each.probabilities(rest.embedding, rest.log_odds) for each in (exact, reduced))
    assert len(reduced.points) == 90
    assert len(reduced.answered) == sum(reduced.counts) == 180
    assert (one.argmax(axis=1) == other.argmax(axis=1)).mean() > 0.95
    assert np.abs(one - other).mean() < 0.03


def test_points_keep_a_rare_genre(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = make_catalogue()
    rows = np.concatenate(
        [np.flatnonzero(catalogue.truth != 2), np.flatnonzero(catalogue.truth == 2)[:4]]
    )
    monkeypatch.setattr(learner, "MAX_POINTS", 40)

    learnt = learn(catalogue.answers(rows), GENRES)

    assert (learnt.points.truth == 2).any()
