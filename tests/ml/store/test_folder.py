"""A model folder: no pickle, hashes checked, the shipped one loads fast."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.columns import AUDIO_COLUMNS, METADATA_COLUMNS, NUMBER_COLUMNS
from ml.errors import ArtefactError, ArtefactMismatchError
from ml.model.experts.ensemble import ExpertEnsemble
from ml.reading.tracks_csv import read_all_tracks
from ml.sampling.generator import write_sample_csv
from ml.store.experts import EXPERTS_FILE
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.store.manifest import Manifest, content_version, sha256_of
from ml.track import TrackTable


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> TrackTable:
    path = tmp_path_factory.mktemp("tracks") / "tracks.csv"
    write_sample_csv(path, rows=300, seed=3)
    with path.open("rb") as file:
        return read_all_tracks(file).tracks


@pytest.fixture
def copy(trained_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_model, tmp_path / "copy"))


@pytest.mark.parametrize("name", ["fold_1.txt", "vocabulary.json", EXPERTS_FILE])
def test_refuses_a_changed_file(copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b"\n")

    with pytest.raises(ArtefactMismatchError, match=name):
        load_model(copy)


def test_refuses_a_missing_file(copy: Path) -> None:
    (copy / EXPERTS_FILE).unlink()

    with pytest.raises(ArtefactMismatchError, match="no file"):
        load_model(copy)


def test_never_loads_a_pickle(copy: Path) -> None:
    """A folder whose hashes are right may still be made to mislead."""
    np.savez(copy / EXPERTS_FILE, allow_pickle=True, temperature=np.array([print], dtype=object))
    manifest = Manifest.read(copy)
    files = {**manifest.files, EXPERTS_FILE: sha256_of((copy / EXPERTS_FILE).read_bytes())}
    manifest.model_copy(update={"files": files, "version": content_version(files)}).write(copy)

    with pytest.raises(ArtefactError, match="cannot be read"):
        load_model(copy)


def test_no_file_of_the_shipped_model_holds_a_pickle() -> None:
    names = {path.suffix for path in SHIPPED_MODEL_DIR.iterdir()}

    assert names <= {".txt", ".json", ".npz", ".md"}
    with np.load(SHIPPED_MODEL_DIR / EXPERTS_FILE, allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "if" for array in arrays.values())


def test_the_shipped_model_keeps_no_training_row() -> None:
    """What it stores of sound is of fixed size: quantiles, drawn frequencies, weights of waves."""
    loaded = load_model(SHIPPED_MODEL_DIR)
    rows, ensemble = loaded.manifest.training_rows, loaded.model

    assert isinstance(ensemble, ExpertEnsemble)

    for expert in ensemble.scorer.audio:
        assert expert.normal.knots.shape[0] == 33
        assert rows not in (*expert.frequencies.shape, *expert.weights.shape)


def test_the_shipped_model_loads_and_predicts_in_a_second(tracks: TrackTable) -> None:
    start = time.process_time()

    found = load_model(SHIPPED_MODEL_DIR).model.predict(tracks)

    assert time.process_time() - start < 1
    assert found.probabilities.shape == (len(tracks), len(found.genres))
    assert np.allclose(found.probabilities.sum(axis=1), 1)
    assert (found.probabilities > 0).all()


def test_predicts_a_track_alike_alone_and_among_others(tracks: TrackTable) -> None:
    model = load_model(SHIPPED_MODEL_DIR).model

    together = model.predict(tracks).probabilities[:3]
    alone = [model.predict(tracks.take(np.array([row]))).probabilities[0] for row in range(3)]

    assert np.allclose(together, alone, atol=1e-6)


def test_predicts_no_tracks(tracks: TrackTable) -> None:
    found = load_model(SHIPPED_MODEL_DIR).model.predict(tracks.take(np.array([], dtype=np.intp)))

    assert found.probabilities.shape == (0, len(found.genres))


def test_a_model_trained_before_a_column_was_added_predicts_the_same(
    trained_model: Path, tracks: TrackTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_model(trained_model).model.predict(tracks).probabilities
    columns = (*METADATA_COLUMNS, "a_new_column", *AUDIO_COLUMNS)
    for module in ("ml.track", "ml.store.experts"):
        monkeypatch.setattr(f"{module}.NUMBER_COLUMNS", columns)
    position = columns.index("a_new_column")
    wider = replace(tracks, numbers=np.insert(tracks.numbers, position, np.nan, axis=1))

    model = load_model(trained_model).model

    np.testing.assert_array_equal(model.predict(wider).probabilities, before)
    assert "a_new_column" not in model.feature_names
    assert model.explain(wider.take(np.array([0])))[0].contributions


def test_refuses_a_model_trained_on_a_column_that_no_track_has(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = tuple(name for name in NUMBER_COLUMNS if name != "tempo")
    monkeypatch.setattr("ml.store.experts.NUMBER_COLUMNS", columns)

    with pytest.raises(ArtefactMismatchError, match="tempo"):
        load_model(copy)
