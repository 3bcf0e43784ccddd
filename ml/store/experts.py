"""Files of the kind `experts`: LightGBM text, NumPy arrays and JSON, no pickle."""

import io
import json
from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.columns import NUMBER_COLUMNS
from ml.errors import ArtefactMismatchError
from ml.model.experts.audio_expert import AudioExpert
from ml.model.experts.ensemble import ExpertEnsemble
from ml.model.experts.features import WORD_PREFIX, FeatureSpec
from ml.model.experts.lyrics_expert import LyricsExpert
from ml.model.experts.scorer import GenreScorer
from ml.model.normal_scores import NormalScores
from ml.model.vocabulary import Vocabulary
from ml.store.manifest import MANIFEST_FILE, Manifest
from ml.store.parts import ModelParts

VOCABULARY_FILE = "vocabulary.json"
EXPERTS_FILE = "experts.npz"
_Array = npt.NDArray[Any]


def fold_file(fold: int) -> str:
    """Return the name of the file of a fold model."""
    return f"fold_{fold}.txt"


def experts_files(spec: FeatureSpec, scorer: GenreScorer) -> dict[str, bytes]:
    """Return the content of every file of a model, by name."""
    vocabulary = json.dumps(spec.vocabulary.words, ensure_ascii=False)
    arrays = io.BytesIO()
    np.savez(arrays, allow_pickle=False, **_to_arrays(scorer))
    folds = {
        fold_file(number): fold.model_to_string().encode()
        for number, fold in enumerate(scorer.boosters)
    }
    return {
        VOCABULARY_FILE: f"{vocabulary}\n".encode(),
        EXPERTS_FILE: arrays.getvalue(),
        **folds,
    }


def load_experts(parts: ModelParts) -> ExpertEnsemble:
    """Make a model of this kind.

    Raises
    ------
    ArtefactMismatchError
        The files do not fit the manifest or each other.
    """
    manifest, files = parts.manifest, parts.files
    vocabulary = Vocabulary(json.loads(files[VOCABULARY_FILE]))
    spec = FeatureSpec(vocabulary, _number_columns(manifest))
    boosters = [lightgbm.Booster(model_str=text) for text in _fold_texts(files)]
    with np.load(io.BytesIO(files[EXPERTS_FILE]), allow_pickle=False) as arrays:
        scorer = _from_arrays(dict(arrays), boosters, parts.threads)
    _check_features(spec, manifest, scorer)
    return ExpertEnsemble(manifest.version, manifest.genres, manifest.uncertain_below, spec, scorer)


def describe_experts(manifest: Manifest) -> str:
    """Say how such a model decides."""
    learnt = manifest.learnt
    return (
        "It decides by lyric words, title and audio features: softmax(temperature * (words + sound "
        "+ trees)) of a linear model of words, kernel machines on the sound, and LightGBM folds "
        "that correct both. Every genre has the same prior. "
        f"Weight of words {learnt['lyrics_weight']:.2f}, of sound {learnt['audio_weight']:.2f}; "
        f"{learnt['tree_rounds']} rounds of trees; temperature {learnt['temperature']:.2f}."
    )


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


def _fold_texts(files: Mapping[str, bytes]) -> list[str]:
    folds = sum(name.startswith("fold_") for name in files)
    return [files[fold_file(number)].decode() for number in range(folds)]


def _number_columns(manifest: Manifest) -> tuple[str, ...]:
    """Return the columns of numbers that the model was trained on, all of which are still read."""
    names = manifest.feature_names
    columns = tuple(name for name in names if not name.startswith(WORD_PREFIX))
    unknown = sorted(set(columns).difference(NUMBER_COLUMNS))
    if unknown:
        raise ArtefactMismatchError(
            file=MANIFEST_FILE, expected="columns of a track", found=", ".join(unknown)
        )
    return columns


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
