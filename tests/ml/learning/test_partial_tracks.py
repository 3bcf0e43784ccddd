"""A learned model on tracks that lack words or sound: its parent decides alone."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import softmax

from ml.columns import NUMBER_COLUMNS
from ml.learning.adaptation import adapt
from ml.learning.adapted_model import AdaptedModel
from ml.learning.answers import Answers, Candidates, with_new_genres
from ml.learning.embedding import Embedder
from ml.learning.reader import TrackReader
from ml.sampling.generator import sample_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackTable, concat_tables, with_basis


@pytest.fixture(scope="module")
def whole() -> TrackTable:
    sample = sample_tracks(SampleStatistics.load(), 60, 9)
    return TrackTable(
        lines=np.zeros(len(sample), dtype=np.int64),
        track_ids=sample["trackID"].to_numpy(),
        titles=pa.array(sample["title"].tolist(), pa.string()),
        tags=pa.array(sample["tags"].tolist(), pa.string()),
        numbers=sample[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64),
    )


@pytest.fixture(scope="module")
def learned(whole: TrackTable) -> AdaptedModel:
    parent = load_model(SHIPPED_MODEL_DIR).model
    reader = TrackReader.fit(parent, whole)
    read = reader.read(whole)
    embedder = Embedder.fit(read.numbers, read.words)
    places = embedder.embed(read.numbers, read.words)
    genres = (*parent.genres, "polka")
    truth = np.arange(30) % len(genres)
    adaptation = adapt(
        Answers(
            embedding=places.take(np.arange(30)),
            log_odds=read.log_odds[:30],
            truth=truth,
            track_ids=whole.track_ids[:30],
            titles=tuple(whole.titles.to_pylist()[:30]),
        ),
        Candidates(places.take(np.arange(30, 60)), read.log_odds[30:], whole.track_ids[30:]),
        genres,
        embedder,
        parent_version=parent.version,
    )
    return AdaptedModel("learned", adaptation, reader)


def without_sound(tracks: TrackTable) -> TrackTable:
    return with_basis(replace(tracks, numbers=np.full_like(tracks.numbers, np.nan)))


def test_the_parent_decides_on_partial_tracks(learned: AdaptedModel, whole: TrackTable) -> None:
    words = without_sound(whole)
    parent = learned.parent.predict(words).log_odds

    found = learned.predict(concat_tables([words, whole])).probabilities

    assert learned.takes_partial
    assert found[:60] == pytest.approx(softmax(with_new_genres(parent, 9), axis=1))
    assert found[60:] == pytest.approx(learned.predict(whole).probabilities)


def test_explains_partial_tracks_by_the_parent(learned: AdaptedModel, whole: TrackTable) -> None:
    words = without_sound(whole)

    partial, other = learned.explain(concat_tables([words, whole]), first=None)[0::60]

    assert {part.feature.split("=")[0] for part in partial.contributions} == {"word"}
    assert any(part.feature.startswith("answer=") for part in other.contributions)
