"""The kind `adapted`: what a person's answers taught a parent model, in one file of some kilobytes.

It is kept in the database rather than in a folder, so that every replica has it at once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from ml.errors import ArtefactError, ArtefactMismatchError
from ml.learning.adaptation import Adaptation
from ml.learning.adapted_model import AS_LIKELY_RIGHT, AdaptedModel
from ml.learning.estimates.forecast import Forecast
from ml.learning.reader import TrackReader
from ml.learning.stored import from_bytes, to_bytes
from ml.model.vocabulary import Vocabulary
from ml.store.manifest import AdaptationFigures, GenreMetrics, Manifest, Metrics, sha256_of
from ml.store.parts import ModelParts
from ml.track import FloatMatrix

AnyMetrics = TypeVar("AnyMetrics", bound=Metrics)
ADAPTED_KIND = "adapted"
ADAPTATION_FILE = "adaptation.npz"


def load_adapted(parts: ModelParts) -> AdaptedModel:
    """Make a model of this kind.

    Raises
    ------
    ArtefactError
        The parent is missing, or another one than the model learnt on.
    """
    manifest, parent = parts.manifest, parts.parent
    if parent is None:
        raise ArtefactError(f"Model {manifest.version} needs its parent {manifest.parent_version}.")
    adaptation = from_bytes(parts.files[ADAPTATION_FILE])
    if not adaptation.parent_version == manifest.parent_version == parent.version:
        raise ArtefactMismatchError(
            file=ADAPTATION_FILE,
            expected=f"parent {parent.version}",
            found=adaptation.parent_version,
        )
    if adaptation.genres != manifest.genres:
        raise ArtefactMismatchError(
            file=ADAPTATION_FILE,
            expected=f"{len(manifest.genres)} genres",
            found=f"{len(adaptation.genres)} others",
        )
    own = Vocabulary(adaptation.vocabulary) if adaptation.vocabulary else None
    return AdaptedModel(manifest.version, adaptation, TrackReader(parent, own))


def adapted_parts(
    version: str,
    adaptation: Adaptation,
    forecast: Forecast | None,
    parent: Manifest,
    figures: AdaptationFigures,
) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and the files of a learnt model.

    Parameters
    ----------
    version : str
    adaptation : Adaptation
    forecast : Forecast or None
        Expected on the unanswered tracks; without one, the figures of the parent stay.
    parent : Manifest
    figures : AdaptationFigures
    """
    content = to_bytes(adaptation)
    counts = adaptation.learnt.counts
    padded = (*parent.genre_rows, *[0] * (len(counts) - len(parent.genre_rows)))
    manifest = parent.model_copy(
        update={
            "kind": ADAPTED_KIND,
            "version": version,
            "parent_version": parent.version,
            "trained_at": datetime.now(UTC).replace(microsecond=0),
            "training_rows": parent.training_rows + sum(counts),
            "genre_rows": tuple(a + b for a, b in zip(padded, counts, strict=True)),
            "genres": adaptation.genres,
            "uncertain_below": AS_LIKELY_RIGHT,
            "learnt": {
                "parent_trust": adaptation.learnt.trust.parent,
                "answer_trust": adaptation.learnt.trust.answers,
                "points": len(adaptation.learnt.points),
            },
            "adaptation": figures,
            "files": {ADAPTATION_FILE: sha256_of(content)},
            **_expected(forecast, parent, adaptation.genres),
        }
    )
    return manifest, {ADAPTATION_FILE: content}


def describe_adapted(manifest: Manifest) -> str:
    """Say how such a model decides, for its card."""
    return (
        f"Model `{manifest.parent_version}` decides first. Its mistakes on the answered tracks are "
        "regressed on a kernel over sound and words, and the result is added to the log-odds of "
        "every track: one that resembles answered tracks is corrected as they were."
    )


def _expected(
    forecast: Forecast | None, parent: Manifest, genres: Sequence[str]
) -> Mapping[str, object]:
    """Replace the figures of the parent by what to expect on the unanswered tracks."""
    if forecast is None:
        expected = parent.expected and _padded(parent.expected, len(genres))
        metrics = _padded(parent.metrics, len(genres))
        return {"metrics": metrics, "expected": expected, "independent": None}
    metrics = Metrics(
        accuracy=forecast.accuracy,
        macro_f1=forecast.macro_f1,
        log_loss=forecast.log_loss,
        ece=parent.headline.ece,
        confusion_matrix=_whole(forecast.confusion),
    )
    scores = tuple(
        GenreMetrics(
            genre=genre,
            precision=forecast.precision[number],
            recall=forecast.recall[number],
            f1=forecast.f1[number],
            tracks=round(float(forecast.confusion[number].sum())),
        )
        for number, genre in enumerate(genres)
    )
    intervals = {**parent.headline_intervals, "accuracy": forecast.interval}
    validation = parent.validation.model_copy(
        update={"intervals": intervals, "genres": scores, "comparisons": (), "candidates": ()}
    )
    return {
        "metrics": metrics,
        "validation": validation,
        "expected": None,
        "independent": None,
    }


def _whole(counts: FloatMatrix) -> list[list[int]]:
    """Round expected counts so that their sum stays, up where most is left over."""
    whole = np.floor(counts).astype(int)
    missing = round(float(counts.sum())) - int(whole.sum())
    largest = np.argsort(-(counts - whole), axis=None, kind="stable")[:missing]
    whole.flat[largest] += 1
    return [[int(count) for count in row] for row in whole]


def _padded(metrics: AnyMetrics, genres: int) -> AnyMetrics:
    """Return metrics whose confusion matrix has a row and a column for each genre."""
    found = np.array(metrics.confusion_matrix)
    matrix = np.zeros((genres, genres), dtype=int)
    matrix[: len(found), : len(found)] = found
    return metrics.model_copy(update={"confusion_matrix": matrix.tolist()})
