"""Read a file of tracks, classify it, and count what a report needs, in one pass."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from ml.model.genre_model import GenreModel
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.track_file import TrackFile
from ml.report.findings import Collector, Findings
from ml.report.labels import LabelCollector


def read_findings(
    file: BinaryIO,
    model: GenreModel,
    labels: Mapping[int, str] | None = None,
    options: ReadOptions = DEFAULTS,
    progress: Callable[[int], None] = lambda _: None,
) -> Findings:
    """Classify every track of a file.

    `progress` is told how many bytes have been read.

    Raises
    ------
    CsvError
        It cannot be read as a file of tracks.
    """
    known = None if labels is None else LabelCollector(model.genres, labels)
    collector = Collector(model.genres, model.uncertain_below, known)
    for chunk in TrackFile(file).read(options=options):
        collector.add(chunk.tracks, model.predict(chunk.tracks).probabilities)
        collector.add_rejects(chunk.rejects)
        progress(chunk.bytes_read)
    return collector.end()
