"""The ensemble shares its words, so that a learner does not have to count them again."""

import numpy as np
import pyarrow as pa
import pytest

from ml.columns import NUMBER_COLUMNS
from ml.model.genre_model import WordModel
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackTable


@pytest.fixture(scope="module")
def model() -> WordModel:
    model = load_model(SHIPPED_MODEL_DIR).model
    assert isinstance(model, WordModel)
    return model


def table(*tags: str) -> TrackTable:
    return TrackTable(
        lines=np.zeros(len(tags), np.int64),
        track_ids=np.arange(len(tags)),
        titles=pa.array([""] * len(tags), pa.string()),
        tags=pa.array(tags, pa.string()),
        numbers=np.zeros((len(tags), len(NUMBER_COLUMNS))),
    )


def test_the_words_of_a_track_come_with_its_prediction(model: WordModel) -> None:
    tracks = table("love,Night,love", "qqqq", "")

    predictions, words = model.predict_with_words(tracks)

    assert np.array_equal(predictions.probabilities, model.predict(tracks).probabilities)
    assert words.shape == (3, len(model.vocabulary))
    assert {model.vocabulary.words[column] for column in words[0].indices} == {"love", "night"}
    assert (words.data == 1).all()
    assert words[1:].nnz == 0


def test_no_tracks_have_no_words(model: WordModel) -> None:
    predictions, words = model.predict_with_words(table())

    assert predictions.probabilities.shape == (0, len(model.genres))
    assert words.shape == (0, len(model.vocabulary))
