"""Files of the kind `lightgbm`: LightGBM text, NumPy arrays and JSON, no pickle."""

import io
import json

import lightgbm
import numpy as np

from ml.errors import ArtefactMismatchError
from ml.model.boosted.boosted_model import BoostedModel
from ml.model.boosted.boosted_scorer import BoostedScorer
from ml.model.boosted.boosted_table import BoostedTable
from ml.model.experts.features import FeatureSpec
from ml.model.vocabulary import Vocabulary
from ml.store.manifest import Manifest
from ml.store.parts import ModelParts

BOOSTED_KIND = "lightgbm"
VOCABULARY_FILE = "vocabulary.json"
TABLE_FILE = "table.npz"
COLUMNS_FILE = "columns.json"


def boosted_files(spec: FeatureSpec, scorer: BoostedScorer) -> dict[str, bytes]:
    """Return the content of every file of a model, by name."""
    table, arrays = scorer.table, io.BytesIO()
    np.savez(
        arrays,
        allow_pickle=False,
        numbers=table.numbers,
        words=table.words,
        idf=table.idf,
        temperature=np.array(scorer.temperature),
    )
    boosters = {
        _booster_file(number): booster.model_to_string().encode()
        for number, booster in enumerate(scorer.boosters)
    }
    return {
        VOCABULARY_FILE: _json(spec.vocabulary.words),
        COLUMNS_FILE: _json(spec.columns),
        TABLE_FILE: arrays.getvalue(),
        **boosters,
    }


def load_boosted(parts: ModelParts) -> BoostedModel:
    """Make a model of this kind.

    Raises
    ------
    ArtefactMismatchError
        The files do not fit the manifest or each other.
    """
    manifest, files = parts.manifest, parts.files
    columns = tuple(map(str, json.loads(files[COLUMNS_FILE])))
    spec = FeatureSpec(Vocabulary(json.loads(files[VOCABULARY_FILE])), columns)
    with np.load(io.BytesIO(files[TABLE_FILE]), allow_pickle=False) as arrays:
        table = BoostedTable(columns, arrays["numbers"], arrays["words"], arrays["idf"])
        temperature = float(arrays["temperature"])
    count = sum(name.startswith("booster_") for name in files)
    texts = (files[_booster_file(number)].decode() for number in range(count))
    boosters = [lightgbm.Booster(model_str=text) for text in texts]
    scorer = BoostedScorer(table, boosters, temperature, parts.threads)
    model = BoostedModel(manifest.version, manifest.genres, manifest.uncertain_below, spec, scorer)
    _check(model, manifest)
    return model


def describe_boosted(manifest: Manifest) -> str:
    """Say how such a model decides."""
    learnt = manifest.learnt
    return (
        "It decides by LightGBM alone: trees on chosen numbers, on numbers made from them, and on "
        f"words of tags and title by TF-IDF. The scores of {learnt['boosters']} boosters, each "
        "trained without one fold, are averaged. Every genre has the same prior. "
        f"{learnt['rounds']:.0f} rounds of trees on average; temperature "
        f"{learnt['temperature']:.2f}."
    )


def _booster_file(number: int) -> str:
    return f"booster_{number}.txt"


def _json(names: tuple[str, ...]) -> bytes:
    return f"{json.dumps(names, ensure_ascii=False)}\n".encode()


def _check(model: BoostedModel, manifest: Manifest) -> None:
    if model.feature_names != manifest.feature_names:
        raise ArtefactMismatchError(
            file=TABLE_FILE,
            expected=f"the {len(manifest.feature_names)} features of the manifest, in order",
            found=f"{len(model.feature_names)} others",
        )
    expected = (len(manifest.feature_names), len(manifest.genres))
    for number, booster in enumerate(model.scorer.boosters):
        found = (booster.num_feature(), booster.num_model_per_iteration())
        if found != expected:
            raise ArtefactMismatchError(
                file=_booster_file(number),
                expected=f"{expected[0]} features, {expected[1]} genres",
                found=f"{found[0]} and {found[1]}",
            )
