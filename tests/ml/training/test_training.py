"""Training: the same data give the same model, and what cannot be learnt from is named."""

from pathlib import Path

import numpy as np
import pytest
from support.labelled_files import QUICK, LabelledFiles, write_labelled_files

from ml.errors import TrainingDataError
from ml.model.experts.ensemble import ExpertEnsemble
from ml.store.folder import check_target
from ml.store.loaded import load_model
from ml.store.manifest import Manifest
from ml.training.data.labelled import LabelledTracks, read_labelled_tracks
from ml.training.data.lyric_rows import LyricRows, read_lyric_rows
from ml.training.parameters import TrainingParameters
from ml.training.saving import save_trained
from ml.training.training import TrainedModel, train


@pytest.fixture(scope="module")
def data(labelled_files: LabelledFiles) -> LabelledTracks:
    return read_labelled_tracks(labelled_files.features, labelled_files.labels)


@pytest.fixture(scope="module")
def lyrics(labelled_files: LabelledFiles, data: LabelledTracks) -> LyricRows:
    return read_lyric_rows(labelled_files.lyrics, data.genres)


@pytest.fixture(scope="module")
def shares() -> list[float]:
    """How far `trained` said it was."""
    return []


@pytest.fixture(scope="module")
def trained(data: LabelledTracks, lyrics: LyricRows, shares: list[float]) -> TrainedModel:
    """The contents of `trained_model`, trained again."""
    return train(data, QUICK, lambda stage, share: shares.append(share), lyrics=lyrics)


def test_the_same_data_and_seed_give_the_same_model(
    trained: TrainedModel,
    trained_model: Path,
    data: LabelledTracks,
    lyrics: LyricRows,
    tmp_path: Path,
) -> None:
    first = Manifest.read(trained_model)

    again = save_trained(trained, data, QUICK, tmp_path / "model", lyrics)

    assert again.version == first.version
    assert again.metrics == first.metrics
    assert again.validation == first.validation


def test_what_is_loaded_predicts_what_was_trained(
    trained: TrainedModel, trained_model: Path, data: LabelledTracks
) -> None:
    in_memory = ExpertEnsemble(
        "1", data.genres, trained.uncertain_below, trained.spec, trained.fitted.scorer
    )

    loaded = load_model(trained_model).model.predict(data.tracks).probabilities

    assert np.array_equal(loaded, in_memory.predict(data.tracks).probabilities)
    assert np.allclose(loaded.sum(axis=1), 1)


def test_two_genres_without_rows_of_words_are_enough(tmp_path: Path) -> None:
    files = write_labelled_files(tmp_path, genres=("metal", "folk"), tracks_per_genre=15)
    data = read_labelled_tracks(files.features, files.labels)

    manifest = save_trained(train(data, QUICK), data, QUICK, tmp_path / "model")
    found = load_model(tmp_path / "model").model.predict(data.tracks)

    assert manifest.genres == ("folk", "metal")
    assert manifest.lyric_rows == 0
    assert (found.best == data.truth).mean() > 0.9


def test_names_a_genre_with_too_few_tracks(data: LabelledTracks) -> None:
    few = data.take(np.flatnonzero((data.truth != 1) | (np.arange(len(data)) < 33)))

    with pytest.raises(TrainingDataError, match='"jazz and blues" has 3 tracks; at least 4'):
        train(few, QUICK)


def test_leaves_out_rows_of_words_of_other_genres(lyrics: LyricRows) -> None:
    assert list(lyrics.ignored) == ["punk"]
    assert len(lyrics) + lyrics.ignored["punk"] == 200


def test_tells_how_far_it_is(trained: TrainedModel, shares: list[float]) -> None:
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_feature_shares_are_shares(trained_model: Path) -> None:
    manifest = Manifest.read(trained_model)

    assert len(manifest.feature_gains) == len(manifest.feature_names)
    assert sum(manifest.feature_gains) == pytest.approx(1, abs=0.001)
    assert min(manifest.feature_gains) >= 0


def test_does_not_overwrite_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(FileExistsError, match="not a model folder"):
        check_target(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("folds = 1", "folds", id="too-small"),
        pytest.param("depth = 3", "depth", id="unknown"),
        pytest.param("folds = ", "not TOML", id="no-toml"),
    ],
)
def test_refuses_wrong_parameters(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "params.toml"
    path.write_text(text)

    with pytest.raises(TrainingDataError, match=problem):
        TrainingParameters.read(path)
