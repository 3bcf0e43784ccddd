"""The manifest of a model folder: what the model is, and which files make it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ml.errors import ArtefactError

MANIFEST_FILE = "manifest.json"
FORMAT = 2
"""Raised when a folder of the old kind can no longer be read."""


class Metrics(BaseModel):
    """How good the model is on held-out tracks, as the model card defines it."""

    model_config = ConfigDict(frozen=True)

    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float
    confusion_matrix: list[list[int]]


class GenreMetrics(BaseModel):
    """How well one genre is told from the others."""

    model_config = ConfigDict(frozen=True)

    genre: str
    precision: float
    recall: float
    f1: float
    tracks: int


class CalibrationBin(BaseModel):
    """Held-out predictions of about the same confidence: `share` of all, and how many are right."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    accuracy: float
    share: float


class LearningPoint(BaseModel):
    """The score of a model that learnt from `tracks` tracks."""

    model_config = ConfigDict(frozen=True)

    tracks: int
    accuracy: float
    log_loss: float


class Comparison(BaseModel):
    """The score of something else than the model as it is validated, for the card."""

    model_config = ConfigDict(frozen=True)

    name: str
    accuracy: float
    macro_f1: float
    log_loss: float


class Validation(BaseModel):
    """How the metrics came about, and what else the held-out predictions tell.

    All is nested: what a fold scores was seen by no part of the model that scores it.
    """

    model_config = ConfigDict(frozen=True)

    groups: int
    folds: int
    repeats: int
    intervals: dict[str, tuple[float, float]]
    """95 % interval of accuracy, macro_f1, log_loss and ece: bootstrap over groups in genres."""
    genres: tuple[GenreMetrics, ...]
    calibration: tuple[CalibrationBin, ...]
    learning_curve: tuple[LearningPoint, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


class Learnt(BaseModel):
    """What the fit chose: weights of the experts, rounds of the trees, the temperature."""

    model_config = ConfigDict(frozen=True)

    lyrics_weight: float
    audio_weight: float
    tree_rounds: int
    temperature: float


class Manifest(BaseModel):
    """Everything about a model but its parameters; `version` is a hash of the rest."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    version: str
    trained_at: datetime
    training_rows: int
    lyric_rows: int = 0
    """Rows of words alone that were learnt from as well."""
    genre_rows: tuple[int, ...]
    """Labelled tracks of each genre."""
    genres: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_gains: tuple[float, ...]
    """Share of each feature in the decisions: mean size of its contribution; they sum to 1."""
    uncertain_below: float
    """A prediction with less confidence is as likely wrong as right."""
    parameters: dict[str, float | int]
    learnt: Learnt
    library_versions: dict[str, str]
    data_sha256: dict[str, str]
    metrics: Metrics
    validation: Validation
    files: dict[str, str]
    """sha256 of each other file of the folder, by name."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the manifest of `folder`.

        Raises
        ------
        ArtefactError
            There is none, it cannot be read, or another format wrote it.
        """
        path = folder / MANIFEST_FILE
        try:
            manifest = cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ArtefactError(f"No model in {folder}: {error.strerror}.") from error
        except ValidationError as error:
            raise ArtefactError(f"{path} is not a manifest: {error}") from error
        if manifest.format != FORMAT:
            raise ArtefactError(f"{path} has format {manifest.format}; {FORMAT} is needed.")
        return manifest

    def write(self, folder: Path) -> None:
        """Write the manifest into `folder`."""
        (folder / MANIFEST_FILE).write_text(self.model_dump_json(indent=1) + "\n")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_version(files: Mapping[str, str]) -> str:
    """Name a model after its files: the same training gives the same version."""
    text = json.dumps(dict(sorted(files.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
