"""Training data of made-up tracks, as files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.training.parameters import TrainingParameters

GENRES = ("folk", "jazz and blues", "metal")
QUICK = TrainingParameters(
    folds=2,
    repeats=1,
    texts_per_word=2,
    kernel_frequencies=16,
    max_tree_rounds=8,
    tracks_per_leaf=5,
    boosters=2,
    max_booster_rounds=30,
)
"""Parameters that train in about a second."""


@dataclass(frozen=True, slots=True)
class LabelledFiles:
    """Where the three files are."""

    features: Path
    labels: Path
    lyrics: Path


def write_labelled_files(
    folder: Path, *, genres: tuple[str, ...] = GENRES, tracks_per_genre: int = 30
) -> LabelledFiles:
    """Write tracks of some genres, their labels, and rows of words of these and another genre."""
    tracks, names = sample_labelled_tracks(SampleStatistics.load(), 1_000, 5)
    rows = np.concatenate([np.flatnonzero(names == genre)[:tracks_per_genre] for genre in genres])
    files = LabelledFiles(folder / "features.csv", folder / "labels.csv", folder / "lyrics.csv")
    tracks.iloc[rows].to_csv(files.features, index=False)
    labels = pd.DataFrame({"trackID": tracks["trackID"].iloc[rows], "genre": names.iloc[rows]})
    labels.to_csv(files.labels, index=False)
    others = np.flatnonzero(names.isin([*genres, "punk"]))[-200:]
    words = tracks["tags"].iloc[others].str.replace(",", "")
    lyrics = pd.DataFrame({"genre": names.iloc[others], "words": words})
    lyrics.to_csv(files.lyrics, index=False)
    return files
