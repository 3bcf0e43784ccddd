"""Score a trained model on labelled tracks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.errors import TrainingDataError
from ml.store.loaded import LoadedModel
from ml.store.manifest import GenreMetrics, Metrics
from ml.training.data.labelled import LabelledTracks
from ml.training.scores.metrics import score, score_genres


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a model is on some tracks.

    `learnt_from` is True if the model was trained on this very file.
    """

    model_version: str
    tracks: int
    metrics: Metrics
    genres: tuple[GenreMetrics, ...]
    learnt_from: bool

    def as_dict(self) -> dict[str, Any]:
        """Return everything as `genre evaluate --json` prints it."""
        return {
            "model": self.model_version,
            "tracks": self.tracks,
            "learnt_from": self.learnt_from,
            **self.metrics.model_dump(),
            "genres": [row.genre for row in self.genres],
            "per_genre": {row.genre: row.model_dump(exclude={"genre"}) for row in self.genres},
        }


def evaluate_model(loaded: LoadedModel, data: LabelledTracks) -> Evaluation:
    """Predict the genres of `data` and compare them with its labels.

    Raises
    ------
    TrainingDataError
        A label is a genre that the model does not know.
    """
    model = loaded.model
    unknown = sorted(set(data.genres) - set(model.genres))
    if unknown:
        raise TrainingDataError(f"The model does not know these genres: {', '.join(unknown)}.")
    column_of = np.array([model.genres.index(genre) for genre in data.genres])
    truth = column_of[data.truth]
    probabilities = model.predict(data.tracks).probabilities
    return Evaluation(
        model_version=model.version,
        tracks=len(data),
        metrics=score(probabilities, truth),
        genres=score_genres(probabilities, truth, model.genres),
        learnt_from=loaded.manifest.data_sha256.get("features") == data.sha256["features"],
    )
