"""How fast answers are learnt and used, on made-up tracks.

`python -m benchmarks.learning_speed [--rows 42800]`. Set OMP_NUM_THREADS=1 to measure one core.
The time to learn is that of `adapt`: two fits, the estimates, and the gain of the next ten.
"""

import argparse
import resource
from collections.abc import Callable

import numpy as np

from benchmarks.model_speed import measure, table_of
from ml.learning.adaptation import Adaptation, adapt
from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder
from ml.learning.questions import MAX_CANDIDATES, rank_questions
from ml.learning.stored import to_bytes
from ml.model.experts.ensemble import ExpertEnsemble
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import TrackTable

_ANSWERS = (100, 500, 1_000, 5_000)
_CHUNK_ROWS = 4_000
_SAMPLE = MAX_CANDIDATES
_REPEATS = 3


def _prepare(parent: ExpertEnsemble, tracks: TrackTable, answers: int) -> Callable[[], Adaptation]:
    predictions, words = parent.predict_with_words(tracks)
    embedder = Embedder.fit(tracks.numbers, words)
    embedding = embedder.embed(tracks.numbers, words)
    truth = predictions.best.copy()
    truth[::4] = (truth[::4] + 1) % len(parent.genres)
    titles = tuple(tracks.titles.to_pylist())
    everything = Answers(embedding, predictions.log_odds, truth, tracks.track_ids, titles)
    rest = np.arange(answers, answers + _SAMPLE)
    unanswered = Candidates(
        embedding.take(rest), predictions.log_odds[rest], tracks.track_ids[rest]
    )
    known = everything.take(np.arange(answers))
    return lambda: adapt(known, unanswered, parent.genres, embedder, parent_version=parent.version)


def predict_parent(parent: ExpertEnsemble, tracks: TrackTable) -> None:
    """Classify in chunks, as the service does."""
    for start in range(0, len(tracks), _CHUNK_ROWS):
        rows = np.arange(start, min(start + _CHUNK_ROWS, len(tracks)))
        parent.predict(tracks.take(rows))


def predict_adapted(parent: ExpertEnsemble, adapted: Adaptation, tracks: TrackTable) -> None:
    """Classify in chunks, and correct by what was learnt."""
    for start in range(0, len(tracks), _CHUNK_ROWS):
        part = tracks.take(np.arange(start, min(start + _CHUNK_ROWS, len(tracks))))
        predictions, words = parent.predict_with_words(part)
        adapted.log_odds(part.numbers, words, predictions.log_odds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    rows = parser.parse_args().rows
    tracks = table_of(sample_labelled_tracks(SampleStatistics.load(), rows, 11)[0])
    parent = load_model(SHIPPED_MODEL_DIR, threads=1).model
    assert isinstance(parent, ExpertEnsemble)
    _, plain = measure(lambda: predict_parent(parent, tracks), _REPEATS)
    print(f"Parent: {rows / plain:,.0f} tracks per processor second, of {rows:,}.\n")
    print("| answers | learn s | questions s | tracks/processor s | of the parent's | KiB stored |")
    print("|---|---|---|---|---|---|")
    for answers in _ANSWERS:
        _print_row(parent, tracks, answers, plain)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory, with the tracks: {memory:.0f} MiB.")


def _print_row(parent: ExpertEnsemble, tracks: TrackTable, answers: int, plain: float) -> None:
    run = _prepare(parent, tracks, answers)
    learning, _ = measure(run, _REPEATS)
    adapted = run()
    sample = tracks.take(np.arange(answers, answers + _SAMPLE))
    predictions, words = parent.predict_with_words(sample)
    embedding = adapted.embedder.embed(sample.numbers, words)
    candidates = Candidates(embedding, predictions.log_odds, sample.track_ids)
    asking, _ = measure(lambda: rank_questions(adapted.learnt, candidates, 10), _REPEATS)
    _, predicting = measure(lambda: predict_adapted(parent, adapted, tracks), _REPEATS)
    print(
        f"| {answers:,} | {learning:.2f} | {asking:.2f} | {len(tracks) / predicting:,.0f} "
        f"| {plain / predicting:.2f} | {len(to_bytes(adapted)) / 1024:,.0f} |"
    )


if __name__ == "__main__":
    main()
