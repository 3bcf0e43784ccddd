"""`train` compares kinds on held-out groups, keeps the better one, or trains the one it is told."""

from pathlib import Path

import numpy as np
import pytest
from support.labelled_files import QUICK, LabelledFiles

from ml.errors import TrainingDataError
from ml.store.loaded import load_model
from ml.store.manifest import Manifest
from ml.training.data.labelled import LabelledTracks, read_labelled_tracks
from ml.training.saving import save_trained
from ml.training.training import train


@pytest.fixture(scope="module")
def data(labelled_files: LabelledFiles) -> LabelledTracks:
    return read_labelled_tracks(labelled_files.features, labelled_files.labels)


@pytest.fixture(scope="module")
def boosted(data: LabelledTracks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boosted") / "model"
    save_trained(train(data, QUICK, kind="lightgbm"), data, QUICK, folder)
    return folder


def test_keeps_the_kind_with_the_least_log_loss(trained_model: Path) -> None:
    manifest = Manifest.read(trained_model)

    losses = {found.name: found.log_loss for found in manifest.validation.candidates}
    assert set(losses) == {"experts", "lightgbm"}
    assert losses[manifest.kind] == min(losses.values())


def test_trains_the_kind_that_it_is_told(boosted: Path) -> None:
    manifest = Manifest.read(boosted)

    assert manifest.kind == "lightgbm"
    assert [found.name for found in manifest.validation.candidates] == ["lightgbm"]
    assert manifest.lyric_rows == 0
    assert manifest.expected is not None
    card = (boosted / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "It decides by LightGBM alone" in card
    assert card.index("new artists") < card.index("## Figures by group")


def test_boosters_learn_the_genres(boosted: Path, data: LabelledTracks) -> None:
    found = load_model(boosted).model.predict(data.tracks)

    assert (found.best == data.truth).mean() > 0.8
    assert np.allclose(found.probabilities.sum(axis=1), 1)


def test_the_reasons_of_boosters_add_up(boosted: Path, data: LabelledTracks) -> None:
    model = load_model(boosted).model
    tracks = data.tracks.take(np.arange(3))
    log_odds = model.predict(tracks).log_odds

    for row, explanation in enumerate(model.explain(tracks, first=None)):
        total = explanation.baseline + sum(part.contribution for part in explanation.contributions)
        assert total == pytest.approx(explanation.log_odds)
        assert explanation.log_odds == pytest.approx(log_odds[row].max(), abs=1e-6)
        assert {part.feature for part in explanation.contributions} <= set(model.feature_names)


def test_boosters_predict_no_tracks(boosted: Path, data: LabelledTracks) -> None:
    model = load_model(boosted).model
    nothing = data.tracks.take(np.arange(0))

    assert model.predict(nothing).probabilities.shape == (0, 3)
    assert model.explain(nothing) == []


def test_refuses_a_kind_that_cannot_be_trained(data: LabelledTracks) -> None:
    with pytest.raises(TrainingDataError, match=r"'adapted' cannot be trained; choose from exp"):
        train(data, QUICK, kind="adapted")
