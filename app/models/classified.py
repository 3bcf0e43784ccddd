"""Put what the model says beside the tracks, in the form that is stored."""

from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from ml.model.ensemble import GenrePredictions
from ml.store.manifest import Manifest
from ml.track import TrackTable


def to_classified(
    tracks: TrackTable, predictions: GenrePredictions, *, keep_features: bool
) -> ClassifiedTracks:
    """Return `tracks` with their predictions, row by row, and what the model saw if asked."""
    return ClassifiedTracks(
        lines=tracks.lines,
        track_ids=tracks.track_ids,
        titles=tracks.titles,
        predicted=predictions.best,
        probabilities=predictions.probabilities,
        features=TrackFeatures(tracks.tags, tracks.numbers) if keep_features else None,
    )


def to_model_version(manifest: Manifest) -> ModelVersion:
    """Return what is stored of a model beside the tracks that it classified."""
    return ModelVersion(manifest.version, manifest.genres, manifest.uncertain_below)
