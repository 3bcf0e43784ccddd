"""Tracks with only words, only sound, or gaps: what decides; whole tracks are untouched."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from ml.basis import BOTH, MAX_GAPS, SOUND, WORDS, find_basis
from ml.columns import NUMBER_COLUMNS, SOUND_COLUMNS
from ml.model.experts.ensemble import ExpertEnsemble
from ml.sampling.generator import sample_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackTable, concat_tables, with_basis

TEMPO = NUMBER_COLUMNS.index("tempo")
VECT_1 = NUMBER_COLUMNS.index("vect_1")


@pytest.fixture(scope="module")
def ensemble() -> ExpertEnsemble:
    model = load_model(SHIPPED_MODEL_DIR).model
    assert isinstance(model, ExpertEnsemble)
    return model


@pytest.fixture(scope="module")
def whole() -> TrackTable:
    sample = sample_tracks(SampleStatistics.load(), 12, 9)
    return TrackTable(
        lines=np.zeros(len(sample), dtype=np.int64),
        track_ids=sample["trackID"].to_numpy(),
        titles=pa.array(sample["title"].tolist(), pa.string()),
        tags=pa.array(sample["tags"].tolist(), pa.string()),
        numbers=sample[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64),
    )


def no_sound(tracks: TrackTable) -> TrackTable:
    return with_basis(replace(tracks, numbers=np.full_like(tracks.numbers, np.nan)))


def no_words(tracks: TrackTable) -> TrackTable:
    blank = pa.array([""] * len(tracks))
    return with_basis(replace(tracks, titles=blank, tags=blank))


def with_gap(tracks: TrackTable, column: int) -> TrackTable:
    numbers = tracks.numbers.copy()
    numbers[:, column] = np.nan
    return with_basis(replace(tracks, numbers=numbers))


def test_a_whole_table_has_no_basis(whole: TrackTable) -> None:
    assert with_basis(whole).basis is None


@pytest.mark.parametrize(
    ("gaps", "basis"), [(MAX_GAPS, BOTH), (MAX_GAPS + 1, WORDS)], ids=["few", "many"]
)
def test_counts_gaps_of_sound(whole: TrackTable, gaps: int, basis: int) -> None:
    numbers = whole.numbers.copy()
    numbers[:, [NUMBER_COLUMNS.index(column) for column in SOUND_COLUMNS[:gaps]]] = np.nan

    assert set(find_basis(whole.titles, whole.tags, numbers)) == {basis}


def test_words_alone_decide_without_sound(ensemble: ExpertEnsemble, whole: TrackTable) -> None:
    other = replace(whole, numbers=whole.numbers[::-1].copy())

    found = ensemble.predict(no_sound(whole)).probabilities

    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found == ensemble.predict(no_sound(other)).probabilities).all()


def test_sound_alone_decides_without_words(ensemble: ExpertEnsemble, whole: TrackTable) -> None:
    tracks = no_words(whole)
    assert tracks.basis is not None
    assert set(tracks.basis) == {SOUND}

    found = ensemble.predict(tracks).probabilities

    assert found.sum(axis=1) == pytest.approx(1)
    assert (found.argmax(axis=1) != ensemble.predict(whole).best).any()


def test_less_to_go_on_means_less_confidence(ensemble: ExpertEnsemble, whole: TrackTable) -> None:
    confident = ensemble.predict(whole).confidence.mean()

    assert ensemble.predict(no_sound(whole)).confidence.mean() < confident
    assert ensemble.predict(no_words(whole)).confidence.mean() < confident


def test_a_missing_number_is_the_median(ensemble: ExpertEnsemble, whole: TrackTable) -> None:
    (expert,) = ensemble.scorer.audio[:1]
    place = expert.columns.tolist().index(VECT_1)
    numbers = whole.numbers.copy()
    numbers[:, VECT_1] = expert.normal.knots[len(expert.normal.knots) // 2, place]
    # Both lack the tempo, so that neither asks the trees.
    filled = with_gap(replace(whole, numbers=numbers), TEMPO)

    found = ensemble.predict(with_gap(with_gap(whole, TEMPO), VECT_1))

    assert found.probabilities == pytest.approx(ensemble.predict(filled).probabilities)


def test_whole_tracks_beside_partial_ones_are_as_ever(
    ensemble: ExpertEnsemble, whole: TrackTable
) -> None:
    mixed = concat_tables([no_words(whole), whole, no_sound(whole)])

    found = ensemble.predict(mixed).probabilities

    assert (found[12:24] == ensemble.predict(whole).probabilities).all()
    assert found[:12] == pytest.approx(ensemble.predict(no_words(whole)).probabilities)
    assert found[24:] == pytest.approx(ensemble.predict(no_sound(whole)).probabilities)


@pytest.mark.parametrize("lacking", [no_sound, no_words, lambda tracks: with_gap(tracks, VECT_1)])
def test_explanations_of_partial_tracks_add_up(
    ensemble: ExpertEnsemble, whole: TrackTable, lacking: object
) -> None:
    assert callable(lacking)
    tracks = lacking(whole)
    logs = np.log(ensemble.predict(tracks).probabilities)
    expected = (logs - logs.mean(axis=1, keepdims=True)).max(axis=1)

    found = ensemble.explain(tracks, first=None)

    for explanation, value in zip(found, expected, strict=True):
        total = sum(part.contribution for part in explanation.contributions)
        assert explanation.baseline + total == pytest.approx(value, abs=1e-4)
        assert not any(part.value == "nan" for part in explanation.contributions)
