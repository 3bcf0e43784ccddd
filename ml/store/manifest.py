"""The manifest of a model: what it is, how good it is, and which files it consists of."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ml.errors import ArtefactError
from ml.store.profile import TrainingProfile

MANIFEST_FILE = "manifest.json"
FORMAT = 2
"""Goes up when older manifests can no longer be read."""
FIRST_KIND = "experts"
"""The kind of a manifest that names none: those were written when there was only one."""


class Metrics(BaseModel):
    """How good the model is on held-out tracks, as the model card defines it."""

    model_config = ConfigDict(frozen=True)

    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float
    confusion_matrix: list[list[int]]


class GenreMetrics(BaseModel):
    """How well the model tells one genre from the others."""

    model_config = ConfigDict(frozen=True)

    genre: str
    precision: float
    recall: float
    f1: float
    tracks: int


class CalibrationBin(BaseModel):
    """Held-out predictions of similar confidence: their `share` of all, and how many are right."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    accuracy: float
    share: float


class LearningPoint(BaseModel):
    """The score of a model trained on `tracks` tracks."""

    model_config = ConfigDict(frozen=True)

    tracks: int
    accuracy: float
    log_loss: float


class Comparison(BaseModel):
    """The score of an alternative to the model, for the card."""

    model_config = ConfigDict(frozen=True)

    name: str
    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float | None = None


class Expected(Metrics):
    """What to expect on artists that the model has not heard (docs/model/expectation.md).

    Every genre counts the same.
    """

    low: float
    high: float
    """95 % interval of the accuracy."""
    intervals: dict[str, tuple[float, float]]
    """95 % interval of accuracy, macro_f1, log_loss and ece."""
    parts: int
    """How many parts of the tracks were left out in turn."""
    genres: tuple[GenreMetrics, ...]
    calibration: tuple[CalibrationBin, ...]


class Independent(BaseModel):
    """A measurement on other songs, outside the project.

    It belongs to `model_version`. A model that differs from that one only by its temperature
    predicts the same genres, so accuracy and macro-F1 hold for it, but log loss and ECE do not.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    date: date
    model_version: str
    tracks: int
    accuracy: float
    low: float
    high: float
    """95 % interval of the accuracy."""
    macro_f1: float
    log_loss: float
    ece: float


class Validation(BaseModel):
    """How the metrics were measured, and what else the held-out predictions show.

    Everything is nested: no part of the model that scores a fold has seen that fold.
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
    candidates: tuple[Comparison, ...] = ()
    """Every kind that was tried, by group, with the temperature fitted by group."""


class AdaptationFigures(BaseModel):
    """What a model of the kind `adapted` learnt from, and what that is worth.

    Accuracies are estimates for the tracks that were not answered, None below 20 answers.
    """

    model_config = ConfigDict(frozen=True)

    answers: int
    answers_by_genre: dict[str, int]
    learnt_until: datetime | None
    """When the newest of the answers was given."""
    accuracy_before: float | None
    accuracy_after: float | None
    interval: tuple[float, float] | None
    next_ten_gain: float | None
    catalogue_tracks: int
    """Unanswered tracks that were stored at the time."""
    changed_tracks: int
    """How many of them the model gives another genre; in large catalogues from a sample."""


class Manifest(BaseModel):
    """Everything about a model except its parameters."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    kind: str = FIRST_KIND
    """Selects the loader, see `ml.store.kinds`."""
    version: str
    """A hash of the model's files, or of what it learnt from."""
    parent_version: str | None = None
    """The model that this one corrects, if it is of the kind `adapted`."""
    adaptation: AdaptationFigures | None = None
    trained_at: datetime
    training_rows: int
    lyric_rows: int = 0
    """Rows of words without sound that it learnt from as well."""
    genre_rows: tuple[int, ...]
    """Labelled tracks of each genre."""
    genres: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_gains: tuple[float, ...]
    """Share of each feature in the decisions: mean size of its contribution. They sum to 1."""
    uncertain_below: float
    """A prediction with less confidence is as likely wrong as right."""
    parameters: dict[str, float | int] = {}
    """What the training was told."""
    learnt: dict[str, float | int] = {}
    """What the fit chose; the names depend on the kind."""
    library_versions: dict[str, str] = {}
    data_sha256: dict[str, str] = {}
    metrics: Metrics
    """On groups of tracks that were held out."""
    validation: Validation
    expected: Expected | None = None
    """None in manifests of older releases, and in models learnt from answers."""
    independent: Independent | None = None
    training_profile: TrainingProfile | None = None
    """None in manifests of older releases."""
    files: dict[str, str]
    """sha256 of every other file of the model, by name."""

    @property
    def headline(self) -> Metrics:
        """What to expect on new artists; figures by group where that was not measured."""
        return self.expected or self.metrics

    @property
    def headline_intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % intervals of `headline`."""
        return (self.expected or self.validation).intervals

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the manifest of `folder`.

        Raises
        ------
        ArtefactError
            It is missing, cannot be read, or has another format.
        """
        path = folder / MANIFEST_FILE
        try:
            manifest = cls.model_validate_json(path.read_bytes())
        except OSError as error:
            what = "there is no such folder"
            if folder.exists():
                what = f"{MANIFEST_FILE} is missing or cannot be read"
            raise ArtefactError(
                f"No model in {folder}: {what}. `genre train` writes such a folder."
            ) from error
        except ValidationError as error:
            raise ArtefactError(f"{path} is not a manifest: {error}") from error
        if manifest.format != FORMAT:
            raise ArtefactError(f"{path} has format {manifest.format}; expected {FORMAT}.")
        return manifest

    def to_json(self) -> bytes:
        """Return the content of the manifest file."""
        return f"{self.model_dump_json(indent=1)}\n".encode()

    def write(self, folder: Path) -> None:
        """Write the manifest into `folder`."""
        (folder / MANIFEST_FILE).write_bytes(self.to_json())


def sha256_of(content: bytes) -> str:
    """Return the sha256 of a file's content, in hex."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of a file of any size, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_version(files: Mapping[str, str]) -> str:
    """Name a model after the hashes of its files: the same training gives the same version."""
    text = json.dumps(dict(sorted(files.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
