"""Write a trained model of any kind to a folder."""

import importlib.metadata
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ml.columns import NUMBER_COLUMNS
from ml.store.folder import write_model
from ml.store.manifest import Manifest, content_version, sha256_of
from ml.store.profile import TrainingProfile
from ml.training.data.labelled import LabelledTracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, LyricRows
from ml.training.parameters import TrainingParameters
from ml.training.training import TrainedModel

_LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "scipy")


def save_trained(
    trained: TrainedModel,
    data: LabelledTracks,
    parameters: TrainingParameters,
    folder: Path,
    lyrics: LyricRows = NO_LYRIC_ROWS,
) -> Manifest:
    """Write the model to `folder`, replacing the model that is there.

    Raises
    ------
    FileExistsError
        `folder` exists, is not empty and holds no model.
    """
    files = trained.fitted.files(trained.spec)
    hashes = {name: sha256_of(content) for name, content in sorted(files.items())}
    manifest = _manifest(trained, data, parameters, lyrics, hashes)
    write_model(folder, manifest, files)
    return manifest


def _manifest(
    trained: TrainedModel,
    data: LabelledTracks,
    parameters: TrainingParameters,
    lyrics: LyricRows,
    files: dict[str, str],
) -> Manifest:
    return Manifest(
        kind=trained.kind,
        version=content_version(files),
        trained_at=datetime.now(UTC).replace(microsecond=0),
        training_rows=len(data),
        lyric_rows=trained.lyric_rows,
        genre_rows=tuple(np.bincount(data.truth).tolist()),
        genres=data.genres,
        feature_names=trained.fitted.feature_names(trained.spec),
        feature_gains=tuple(np.round(trained.gains, 6).tolist()),
        uncertain_below=trained.uncertain_below,
        parameters=parameters.model_dump(),
        learnt=dict(trained.fitted.learnt),
        library_versions={name: importlib.metadata.version(name) for name in _LIBRARIES},
        data_sha256={**data.sha256, **({"lyrics": lyrics.sha256} if lyrics.sha256 else {})},
        metrics=trained.metrics,
        validation=trained.validation,
        expected=trained.expected,
        training_profile=TrainingProfile.of(data.tracks.numbers, NUMBER_COLUMNS),
        files=files,
    )
