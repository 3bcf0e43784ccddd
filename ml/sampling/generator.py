"""Make up tracks that look like real ones, for demos, tests and benchmarks."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
import pyarrow as pa
from pyarrow import csv

from ml.columns import REQUIRED_COLUMNS
from ml.sampling.sampler import TrackSampler
from ml.sampling.statistics import SampleStatistics

if TYPE_CHECKING:
    import pandas as pd


def sample_tracks(
    statistics: SampleStatistics, rows: int, seed: int, first_track_id: int = 1
) -> "pd.DataFrame":
    """Draw made-up tracks; see `sample_labelled_tracks`."""
    return sample_labelled_tracks(statistics, rows, seed, first_track_id)[0]


def sample_labelled_tracks(
    statistics: SampleStatistics, rows: int, seed: int, first_track_id: int = 1
) -> "tuple[pd.DataFrame, pd.Series[str]]":
    """Draw made-up tracks, each with the genre whose statistics it was drawn from.

    Parameters
    ----------
    statistics : SampleStatistics
    rows, seed : int
        0 or more; the first rows are the same for any number of rows.
    first_track_id : int
        The trackID of the first row; the others count up.

    Returns
    -------
    DataFrame, shape (rows, 157)
        Columns and units of `ml.columns.REQUIRED_COLUMNS`, in that order.
    Series, shape (rows,)
        Named `genre`, in the order of the tracks.

    Raises
    ------
    ValueError
        `rows` or `seed` is negative.
    """
    import pandas as pd  # not above: the service draws its sample CSV without pandas

    blocks = list(TrackSampler(statistics).blocks(rows, seed, first_track_id))
    genre_of = np.concatenate([genres for _, genres in blocks])
    genres = pd.Series(np.array(statistics.genres)[genre_of], name="genre", dtype="str")
    return pa.Table.from_batches([tracks for tracks, _ in blocks]).to_pandas(), genres


def write_sample_csv(
    file: TextIO | Path | str,
    rows: int,
    seed: int,
    chunk_rows: int = 10_000,
    progress: Callable[[int], None] | None = None,
    first_track_id: int = 1,
) -> None:
    """Write tracks drawn from the shipped statistics as CSV; memory does not grow with `rows`.

    Parameters
    ----------
    file : text stream or path
        A stream is left open.
    rows, seed : int
        As in `sample_labelled_tracks`.
    chunk_rows : int
        Rows between two calls of `progress`; does not change the text.
    progress : callable, optional
        Called with the number of rows written so far.
    first_track_id : int
        As in `sample_labelled_tracks`.
    """
    options = csv.WriteOptions(include_header=False)
    written = reported = 0
    with ExitStack() as opened:
        if isinstance(file, Path | str):
            file = opened.enter_context(Path(file).open("w", encoding="utf-8", newline=""))
        file.write(",".join(REQUIRED_COLUMNS) + "\n")
        sampler = TrackSampler(SampleStatistics.load())
        for tracks, _ in sampler.blocks(rows, seed, first_track_id):
            csv.write_csv(tracks, sink := pa.BufferOutputStream(), options)
            file.write(sink.getvalue().to_pybytes().decode())
            written += len(tracks)
            if progress and (written - reported >= chunk_rows or written == rows):
                reported = written
                progress(written)
