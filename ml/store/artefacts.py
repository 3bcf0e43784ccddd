"""Load a model from its folder: LightGBM text, NumPy arrays and JSON, no pickle, hashes checked."""

import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.errors import ArtefactError, ArtefactMismatchError
from ml.model.audio_expert import AudioExpert
from ml.model.ensemble import GenreEnsemble
from ml.model.features import FeatureSpec
from ml.model.lyrics_expert import LyricsExpert
from ml.model.normal_scores import NormalScores
from ml.model.scorer import GenreScorer
from ml.model.vocabulary import Vocabulary
from ml.store.manifest import Manifest, sha256_of

VOCABULARY_FILE = "vocabulary.json"
EXPERTS_FILE = "experts.npz"
DEFAULT_MODEL_DIR = Path(__file__).parents[1] / "shipped"
"""The model that is shipped, so that the service starts without training."""
_Array = npt.NDArray[Any]


def fold_file(fold: int) -> str:
    """Return the name of the file of a fold model."""
    return f"fold_{fold}.txt"


def save_parameters(spec: FeatureSpec, scorer: GenreScorer, folder: Path) -> None:
    """Write every file of the model but the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps(spec.vocabulary.words, ensure_ascii=False)
    (folder / VOCABULARY_FILE).write_text(vocabulary + "\n", encoding="utf-8")
    for number, fold in enumerate(scorer.boosters):
        fold.save_model(folder / fold_file(number))
    np.savez(folder / EXPERTS_FILE, allow_pickle=False, **_to_arrays(scorer))


def load_ensemble(folder: Path, *, threads: int = 0) -> GenreEnsemble:
    """Load a model, after checking every file against the manifest.

    Parameters
    ----------
    folder : Path
        As `genre train` wrote it.
    threads : int
        Cores that the trees may use; 0 for all.

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
        boosters = [lightgbm.Booster(model_file=folder / name) for name in _fold_names(manifest)]
        with np.load(folder / EXPERTS_FILE, allow_pickle=False) as arrays:
            scorer = _from_arrays(dict(arrays), boosters, threads)
    except (OSError, ValueError, KeyError, lightgbm.basic.LightGBMError) as error:
        raise ArtefactError(f"The model in {folder} cannot be read: {error}") from error
    _check_features(spec, manifest, scorer)
    return GenreEnsemble(manifest, spec, scorer)


def _to_arrays(scorer: GenreScorer) -> dict[str, _Array]:
    arrays: dict[str, _Array] = {
        "squared_idf": scorer.lyrics.squared_idf,
        "tfidf_weights": scorer.lyrics.tfidf_weights,
        "count_weights": scorer.lyrics.count_weights,
        "bias": scorer.lyrics.bias,
        "temperature": np.array(scorer.temperature),
        "audio_experts": np.array(len(scorer.audio)),
    }
    for number, expert in enumerate(scorer.audio):
        arrays[f"columns_{number}"] = expert.columns
        arrays[f"knots_{number}"] = expert.normal.knots
        arrays[f"frequencies_{number}"] = expert.frequencies
        arrays[f"weights_{number}"] = expert.weights
    return arrays


def _from_arrays(
    arrays: dict[str, _Array], boosters: list[lightgbm.Booster], threads: int
) -> GenreScorer:
    names = ("squared_idf", "tfidf_weights", "count_weights", "bias")
    audio = [
        AudioExpert(
            columns=arrays[f"columns_{number}"],
            normal=NormalScores(arrays[f"knots_{number}"]),
            frequencies=arrays[f"frequencies_{number}"],
            weights=arrays[f"weights_{number}"],
        )
        for number in range(int(arrays["audio_experts"]))
    ]
    lyrics = LyricsExpert(**{name: arrays[name] for name in names})
    return GenreScorer(lyrics, audio, boosters, float(arrays["temperature"]), threads)


def _fold_names(manifest: Manifest) -> list[str]:
    folds = sum(name.startswith("fold_") for name in manifest.files)
    return [fold_file(number) for number in range(folds)]


def _check_file(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ArtefactMismatchError(file=path.name, expected=f"sha256 {expected}", found="no file")
    found = sha256_of(path)
    if found != expected:
        raise ArtefactMismatchError(
            file=path.name, expected=f"sha256 {expected}", found=f"sha256 {found}"
        )


def _check_features(spec: FeatureSpec, manifest: Manifest, scorer: GenreScorer) -> None:
    if spec.names != manifest.feature_names:
        raise ArtefactMismatchError(
            file=VOCABULARY_FILE,
            expected=f"the {len(manifest.feature_names)} features of the manifest, in order",
            found=f"{len(spec.names)} others",
        )
    words, genres = len(spec.vocabulary), len(manifest.genres)
    if scorer.lyrics.tfidf_weights.shape != (words, genres):
        raise ArtefactMismatchError(
            file=EXPERTS_FILE,
            expected=f"{words} words, {genres} genres",
            found=" and ".join(map(str, scorer.lyrics.tfidf_weights.shape)),
        )
    numbers = len(spec.names) - words
    for number, booster in enumerate(scorer.boosters):
        found = (booster.num_feature(), booster.num_model_per_iteration())
        if found != (numbers, genres):
            raise ArtefactMismatchError(
                file=fold_file(number),
                expected=f"{numbers} features, {genres} genres",
                found=f"{found[0]} and {found[1]}",
            )
