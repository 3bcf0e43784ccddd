"""Write a trained model to a folder, which appears complete or not at all."""

import importlib.metadata
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ml.store.artefacts import save_parameters
from ml.store.manifest import MANIFEST_FILE, Learnt, Manifest, content_version, sha256_of
from ml.store.model_card import render_card
from ml.training.labelled import LabelledTracks
from ml.training.lyric_rows import NO_LYRIC_ROWS, LyricRows
from ml.training.parameters import TrainingParameters
from ml.training.training import TrainedEnsemble

CARD_FILE = "MODEL_CARD.md"
"""The card travels with the model; the manifest has its figures, so it is in no hash."""
_LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "scipy")


def check_model_folder(folder: Path) -> None:
    """Refuse a folder that must not be replaced, before hours went into training.

    Raises
    ------
    FileExistsError
        `folder` is there and holds something else than a model.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).exists():
        raise FileExistsError(f"{folder} holds something else than a model.")


def save_ensemble(
    trained: TrainedEnsemble,
    data: LabelledTracks,
    parameters: TrainingParameters,
    folder: Path,
    lyrics: LyricRows = NO_LYRIC_ROWS,
) -> Manifest:
    """Write the model to `folder`; one that is there is replaced.

    Raises
    ------
    FileExistsError
        `folder` is there and holds something else than a model.
    """
    check_model_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        new = Path(staging) / "model"
        save_parameters(trained.spec, trained.fitted.scorer, new)
        manifest = _manifest(trained, data, parameters, lyrics, new)
        manifest.write(new)
        (new / CARD_FILE).write_text(render_card(manifest), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(staging) / "old")
        new.rename(folder)
    return manifest


def _manifest(
    trained: TrainedEnsemble,
    data: LabelledTracks,
    parameters: TrainingParameters,
    lyrics: LyricRows,
    folder: Path,
) -> Manifest:
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    return Manifest(
        version=content_version(files),
        trained_at=datetime.now(UTC).replace(microsecond=0),
        training_rows=len(data),
        lyric_rows=trained.lyric_rows,
        genre_rows=tuple(np.bincount(data.truth).tolist()),
        genres=data.genres,
        feature_names=trained.spec.names,
        feature_gains=tuple(np.round(trained.gains, 6).tolist()),
        uncertain_below=trained.uncertain_below,
        parameters=parameters.model_dump(),
        learnt=Learnt(
            lyrics_weight=trained.fitted.lyrics_weight,
            audio_weight=trained.fitted.audio_weight,
            tree_rounds=trained.fitted.tree_rounds,
            temperature=trained.fitted.scorer.temperature,
        ),
        library_versions={name: importlib.metadata.version(name) for name in _LIBRARIES},
        data_sha256={**data.sha256, **({"lyrics": lyrics.sha256} if lyrics.sha256 else {})},
        metrics=trained.metrics,
        validation=trained.validation,
        files=files,
    )
