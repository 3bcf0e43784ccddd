"""Neighbours: which answers decided, and which tracks are alike."""

import numpy as np
import pytest
from support.answered_catalogue import GENRES, MadeUpCatalogue, make_catalogue

from ml.learning.answers import with_new_genres
from ml.learning.kernel_regression.learner import learn
from ml.learning.neighbours import deciding_answers, nearest


@pytest.fixture(scope="module")
def catalogue() -> MadeUpCatalogue:
    return make_catalogue()


def test_contributions_add_up_to_what_was_learnt(catalogue: MadeUpCatalogue) -> None:
    learnt = learn(catalogue.answers(np.arange(50)), GENRES)
    track = catalogue.candidates(np.array([100]))

    found = deciding_answers(learnt, track.embedding, 1, first=50)

    parent = learnt.trust.parent * with_new_genres(track.log_odds, 3)
    added = learnt.log_odds(track.embedding, track.log_odds) - parent
    assert sum(answer.contribution for answer in found) == pytest.approx(added[0, 1], abs=1e-4)


def test_the_largest_contribution_comes_first_and_names_its_answer(
    catalogue: MadeUpCatalogue,
) -> None:
    learnt = learn(catalogue.answers(np.arange(50)), GENRES)
    track = catalogue.candidates(np.array([100])).embedding

    found = deciding_answers(learnt, track, 0, first=3)

    sizes = [abs(answer.contribution) for answer in found]
    assert sizes == sorted(sizes, reverse=True)
    assert found[0].title == f"Song {found[0].track_id - 1}"
    assert found[0].genre == GENRES[catalogue.truth[found[0].track_id - 1]]


def test_a_track_resembles_itself_most(catalogue: MadeUpCatalogue) -> None:
    everything = catalogue.embedding

    found = nearest(
        learn(catalogue.answers(np.arange(0)), GENRES).kernel,
        everything.take(np.array([7])),
        everything,
        first=4,
    )

    assert found[0].index == 7
    assert found[0].similarity == pytest.approx(1, abs=1e-4)
    assert all(catalogue.truth[each.index] == catalogue.truth[7] for each in found)
