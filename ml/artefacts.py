"""Save a model to a folder and load it: LightGBM text and JSON, no pickle, hashes checked."""

import json
import os
from pathlib import Path

import lightgbm

from ml.ensemble import GenreEnsemble
from ml.errors import ArtefactError, ArtefactMismatchError
from ml.features import FeatureSpec
from ml.manifest import Manifest, sha256_of
from ml.vocabulary import Vocabulary

VOCABULARY_FILE = "vocabulary.json"
DEFAULT_MODEL_DIR = Path(__file__).parent / "models" / "default"
"""The model that is shipped, so that the service starts without training."""


def fold_file(fold: int) -> str:
    """Return the name of the file of a fold model."""
    return f"fold_{fold}.txt"


def save_parameters(spec: FeatureSpec, folds: list[lightgbm.Booster], folder: Path) -> None:
    """Write every file of the model but the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps(spec.vocabulary.words, ensure_ascii=False)
    (folder / VOCABULARY_FILE).write_text(vocabulary + "\n", encoding="utf-8")
    for number, fold in enumerate(folds):
        fold.save_model(folder / fold_file(number))


def load_ensemble(folder: Path, *, threads: int = 0) -> GenreEnsemble:
    """Load a model, after checking every file against the manifest.

    Parameters
    ----------
    folder : Path
        As `genre train` wrote it.
    threads : int
        Cores that a prediction may use; 0 for all.

    Raises
    ------
    ArtefactMismatchError
        A file is missing, was changed, or does not fit the features.
    ArtefactError
        The manifest is missing or of another format.
    """
    manifest = Manifest.read(folder)
    for name, expected in manifest.files.items():
        _check_file(folder / name, expected)
    try:
        words = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        spec = FeatureSpec(Vocabulary(words))
        folds = [_load_fold(folder / name, threads) for name in _fold_names(manifest)]
    except (OSError, ValueError, lightgbm.basic.LightGBMError) as error:
        raise ArtefactError(f"The model in {folder} cannot be read: {error}") from error
    _check_features(spec, manifest, folds)
    return GenreEnsemble(manifest, spec, folds)


def _fold_names(manifest: Manifest) -> list[str]:
    return sorted(name for name in manifest.files if name.startswith("fold_"))


def _load_fold(path: Path, threads: int) -> lightgbm.Booster:
    fold = lightgbm.Booster(model_file=path)
    fold.params["num_threads"] = threads or os.cpu_count() or 1
    return fold


def _check_file(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ArtefactMismatchError(file=path.name, expected=f"sha256 {expected}", found="no file")
    found = sha256_of(path)
    if found != expected:
        raise ArtefactMismatchError(
            file=path.name, expected=f"sha256 {expected}", found=f"sha256 {found}"
        )


def _check_features(spec: FeatureSpec, manifest: Manifest, folds: list[lightgbm.Booster]) -> None:
    if spec.names != manifest.feature_names:
        raise ArtefactMismatchError(
            file=VOCABULARY_FILE,
            expected=f"the {len(manifest.feature_names)} features of the manifest, in order",
            found=f"{len(spec.names)} others",
        )
    for number, fold in enumerate(folds):
        found = (fold.num_feature(), fold.num_model_per_iteration())
        if found != (len(spec.names), len(manifest.genres)):
            raise ArtefactMismatchError(
                file=fold_file(number),
                expected=f"{len(spec.names)} features, {len(manifest.genres)} genres",
                found=f"{found[0]} and {found[1]}",
            )
