"""Train the ensemble: four stratified folds of LightGBM, scored on the tracks each did not see."""

import importlib.metadata
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
from scipy import sparse
from sklearn.model_selection import StratifiedKFold

from ml.artefacts import save_parameters
from ml.errors import TrainingDataError
from ml.features import FeatureSpec
from ml.labelled import LabelledTracks
from ml.manifest import Manifest, Metrics, content_version, sha256_of
from ml.metrics import score
from ml.vocabulary import Vocabulary

FOLDS = 4
Progress = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class TrainingParameters:
    """What `genre train` can be told; the defaults suit some hundred tracks."""

    seed: int = 20261123
    rounds: int = 200
    learning_rate: float = 0.05
    leaves: int = 8
    min_tracks_per_leaf: int = 10
    feature_fraction: float = 0.2
    min_tracks_per_word: int = 5


@dataclass(frozen=True, slots=True)
class TrainedEnsemble:
    """What a training run gives: the parts of the model and its held-out score."""

    spec: FeatureSpec
    folds: list[lightgbm.Booster]
    metrics: Metrics


def train(
    data: LabelledTracks,
    parameters: TrainingParameters,
    progress: Progress = lambda *_: None,
) -> TrainedEnsemble:
    """Fit the fold models; the same data and seed give the same model.

    Raises
    ------
    TrainingDataError
        A genre has fewer tracks than there are folds.
    """
    _check_fold_sizes(data)
    words = Vocabulary.fit(data.tracks.tags, min_tracks=parameters.min_tracks_per_word)
    spec = FeatureSpec(words)
    features = spec.build(data.tracks)
    held_out = np.zeros((len(data), len(data.genres)))
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=parameters.seed)
    folds = []
    for number, (fit, rest) in enumerate(splitter.split(features, data.truth)):
        progress(f"fold {number + 1} of {FOLDS}", number / FOLDS)
        fold = _fit_fold(features[fit], data.truth[fit], len(data.genres), parameters, number)
        held_out[rest] = np.asarray(fold.predict(features[rest]))
        folds.append(fold)
    progress("done", 1.0)
    return TrainedEnsemble(spec, folds, score(held_out, data.truth))


def _check_fold_sizes(data: LabelledTracks) -> None:
    for genre, count in zip(data.genres, np.bincount(data.truth), strict=True):
        if count < FOLDS:
            raise TrainingDataError(
                f'Genre "{genre}" has {count} tracks; at least {FOLDS}, one per fold, are needed.'
            )


def _fit_fold(
    features: sparse.csr_matrix,
    truth: np.ndarray,
    genres: int,
    parameters: TrainingParameters,
    number: int,
) -> lightgbm.Booster:
    settings = {
        "objective": "multiclass",
        "num_class": genres,
        "learning_rate": parameters.learning_rate,
        "num_leaves": parameters.leaves,
        "min_data_in_leaf": parameters.min_tracks_per_leaf,
        "feature_fraction": parameters.feature_fraction,
        "seed": parameters.seed + number,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(features, truth), parameters.rounds)


def save_ensemble(trained: TrainedEnsemble, data: LabelledTracks, folder: Path) -> Manifest:
    """Write the model to `folder`, which appears complete or not at all.

    Raises
    ------
    FileExistsError
        `folder` is there and holds something else than a model.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "manifest.json").exists():
        raise FileExistsError(f"{folder} holds something else than a model.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        new = Path(staging) / "model"
        save_parameters(trained.spec, trained.folds, new)
        manifest = _manifest(trained, data, new)
        manifest.write(new)
        if folder.exists():
            shutil.move(folder, Path(staging) / "old")
        new.rename(folder)
    return manifest


def _manifest(trained: TrainedEnsemble, data: LabelledTracks, folder: Path) -> Manifest:
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    gains = sum(np.asarray(fold.feature_importance("gain")) for fold in trained.folds)
    return Manifest(
        version=content_version(files),
        trained_at=datetime.now(UTC).replace(microsecond=0),
        training_rows=len(data),
        genres=data.genres,
        feature_names=trained.spec.names,
        feature_gains=tuple(np.round(gains / np.sum(gains), 6).tolist()),
        library_versions={
            name: importlib.metadata.version(name) for name in ("lightgbm", "numpy", "scipy")
        },
        data_sha256=data.sha256,
        metrics=trained.metrics,
        files=files,
    )
