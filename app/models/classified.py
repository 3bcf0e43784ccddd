"""Put what the model says beside the tracks, in the form that is stored."""

from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from ml.columns import NUMBER_COLUMNS
from ml.model.ensemble import GenrePredictions
from ml.store.manifest import Manifest
from ml.track import TrackTable


def to_classified(
    tracks: TrackTable, predictions: GenrePredictions, *, keep_features: bool
) -> ClassifiedTracks:
    """Return `tracks` with their predictions, row by row, and what the model saw if asked."""
    features = TrackFeatures(tracks.tags, tracks.numbers, NUMBER_COLUMNS) if keep_features else None
    return ClassifiedTracks(
        lines=tracks.lines,
        track_ids=tracks.track_ids,
        titles=tracks.titles,
        predicted=predictions.best,
        probabilities=predictions.probabilities,
        features=features,
    )


def to_model_version(manifest: Manifest) -> ModelVersion:
    """Return what is stored of a model beside the tracks that it classified."""
    return ModelVersion(manifest.version, manifest.genres, manifest.uncertain_below)
