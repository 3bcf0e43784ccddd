"""A kind of model from outside `ml`: one plain LightGBM booster on the numbers of a track."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.columns import NUMBER_COLUMNS
from ml.errors import UnknownGenreError
from ml.model.explanation import Contribution, Explanation
from ml.model.predictions import GenrePredictions
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import write_model
from ml.store.kinds import Kind
from ml.store.manifest import Manifest, Validation, content_version, sha256_of
from ml.store.parts import ModelParts
from ml.track import TrackTable
from ml.training.scores.metrics import score, score_genres

FILE = "booster.txt"
TRAINING_ROWS, TEST_ROWS = 300, 100
SETTINGS = {"objective": "multiclass", "seed": 1, "verbose": -1, "num_threads": 1}


@dataclass(frozen=True)
class BoosterModel:
    """`ml.model.genre_model.GenreModel`."""

    version: str
    genres: tuple[str, ...]
    uncertain_below: float
    booster: lightgbm.Booster
    feature_names: tuple[str, ...] = NUMBER_COLUMNS

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        if len(tracks) == 0:
            return GenrePredictions(self.genres, np.empty((0, len(self.genres))))
        return GenrePredictions(self.genres, np.asarray(self.booster.predict(tracks.numbers)))

    def explain(
        self, tracks: TrackTable, *, genres: Sequence[str] | None = None, first: int | None = 10
    ) -> list[Explanation]:
        best = self.predict(tracks).best.tolist()
        wanted = [self.genres[column] for column in best] if genres is None else genres
        return [
            self._explain(tracks.numbers[row : row + 1], genre, first)
            for row, genre in enumerate(wanted)
        ]

    def _explain(
        self, numbers: npt.NDArray[np.float64], genre: str, first: int | None
    ) -> Explanation:
        if genre not in self.genres:
            raise UnknownGenreError(genre, self.genres)
        shap = np.asarray(self.booster.predict(numbers, pred_contrib=True))
        scores = shap.reshape(len(self.genres), -1)
        own = (scores - scores.mean(axis=0))[self.genres.index(genre)]
        parts = [
            Contribution(name, f"{value:g}", float(part))
            for name, value, part in zip(self.feature_names, numbers[0], own[:-1], strict=True)
        ]
        parts.sort(key=lambda part: -abs(part.contribution))
        return Explanation(genre, float(own.sum()), float(own[-1]), tuple(parts[:first]))


def load_booster(parts: ModelParts) -> BoosterModel:
    """Make the model from its one file."""
    manifest = parts.manifest
    booster = lightgbm.Booster(model_str=parts.files[FILE].decode())
    return BoosterModel(manifest.version, manifest.genres, manifest.uncertain_below, booster)


BOOSTER = Kind("booster", load_booster)


def train_booster(folder: Path) -> Manifest:
    """Train a booster on made-up tracks and write it to `folder`."""
    tracks, labels = sample_labelled_tracks(
        SampleStatistics.load(), TRAINING_ROWS + TEST_ROWS, seed=4
    )
    genres = tuple(sorted(set(labels)))
    truth = np.array([genres.index(genre) for genre in labels])
    numbers = tracks[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64)
    booster = lightgbm.train(
        {**SETTINGS, "num_class": len(genres)},
        lightgbm.Dataset(numbers[:TRAINING_ROWS], truth[:TRAINING_ROWS]),
        num_boost_round=10,
    )
    content = booster.model_to_string().encode()
    held_out = np.asarray(booster.predict(numbers[TRAINING_ROWS:]))
    manifest = _describe(content, genres, truth, held_out, booster)
    write_model(folder, manifest, {FILE: content})
    return manifest


def _describe(
    content: bytes,
    genres: tuple[str, ...],
    truth: npt.NDArray[np.int64],
    held_out: npt.NDArray[np.float64],
    booster: lightgbm.Booster,
) -> Manifest:
    files = {FILE: sha256_of(content)}
    gains = booster.feature_importance("gain")
    metrics = score(held_out, truth[TRAINING_ROWS:])
    figures = metrics.model_dump(exclude={"confusion_matrix"})
    return Manifest(
        kind=BOOSTER.name,
        version=content_version(files),
        trained_at=datetime.now(UTC).replace(microsecond=0),
        training_rows=TRAINING_ROWS,
        genre_rows=tuple(np.bincount(truth[:TRAINING_ROWS], minlength=len(genres)).tolist()),
        genres=genres,
        feature_names=NUMBER_COLUMNS,
        feature_gains=tuple((gains / gains.sum()).tolist()),
        uncertain_below=0.4,
        learnt={"trees": booster.num_trees()},
        metrics=metrics,
        validation=Validation(
            groups=TEST_ROWS,
            folds=1,
            repeats=1,
            intervals={name: (value, value) for name, value in figures.items()},
            genres=score_genres(held_out, truth[TRAINING_ROWS:], genres),
            calibration=(),
        ),
        files=files,
    )


def read_booster(folder: Path) -> lightgbm.Booster:
    """Load the booster without using the service's code."""
    return lightgbm.Booster(model_file=folder / FILE)


def numbers_of(rows: Sequence[dict[str, str]]) -> npt.NDArray[np.float64]:
    """Return the numbers of rows of a CSV file."""
    return np.array([[float(row[column]) for column in NUMBER_COLUMNS] for row in rows])
