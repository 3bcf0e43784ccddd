"""What new artists bring: made-up strangers, whose sound and words are both left out."""

import numpy as np
import pytest
from support.labelled_files import QUICK, LabelledFiles

from ml.store.manifest import FIRST_KIND
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import read_lyric_rows
from ml.training.data.training_set import TrainingSet
from ml.training.fits.preparation import prepare
from ml.training.scores.candidates import METHODS
from ml.training.scores.held_out import HeldOut
from ml.training.scores.strangers import expect, fit_temperature, leave_out_parts, meet_strangers


@pytest.fixture(scope="module")
def known(labelled_files: LabelledFiles) -> TrainingSet:
    data = read_labelled_tracks(labelled_files.features, labelled_files.labels)
    return prepare(data, read_lyric_rows(labelled_files.lyrics, data.genres), QUICK)[1]


@pytest.fixture(scope="module")
def strangers(known: TrainingSet) -> HeldOut:
    return meet_strangers(known, QUICK, METHODS[FIRST_KIND].fit_with(QUICK))


def with_groups(known: TrainingSet, groups: np.ndarray) -> TrainingSet:
    return TrainingSet(
        known.features, known.truth, known.texts, known.text_truth, known.genres, groups=groups
    )


def test_each_genre_is_cut_in_two_and_never_left_out_whole(known: TrainingSet) -> None:
    parts = leave_out_parts(known, QUICK)

    for genre in range(known.genres):
        assert len(np.unique(parts[known.truth == genre])) == 2
    for part in np.unique(parts):
        assert set(known.truth[parts != part]) == set(range(known.genres))


def test_known_groups_are_left_out_whole(known: TrainingSet) -> None:
    groups = known.truth * 5 + np.arange(len(known)) % 5

    parts = leave_out_parts(with_groups(known, groups), QUICK)

    assert len(np.unique(parts)) == 5
    for group in np.unique(groups):
        assert len(np.unique(parts[groups == group])) == 1


def test_there_are_as_many_strangers_of_every_genre(strangers: HeldOut) -> None:
    counts = np.bincount(strangers.truth)

    assert len(counts) == 3
    assert set(counts) == {counts[0]}


def test_the_temperature_lowers_the_log_loss_of_strangers(
    known: TrainingSet, strangers: HeldOut
) -> None:
    temperature = fit_temperature(strangers, len(known), guess=1.0)

    fitted = strangers.at(temperature).metrics()

    assert fitted.log_loss <= strangers.at(temperature * 2).metrics().log_loss
    assert fitted.log_loss <= strangers.at(temperature / 2).metrics().log_loss
    assert fitted.accuracy == strangers.at(1.0).metrics().accuracy


def test_the_interval_holds_the_expected_accuracy(strangers: HeldOut) -> None:
    expected = expect(strangers, ("a", "b", "c"))

    right = sum(row[number] for number, row in enumerate(expected.confusion_matrix))
    assert right / sum(map(sum, expected.confusion_matrix)) == pytest.approx(expected.accuracy)
    assert 0 <= expected.low <= expected.accuracy <= expected.high <= 1
    assert expected.parts == 6
    assert [score.genre for score in expected.genres] == ["a", "b", "c"]


def test_without_rows_of_words_tracks_keep_their_own(known: TrainingSet) -> None:
    no_texts = np.zeros(len(known.text_truth), dtype=np.bool_)

    found = meet_strangers(known.take_texts(no_texts), QUICK, METHODS[FIRST_KIND].fit_with(QUICK))

    assert len(np.unique(found.scores[found.truth == 0], axis=0)) <= (known.truth == 0).sum()
