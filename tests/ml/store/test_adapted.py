"""Models learnt from answers: kept as parts, loaded on their parent, described by a card."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ml.errors import ArtefactError, ArtefactMismatchError
from ml.learning.adaptation import Adaptation, adapt
from ml.learning.adapted_model import AdaptedModel
from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder
from ml.learning.estimates.forecast import forecast_figures
from ml.learning.reader import TrackReader
from ml.reading.tracks_csv import read_tracks
from ml.sampling.generator import write_sample_csv
from ml.store.adapted import ADAPTATION_FILE, adapted_parts
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import LoadedModel, load_model, make_model
from ml.store.manifest import AdaptationFigures, Manifest
from ml.store.model_card import render_card
from ml.store.parts import ModelParts
from ml.track import TrackTable

TAUGHT = "polka"


@pytest.fixture(scope="module")
def tracks() -> TrackTable:
    stream = io.StringIO()
    write_sample_csv(stream, rows=120, seed=3)
    (chunk,) = read_tracks(io.BytesIO(stream.getvalue().encode()))
    return chunk.tracks


@pytest.fixture(scope="module")
def parent() -> LoadedModel:
    return load_model(SHIPPED_MODEL_DIR, threads=1)


@pytest.fixture(scope="module")
def adaptation(parent: LoadedModel, tracks: TrackTable) -> Adaptation:
    """Learnt from 40 answers; every fourth names a genre that the parent never knew."""
    reader = TrackReader.fit(parent.model, tracks)
    read = reader.read(tracks)
    embedder = Embedder.fit(read.numbers, read.words)
    places = embedder.embed(read.numbers, read.words)
    genres = (*parent.model.genres, TAUGHT)
    truth = read.log_odds.argmax(axis=1)
    truth[::4] = len(genres) - 1
    rows = np.arange(40)
    titles = tuple(tracks.titles.take(rows).to_pylist())
    answers = Answers(
        places.take(rows), read.log_odds[rows], truth[rows], tracks.track_ids[rows], titles
    )
    rest = np.arange(40, len(tracks))
    unanswered = Candidates(places.take(rest), read.log_odds[rest], tracks.track_ids[rest])
    return adapt(answers, unanswered, genres, embedder, parent_version=parent.version)


@pytest.fixture(scope="module")
def parts(parent: LoadedModel, adaptation: Adaptation, tracks: TrackTable) -> ModelParts:
    model = AdaptedModel("any", adaptation, TrackReader.fit(parent.model, tracks))
    worth = adaptation.worth
    assert worth is not None
    rest = np.arange(40, len(tracks))
    forecast = forecast_figures(model.predict(tracks.take(rest)).probabilities, worth)
    figures = AdaptationFigures(
        answers=40,
        answers_by_genre={"folk": 30, TAUGHT: 10},
        learnt_until=datetime(2026, 11, 24, 12, tzinfo=UTC),
        accuracy_before=worth.before,
        accuracy_after=worth.after,
        interval=worth.interval,
        next_ten_gain=0.012,
        catalogue_tracks=80,
        changed_tracks=11,
    )
    manifest, files = adapted_parts("abc123", adaptation, forecast, parent.manifest, figures)
    return ModelParts(manifest, files, parent=parent.model)


def test_stored_parts_predict_as_the_model_did(
    parts: ModelParts, parent: LoadedModel, adaptation: Adaptation, tracks: TrackTable
) -> None:
    before = AdaptedModel("any", adaptation, TrackReader.fit(parent.model, tracks))

    manifest = Manifest.model_validate_json(parts.manifest.to_json())
    loaded = make_model(ModelParts(manifest, parts.files, parent=parent.model))

    found = loaded.model.predict(tracks)
    assert loaded.version == "abc123"
    assert found.genres == (*parent.model.genres, TAUGHT)
    assert_array_equal(found.probabilities, before.predict(tracks).probabilities)
    assert_allclose(found.probabilities.sum(axis=1), 1)


def test_no_tracks_are_no_predictions(parts: ModelParts, tracks: TrackTable) -> None:
    none = make_model(parts).model.predict(tracks.take(np.array([], dtype=np.intp)))

    assert none.probabilities.shape == (0, 9)


def test_contributions_add_up_and_name_answered_tracks(
    parts: ModelParts, tracks: TrackTable
) -> None:
    model = make_model(parts).model
    one = tracks.take(np.array([50]))

    (explanation,) = model.explain(one, genres=["folk"], first=None)

    logs = np.log(model.predict(one).probabilities[0])
    assert explanation.log_odds == pytest.approx(logs[model.genres.index("folk")] - logs.mean())
    total = sum(reason.contribution for reason in explanation.contributions)
    assert total + explanation.baseline == pytest.approx(explanation.log_odds)
    answers = [each for each in explanation.contributions if each.feature.startswith("answer=")]
    ids = {f"answer={key}" for key in tracks.track_ids[:40]}
    assert {each.feature for each in answers} <= ids
    assert all(each.value.endswith(")") for each in answers)


def test_a_taught_genre_is_explained_by_answers_alone(
    parts: ModelParts, tracks: TrackTable
) -> None:
    one = tracks.take(np.array([50]))

    (explanation,) = make_model(parts).model.explain(one, genres=[TAUGHT], first=None)

    assert explanation.contributions
    assert all(each.feature.startswith("answer=") for each in explanation.contributions)


def test_needs_its_own_parent(parts: ModelParts, parent: LoadedModel) -> None:
    with pytest.raises(ArtefactError, match="needs its parent"):
        make_model(ModelParts(parts.manifest, parts.files))

    other = parts.manifest.model_copy(update={"parent_version": "another"})
    with pytest.raises(ArtefactMismatchError, match="expected parent"):
        make_model(ModelParts(other, parts.files, parent=parent.model))


def test_damaged_file_is_refused(parts: ModelParts, parent: LoadedModel) -> None:
    content = bytearray(parts.files[ADAPTATION_FILE])
    content[len(content) // 2] ^= 1

    with pytest.raises(ArtefactMismatchError, match="sha256"):
        make_model(
            ModelParts(parts.manifest, {ADAPTATION_FILE: bytes(content)}, parent=parent.model)
        )


def test_figures_are_expected_ones_and_the_card_leads_with_them(parts: ModelParts) -> None:
    manifest = parts.manifest
    figures = manifest.adaptation
    assert figures is not None

    card = render_card(manifest)

    assert manifest.metrics.accuracy == figures.accuracy_after
    assert np.array(manifest.metrics.confusion_matrix).shape == (9, 9)
    assert abs(np.array(manifest.metrics.confusion_matrix).sum() - 80) < 10
    assert card.startswith("# Model abc123\n\nLearnt from 40 answers on top of model")
    assert f"**{figures.accuracy_after:.2f}**" in card
    assert f"| {TAUGHT} | 10 |" in card
