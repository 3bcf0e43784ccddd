"""What answers are worth: simulate a person who answers, on tracks whose genre is known.

`python -m benchmarks.learning_simulation --features F --labels L [--lyrics W] [--draws 20]
[--out docs/model]`. Prints tables as Markdown, and draws `answers.png` into the folder. Without
files it runs on made-up tracks.

Each draw has its own split of groups, parents and order of answers: random, or chosen ten at a time
from a random 80 % of the catalogue. All accuracies are of the tracks that are not answered.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from benchmarks.answer_methods import BATCH, FixedWeights, Method, Ours
from benchmarks.answered_catalogue import Catalogue, Rows, make_catalogue
from benchmarks.model_speed import table_of
from ml.learning.adaptation import Adaptation, adapt
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.training.data.labelled import LabelledTracks, read_labelled_tracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, read_lyric_rows
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters

_STEPS = (0, 10, 20, 30, 50, 70, 100, 150, 200)
_ESTIMATED = (20, 30, 50, 70, 100, 150, 200)
_ASKABLE = 0.8
_METHODS: dict[str, Callable[[Catalogue], Method]] = {"ours": Ours, "fixed weights": FixedWeights}
_ORDERS = ("random", "chosen")


@dataclass(frozen=True)
class Outcome:
    """One draw after some answers: the truth on the other tracks, and what was estimated."""

    rest: Rows
    right: npt.NDArray[np.bool_]
    """Of every track, so that two outcomes can be compared on the same tracks."""
    accuracy: float
    log_loss: float
    parent: float
    adaptation: Adaptation | None


Outcomes = dict[tuple[str, str, int], list[Outcome]]


def answered_sets(method: Method, size: int, seed: int, order: str) -> Iterator[Rows]:
    """Yield the answered rows, every five or every ten answers."""
    shuffled = np.random.default_rng(seed).permutation(size)
    askable = np.sort(shuffled[: round(_ASKABLE * size)])
    answered = shuffled[:0]
    yield answered
    while len(answered) < max(_STEPS) + BATCH:
        if order == "chosen":
            answered = np.concatenate([answered, method.questions(answered, askable)])
        else:
            answered = shuffled[: len(answered) + 5]
        yield answered


def outcome_of(method: Method, catalogue: Catalogue, answered: Rows) -> Outcome:
    """Compare with the truth on the tracks that are not answered."""
    rest = catalogue.others(answered)
    truth = catalogue.truth[rest]
    parent = catalogue.log_odds[rest]
    everywhere = method.probabilities(answered)
    if len(answered) == 0:
        everywhere = softmax(catalogue.log_odds, axis=1)
    right, probabilities = everywhere.argmax(axis=1) == catalogue.truth, everywhere[rest]
    likelihood = probabilities[np.arange(len(rest)), truth]
    is_estimated = isinstance(method, Ours) and len(answered) in _ESTIMATED
    return Outcome(
        rest=rest,
        right=right,
        accuracy=float(right[rest].mean()),
        log_loss=float(-np.log(likelihood + 1e-12).mean()),
        parent=float((parent.argmax(axis=1) == truth).mean()),
        adaptation=_adapt(catalogue, answered, rest) if is_estimated else None,
    )


def _adapt(catalogue: Catalogue, answered: Rows, rest: Rows) -> Adaptation:
    return adapt(
        catalogue.answers(answered),
        catalogue.candidates(rest),
        catalogue.genres,
        catalogue.embedder,
        parent_version="simulated",
    )


def simulate(data: LabelledTracks, lyrics: Path | None, draws: int) -> Outcomes:
    """Run every draw of every method and order."""
    parameters = TrainingParameters()
    rows = read_lyric_rows(lyrics, data.genres) if lyrics else NO_LYRIC_ROWS
    _, known = prepare(data, rows, parameters)
    outcomes: Outcomes = defaultdict(list)
    for draw in range(draws):
        catalogue = make_catalogue(known, parameters, draw)
        for name, make in _METHODS.items():
            method = make(catalogue)
            for order in _ORDERS:
                for answered in answered_sets(method, len(catalogue), draw, order):
                    outcome = outcome_of(method, catalogue, answered)
                    outcomes[name, order, len(answered)].append(outcome)
    return outcomes


def print_accuracies(outcomes: Outcomes) -> None:
    """Print accuracy and log loss by the number of answers."""
    print(f"| answers | {' | '.join(map(str, _STEPS))} |\n|---|{'---|' * len(_STEPS)}")
    for name in _METHODS:
        for order in _ORDERS:
            cells = [_cell(outcomes, (name, order, step)) for step in _STEPS]
            print(f"| {name}, {order} | {' | '.join(cells)} |")


def _cell(outcomes: Outcomes, key: tuple[str, str, int]) -> str:
    return f"{_mean(outcomes, key, _accuracy):.3f} ({_mean(outcomes, key, _log_loss):.2f})"


def print_estimates(outcomes: Outcomes) -> None:
    """Print estimates next to the truth, and how often the interval contains it."""
    print(
        "\n| order | answers | before: estimate | truth | after: estimate | truth | mean error "
        "| in the interval | its half width | next ten: estimate | truth |\n|" + "---|" * 11
    )
    for order in _ORDERS:
        for step in _ESTIMATED:
            print(_estimate_row(outcomes, order, step))


def _estimate_row(outcomes: Outcomes, order: str, step: int) -> str:
    found = outcomes["ours", order, step]
    then = outcomes["ours", order, step + BATCH]
    truth = np.array([outcome.accuracy for outcome in found])
    worth = [o.adaptation.worth for o in found if o.adaptation and o.adaptation.worth]
    after = np.array([each.after for each in worth])
    low, high = np.array([each.interval for each in worth]).T
    inside = int(((low <= truth) & (truth <= high)).sum())
    gains = [o.adaptation.next_ten_gain or 0.0 for o in found if o.adaptation]
    gained = [_gained(*pair) for pair in zip(found, then, strict=True)]
    return (
        f"| {order} | {step} | {np.mean([each.before for each in worth]):.3f} "
        f"| {np.mean([o.parent for o in found]):.3f} | {after.mean():.3f} | {truth.mean():.3f} "
        f"| {np.abs(after - truth).mean():.3f} | {inside} of {len(found)} "
        f"| {(high - low).mean() / 2:.3f} | {np.mean(gains):+.3f} | {np.mean(gained):+.3f} |"
    )


def _gained(now: Outcome, later: Outcome) -> float:
    """Compare on the tracks that neither answered: a question also takes a hard track away."""
    return float(later.right[later.rest].mean() - now.right[later.rest].mean())


def _accuracy(outcome: Outcome) -> float:
    return outcome.accuracy


def _log_loss(outcome: Outcome) -> float:
    return outcome.log_loss


def _mean(
    outcomes: Outcomes, key: tuple[str, str, int], value: Callable[[Outcome], float]
) -> float:
    return float(np.mean([value(outcome) for outcome in outcomes[key]]))


def draw_picture(outcomes: Outcomes, file: Path) -> None:
    """Draw accuracy by answers, and the estimates with their mean interval."""
    mpl.use("Agg")
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True, layout="constrained")
    styles = {"ours": "-", "fixed weights": "--"}
    for colour, order in zip(("C0", "C1"), _ORDERS, strict=True):
        for name, style in styles.items():
            means = [_mean(outcomes, (name, order, step), _accuracy) for step in _STEPS]
            axes[0].plot(_STEPS, means, style, color=colour, label=f"{name}, {order}")
        truth = [_mean(outcomes, ("ours", order, step), _accuracy) for step in _ESTIMATED]
        axes[1].plot(_ESTIMATED, truth, color=colour, label=f"{order}: truth")
        found = [_worths(outcomes, order, step) for step in _ESTIMATED]
        middle, low, high = np.array(found).T
        axes[1].errorbar(
            _ESTIMATED,
            middle,
            (middle - low, high - middle),
            fmt="o",
            color=colour,
            capsize=3,
            label=f"{order}: estimate, 95 %",
        )
    axes[0].set(xlabel="answers", ylabel="accuracy on the other tracks", title="Learning")
    axes[1].set(xlabel="answers", title="Estimate against truth")
    for part in axes:
        part.legend(loc="lower right", fontsize=8)
        part.grid(alpha=0.3)
    figure.savefig(file, dpi=110)


def _worths(outcomes: Outcomes, order: str, step: int) -> list[float]:
    found = [o.adaptation for o in outcomes["ours", order, step]]
    worth = [each.worth for each in found if each and each.worth]
    rows = [(each.after, *each.interval) for each in worth]
    return np.mean(rows, axis=0).tolist()


def made_up_tracks() -> LabelledTracks:
    """Draw tracks for a machine without data."""
    tracks, genres = sample_labelled_tracks(SampleStatistics.load(), 400, 7)
    names, truth = np.unique(genres.to_numpy(), return_inverse=True)
    return LabelledTracks(table_of(tracks), tuple(names.tolist()), truth, {})


def main() -> None:
    """Simulate, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--features", "--labels", "--lyrics", "--out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--draws", type=int, default=20)
    told = parser.parse_args()
    is_real = told.features and told.labels
    data = read_labelled_tracks(told.features, told.labels) if is_real else made_up_tracks()
    with threadpool_limits(1, user_api="blas"):
        outcomes = simulate(data, told.lyrics, told.draws)
    print_accuracies(outcomes)
    print_estimates(outcomes)
    if told.out:
        draw_picture(outcomes, told.out / "answers.png")


if __name__ == "__main__":
    main()
