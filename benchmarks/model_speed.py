"""How fast the model predicts, compared with the reference's method in the same run.

`python -m benchmarks.model_speed [--rows 10000]`. The reference puts 5,000 dense TF-IDF columns and
the numbers before four LightGBM folds of 2,216 trees. Its models are not here, so one fold of that
size is trained on made-up tracks and counted four times; scikit-learn makes the columns, as there.
"""

import argparse
import resource
import time
from collections.abc import Callable

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.feature_extraction.text import TfidfVectorizer

from ml.columns import ID_COLUMN, NUMBER_COLUMNS, TAGS_COLUMN, TITLE_COLUMN
from ml.model.experts.ensemble import ExpertEnsemble
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackTable

_WORDS = 5_000
_ROUNDS = 277  # of 8 genres: 2,216 trees
_FOLDS = 4
_TRAINING_ROWS = 1_500
_REPEATS = 5


def table_of(tracks: pd.DataFrame) -> TrackTable:
    """Return made-up tracks as the service reads them from a file."""
    return TrackTable(
        lines=np.zeros(len(tracks), dtype=np.int64),
        track_ids=tracks[ID_COLUMN].to_numpy(dtype=np.int64),
        titles=pa.array(tracks[TITLE_COLUMN].tolist(), pa.string()),
        tags=pa.array(tracks[TAGS_COLUMN].tolist(), pa.string()),
        numbers=tracks[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64),
    )


class Reference:
    """The reference's method: dense TF-IDF columns before large folds."""

    def __init__(self, tracks: pd.DataFrame, genres: "pd.Series[str]") -> None:
        self._words = TfidfVectorizer(max_features=_WORDS)
        self._words.fit(tracks[TAGS_COLUMN])
        dense = self._features(tracks)
        names, truth = np.unique(genres.to_numpy(), return_inverse=True)
        settings = {"objective": "multiclass", "num_class": len(names), "num_leaves": 31}
        settings |= {"feature_fraction": 0.05, "min_data_in_leaf": 5, "verbose": -1, "max_bin": 15}
        self._fold = lightgbm.train(settings, lightgbm.Dataset(dense, truth), _ROUNDS)

    def predict(self, tracks: pd.DataFrame) -> np.ndarray:
        """Average four folds (here, the same one four times)."""
        dense = self._features(tracks)
        return np.mean([np.asarray(self._fold.predict(dense)) for _ in range(_FOLDS)], axis=0)

    def _features(self, tracks: pd.DataFrame) -> np.ndarray:
        words = self._words.transform(tracks[TAGS_COLUMN]).toarray()
        missing = np.zeros((len(tracks), _WORDS - words.shape[1]))
        return np.hstack([words, missing, tracks[list(NUMBER_COLUMNS)].to_numpy(dtype=float)])


def measure(run: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the best wall time and its processor time, in seconds."""
    best = (np.inf, np.inf)
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    return best


def stages(ensemble: ExpertEnsemble, table: TrackTable) -> dict[str, Callable[[], object]]:
    """Name the parts of a prediction."""
    features, scorer = ensemble.spec.build(table), ensemble.scorer
    return {
        "words to columns": lambda: ensemble.spec.build(table),
        "experts": lambda: scorer.pooled(features),
        "everything but words": lambda: scorer.probabilities(features),
        "predict, all folds": lambda: ensemble.predict(table),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    tracks, genres = sample_labelled_tracks(SampleStatistics.load(), rows + _TRAINING_ROWS, 11)
    table = table_of(tracks.iloc[:rows])
    print(f"| {rows:,} tracks | wall s | CPU s | tracks/s |\n|---|---|---|---|")
    found = {}
    model = load_model(SHIPPED_MODEL_DIR).model
    assert isinstance(model, ExpertEnsemble)
    for name, run in stages(model, table).items():
        wall, cpu = found[name] = measure(run, _REPEATS)
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {rows / wall:,.0f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reference = Reference(tracks.iloc[rows:], genres.iloc[rows:])
    wall, cpu = measure(lambda: reference.predict(tracks.iloc[:rows]), 1)
    print(f"| reference's method | {wall:.3f} | {cpu:.3f} | {rows / wall:,.0f} |")
    ours = found["predict, all folds"]
    print(f"\nRatio: {wall / ours[0]:.1f} in wall time, {cpu / ours[1]:.1f} in CPU time.")
    print(f"Peak memory before the reference's method: {memory:.0f} MiB.")


if __name__ == "__main__":
    main()
