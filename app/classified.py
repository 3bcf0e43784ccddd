"""Put what the model says beside the tracks, in the form that is stored."""

from db.records import ClassifiedTracks
from ml.ensemble import GenrePredictions
from ml.track import TrackTable


def to_classified(tracks: TrackTable, predictions: GenrePredictions) -> ClassifiedTracks:
    """Return `tracks` with their predictions, row by row."""
    return ClassifiedTracks(
        lines=tracks.lines,
        track_ids=tracks.track_ids,
        titles=tracks.titles,
        predicted=predictions.best,
        probabilities=predictions.probabilities,
    )
