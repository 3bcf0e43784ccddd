"""Predict what the model gets on new artists in several ways, from the training data alone.

`python -m benchmarks.expectation --features F --labels L --lyrics W [--independent I] [--seeds 3]`.
Prints the tables of docs/model/expectation.md as Markdown.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from ml.model.vocabulary import Vocabulary, split_lyrics
from ml.store.manifest import FIRST_KIND
from ml.training.data.groups import deal_folds
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import read_lyric_rows
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.lyrics_fitting import fit_lyrics_experts
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters
from ml.training.scores.candidates import METHODS
from ml.training.scores.held_out import HeldOut
from ml.training.scores.strangers import expect, fit_temperature, meet_strangers

_FOLDS = 5


def word_scores(
    known: TrainingSet,
    texts: sparse.csr_matrix,
    truth: npt.NDArray[np.intp],
    tested: sparse.csr_matrix,
    parameters: TrainingParameters,
) -> npt.NDArray[np.float64]:
    """Score texts by words alone; the three linear models on one scale, as in the model."""
    experts = fit_lyrics_experts(
        sparse.csr_matrix(texts),
        truth,
        known.genres,
        tfidf_c=parameters.tfidf_c,
        ratio_c=parameters.ratio_c,
    )
    return np.sum([e.scores(tested) / e.scores(known.features.words).std() for e in experts], 0)


def print_words(
    known: TrainingSet, parameters: TrainingParameters, independent: "TestedWords | None"
) -> None:
    """Print how often words alone are right."""
    rows, rows_truth, tracks = known.texts, known.text_truth, known.features.words
    both, both_truth = sparse.vstack([rows, tracks]).tocsr(), np.r_[rows_truth, known.truth]
    print("| words learn from | tested on | right | mean recall |\n|---|---|---|---|")
    scores = word_scores(known, rows, rows_truth, tracks, parameters)
    _print_right("rows | tracks", scores, known.truth)
    fold_of = deal_folds(find_groups(known, parameters), known.truth, parameters.folds, 1)
    scores = np.zeros((len(known), known.genres))
    for fold in range(parameters.folds):
        out = fold_of == fold
        scores[out] = word_scores(known, tracks[~out], known.truth[~out], tracks[out], parameters)
    _print_right("tracks | tracks, by group", scores, known.truth)
    fold_of = np.random.default_rng(0).integers(_FOLDS, size=len(rows_truth))
    scores = np.zeros((len(rows_truth), known.genres))
    for fold in range(_FOLDS):
        out = fold_of == fold
        texts = sparse.vstack([rows[~out], tracks])
        truth = np.r_[rows_truth[~out], known.truth]
        scores[out] = word_scores(known, texts, truth, rows[out], parameters)
    _print_right("both | rows, 5 folds", scores, rows_truth)
    if independent is not None:
        scores = word_scores(known, both, both_truth, independent[0], parameters)
        _print_right("both | independent rows", scores, independent[1])


TestedWords = tuple[sparse.csr_matrix, npt.NDArray[np.intp]]


def read_independent(path: Path, genres: tuple[str, ...], vocabulary: Vocabulary) -> TestedWords:
    """Read rows of words with labels of another hand."""
    rows = read_lyric_rows(path, genres)
    return vocabulary.incidence(split_lyrics(rows.words)), rows.truth


def _print_right(name: str, scores: npt.NDArray[np.float64], truth: npt.NDArray[np.intp]) -> None:
    right = scores.argmax(axis=1) == truth
    recall = np.mean([right[truth == genre].mean() for genre in np.unique(truth)])
    print(f"| {name} | {right.mean():.3f} | {recall:.3f} |")


def print_strangers(
    known: TrainingSet, parameters: TrainingParameters, genres: tuple[str, ...], seeds: int
) -> None:
    """Print what strangers get before and after calibration, for several draws."""
    print("\n| seed | accuracy | macro-F1 | log loss | ECE | temperature | log loss | ECE |")
    print("|---|---|---|---|---|---|---|---|")
    fit = METHODS[FIRST_KIND].fit_with(parameters)
    guess = fit(known).temperature
    for seed in range(seeds):
        drawn = parameters.model_copy(update={"seed": parameters.seed + seed})
        strangers = meet_strangers(known, drawn, fit)
        before = expect(strangers, genres)
        temperature = fit_temperature(strangers, len(known), guess)
        after = strangers.at(temperature).metrics()
        print(
            f"| {seed} | {before.accuracy:.3f} ({before.low:.2f} to {before.high:.2f}) "
            f"| {before.macro_f1:.3f} | {before.log_loss:.3f} | {before.ece:.3f} "
            f"| {temperature:.2f} | {after.log_loss:.3f} | {after.ece:.3f} |"
        )
        print(f"temperature of the other parts: ECE {_crossed(strangers, guess):.3f}")


def _crossed(strangers: HeldOut, guess: float, times: int = 10) -> float:
    """Fit the temperature on one part of each genre and measure on the other."""
    draw, found = np.random.default_rng(0), []
    for _ in range(times):
        side = draw.integers(2, size=strangers.groups.max() + 1)
        fits = strangers.groups % 2 == side[strangers.groups // 2]
        temperature = fit_temperature(strangers.take(np.flatnonzero(fits)), 225, guess)
        left = strangers.take(np.flatnonzero(~fits))
        found.append(left.at(temperature).metrics().ece)
    return float(np.mean(found))


def main() -> None:
    """Read, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--features", "--labels", "--lyrics"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--independent", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    told = parser.parse_args()
    parameters = TrainingParameters()
    data = read_labelled_tracks(told.features, told.labels)
    spec, known = prepare(data, read_lyric_rows(told.lyrics, data.genres), parameters)
    independent = told.independent and read_independent(
        told.independent, data.genres, spec.vocabulary
    )
    with threadpool_limits(1, user_api="blas"):
        print_words(known, parameters, independent)
        print_strangers(known, parameters, data.genres, told.seeds)


if __name__ == "__main__":
    main()
