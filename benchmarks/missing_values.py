"""How far to trust predictions from words alone, from sound alone, and from sound with gaps.

Scores tracks by models that saw no track of their group, and strangers (`ml.training.scores.
strangers`), with parts of each track taken away. The temperature of each kind of gap is fitted to
the strangers, as that of whole tracks is. Takes some minutes:

    python -m benchmarks.missing_values --features tracks.csv --labels genres.csv \
        --lyrics words.csv
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ml.model.experts.features import ExpertFeatures
from ml.model.experts.tree_scores import mean_tree_scores
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import FloatMatrix
from ml.training.data.groups import deal_folds
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import read_lyric_rows
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitting import FittedScorer, fit_scorer
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters
from ml.training.scores.held_out import HeldOut
from ml.training.scores.strangers import fit_temperature, meet_strangers

REPEATS = 3
Score = Callable[[FittedScorer, ExpertFeatures], FloatMatrix]


def words(fitted: FittedScorer, features: ExpertFeatures) -> FloatMatrix:
    """Score words alone."""
    return fitted.scorer.lyrics.scores(features.words)


def sound(fitted: FittedScorer, features: ExpertFeatures) -> FloatMatrix:
    """Score sound alone, by the kernels."""
    return np.asarray(sum(expert.scores(features.numbers) for expert in fitted.scorer.audio))


def trees(fitted: FittedScorer, features: ExpertFeatures) -> FloatMatrix:
    """Score what the trees add."""
    scorer = fitted.scorer
    return mean_tree_scores(scorer.boosters, features.numbers, scorer.genre_count)


def with_gaps(share: float) -> Score:
    """Score sound by the kernels, with a random share of the cells at the median."""

    def score(fitted: FittedScorer, features: ExpertFeatures) -> FloatMatrix:
        is_gap = np.random.default_rng(7).random(features.numbers.shape) < share
        numbers = features.numbers.copy()
        for expert in fitted.scorer.audio:
            middle = expert.normal.knots[len(expert.normal.knots) // 2]
            for column, median in zip(expert.columns, middle, strict=True):
                numbers[is_gap[:, column], column] = median
        return sound(fitted, ExpertFeatures(features.words, numbers))

    return score


SHARES = (0.1, 0.25, 0.5, 0.75)
PARTS: dict[str, Score] = {
    "words": words,
    "sound": sound,
    "trees": trees,
    **{f"gaps {share:g}": with_gaps(share) for share in SHARES},
}


@dataclass(frozen=True, slots=True)
class Parts:
    """`ml.training.fits.fitted.Fitted` whose scores are those of all parts, side by side."""

    fitted: FittedScorer
    temperature: float = 1.0

    def scores(self, features: ExpertFeatures) -> FloatMatrix:
        """Return scores, shape (n_tracks, n_parts * n_genres)."""
        return np.hstack([score(self.fitted, features) for score in PARTS.values()])


def by_group(data: TrainingSet, parameters: TrainingParameters) -> HeldOut:
    """Score each track by models that saw no track of its group, `REPEATS` times."""
    groups, found = find_groups(data, parameters), []
    for repeat in range(REPEATS):
        fold_of = deal_folds(groups, data.truth, parameters.folds, parameters.seed + 1 + repeat)
        scores = np.zeros((len(data), len(PARTS) * data.genres))
        for fold in np.unique(fold_of):
            rows = fold_of == fold
            fitted = Parts(fit_scorer(data.take(~rows), parameters))
            scores[rows] = fitted.scores(data.take(rows).features)
        found.append(HeldOut(scores, np.ones(len(data)), data.truth, groups))
    return HeldOut.join(found)


def part(held_out: HeldOut, genres: int, *names: str) -> HeldOut:
    """Return the sum of some parts."""
    places = [list(PARTS).index(name) for name in names]
    scores = sum(held_out.scores[:, place * genres : (place + 1) * genres] for place in places)
    return HeldOut(np.asarray(scores), held_out.temperature, held_out.truth, held_out.groups)


COMBINATIONS = {
    "both": ("words", "sound", "trees"),
    "both, without trees": ("words", "sound"),
    "words only": ("words",),
    "sound only": ("sound", "trees"),
    "sound only, without trees": ("sound",),
    **{f"both, {share:.0%} of the sound missing": ("words", f"gaps {share:g}") for share in SHARES},
    **{f"sound only, {share:.0%} of it missing": (f"gaps {share:g}",) for share in SHARES},
}


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser()
    for name in ("features", "labels", "lyrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--save", type=Path)
    given = parser.parse_args()
    tracks = read_labelled_tracks(given.features, given.labels)
    parameters = TrainingParameters()
    shipped = load_model(SHIPPED_MODEL_DIR).manifest.learnt["temperature"]
    with threadpool_limits(1, user_api="blas"):
        _, data = prepare(tracks, read_lyric_rows(given.lyrics, tracks.genres), parameters)
        grouped = by_group(data, parameters)
        strangers = meet_strangers(data, parameters, lambda d: Parts(fit_scorer(d, parameters)))
    if given.save:
        for name, found in (("grouped", grouped), ("strangers", strangers)):
            np.savez(
                given.save.with_suffix(f".{name}.npz"),
                scores=found.scores,
                truth=found.truth,
                groups=found.groups,
            )
    print("| | temperature | strangers: accuracy | log loss | ECE | by group: ... | | |")
    print("|---|---|---|---|---|---|---|---|")
    for name, parts in COMBINATIONS.items():
        new, old = part(strangers, data.genres, *parts), part(grouped, data.genres, *parts)
        temperature = fit_temperature(new, len(data), shipped)
        figures = [
            f"{getattr(found.at(temperature).metrics(), figure):.3f}"
            for found in (new, old)
            for figure in ("accuracy", "log_loss", "ece")
        ]
        print(f"| {name} | {temperature:.3f} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
