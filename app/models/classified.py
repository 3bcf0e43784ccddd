"""Combine tracks with their predictions, in the form that is stored."""

from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from ml.columns import NUMBER_COLUMNS
from ml.model.genre_model import GenreModel
from ml.model.predictions import GenrePredictions
from ml.track import TrackTable


def to_classified(
    tracks: TrackTable, predictions: GenrePredictions, *, keep_features: bool
) -> ClassifiedTracks:
    """Return `tracks` with their predictions, and with their features if `keep_features`."""
    features = TrackFeatures(tracks.tags, tracks.numbers, NUMBER_COLUMNS) if keep_features else None
    return ClassifiedTracks(
        lines=tracks.lines,
        track_ids=tracks.track_ids,
        titles=tracks.titles,
        predicted=predictions.best,
        probabilities=predictions.probabilities,
        features=features,
        classified_us=tracks.classified_us,
    )


def to_model_version(model: GenreModel) -> ModelVersion:
    """Return what is stored about a model with the tracks that it classified."""
    return ModelVersion(model.version, model.genres, model.uncertain_below)
