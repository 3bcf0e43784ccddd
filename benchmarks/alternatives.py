"""Try what might improve the experts, on held-out groups of the labelled tracks.

Topics of words, label smoothing by genre similarity, vector scaling, smoothing over neighbours.
`python -m benchmarks.alternatives --features F --labels L --lyrics W [--repeats 2]` prints the
table of docs/model/steps.md as Markdown.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from ml.columns import NUMBER_COLUMNS, SOUND_COLUMNS
from ml.model.normal_scores import NormalScores
from ml.store.manifest import FIRST_KIND
from ml.training.data.groups import deal_folds
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import read_lyric_rows
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters
from ml.training.scores.candidates import METHODS

Matrix = npt.NDArray[np.float64]
Truth = npt.NDArray[np.intp]
TOPICS = 40
_SOUND = [NUMBER_COLUMNS.index(column) for column in SOUND_COLUMNS]


@dataclass
class Tried:
    """Held-out scores of each alternative, fold by fold."""

    scores: dict[str, list[Matrix]] = field(default_factory=dict)
    truth: list[Truth] = field(default_factory=list)

    def add(self, name: str, scores: Matrix) -> None:
        """Keep the scores of a fold."""
        self.scores.setdefault(name, []).append(scores)


def main() -> None:
    """Parse the arguments, try everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("features", "labels", "lyrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=2)
    given = parser.parse_args()
    tracks = read_labelled_tracks(given.features, given.labels)
    parameters = TrainingParameters()
    with threadpool_limits(1):
        lyrics = read_lyric_rows(given.lyrics, tracks.genres)
        _, known = prepare(tracks, lyrics, parameters)
        print_table(try_all(known, parameters, given.repeats))


def try_all(known: TrainingSet, parameters: TrainingParameters, repeats: int) -> Tried:
    """Score each fold of groups by models fitted on the others."""
    tried, groups = Tried(), find_groups(known, parameters)
    fit = METHODS[FIRST_KIND].fit_with(parameters)
    for repeat in range(repeats):
        fold_of = deal_folds(groups, known.truth, parameters.folds, parameters.seed + 1 + repeat)
        for fold in range(parameters.folds):
            learnt, tested = known.take(fold_of != fold), known.take(fold_of == fold)
            base = fit(learnt).scores(tested.features)
            tried.truth.append(tested.truth)
            tried.add("as shipped", base)
            for name, topics in (("LSA", lsa_topics), ("NMF", nmf_topics)):
                own = topic_scores(learnt, tested, topics)
                for weight in (0.25, 0.5):
                    name_of = f"{name}, {TOPICS} topics, weight {weight:g}"
                    tried.add(name_of, base + weight * own * base.std() / own.std())
            for share in (0.1, 0.3):
                mixed = base @ smoothing(learnt, share)
                tried.add(f"labels smoothed by similarity, {share:g}", mixed)
            for share in (0.3, 0.5):
                tried.add(
                    f"smoothed over 5 neighbours, {share:g}", smooth_neighbours(tested, base, share)
                )
    return tried


def topic_scores(
    learnt: TrainingSet,
    tested: TrainingSet,
    topics: Callable[[Matrix, Matrix], tuple[Matrix, Matrix]],
) -> Matrix:
    """Score by a linear model of topics, fitted on rows of words and tracks."""
    words = sparse.csr_matrix(sparse.vstack([learnt.texts, learnt.features.words]))
    truth = np.r_[learnt.text_truth, learnt.truth]
    weigh = TfidfTransformer(sublinear_tf=True).fit(words)
    known, wanted = topics(weigh.transform(words), weigh.transform(tested.features.words))
    model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=500).fit(known, truth)
    logs = model.predict_log_proba(wanted)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def lsa_topics(known: Matrix, wanted: Matrix) -> tuple[Matrix, Matrix]:
    """Latent semantic analysis, rows of length 1."""
    model = TruncatedSVD(TOPICS, random_state=0).fit(known)
    return normalize(model.transform(known)), normalize(model.transform(wanted))


def nmf_topics(known: Matrix, wanted: Matrix) -> tuple[Matrix, Matrix]:
    """Non-negative matrix factorisation, rows of length 1."""
    model = NMF(TOPICS, init="nndsvd", random_state=0, max_iter=100, tol=1e-3).fit(known)
    return normalize(model.transform(known)), normalize(model.transform(wanted))


def smoothing(learnt: TrainingSet, share: float) -> Matrix:
    """Return what smoothed labels do to scores that are linear in the labels, as ridge's are."""
    rows = np.stack(
        [
            np.asarray(learnt.texts[learnt.text_truth == genre].mean(axis=0)).ravel()
            for genre in range(learnt.genres)
        ]
    )
    likeness = np.exp(5 * np.corrcoef(np.sqrt(rows)))
    np.fill_diagonal(likeness, 0)
    likeness /= likeness.sum(axis=1, keepdims=True)
    return np.asarray((1 - share) * np.eye(learnt.genres) + share * likeness)


def smooth_neighbours(tested: TrainingSet, scores: Matrix, share: float) -> Matrix:
    """Mix scores with those of the five tracks of the fold that are most alike."""
    numbers = tested.features.numbers[:, _SOUND]
    sound = normalize(NormalScores.fit(numbers).transform(numbers))
    words = normalize(TfidfTransformer().fit_transform(tested.features.words))
    alike = sound @ sound.T + (words @ words.T).toarray()
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argsort(-alike, axis=1)[:, :5]
    return np.asarray((1 - share) * scores + share * scores[nearest].mean(axis=1))


def print_table(tried: Tried) -> None:
    """Print accuracy, macro recall and log loss at the best temperature."""
    print("| | accuracy | mean recall | log loss |\n|---|---|---|---|")
    truth = np.concatenate(tried.truth)
    for name, parts in tried.scores.items():
        scores = np.vstack(parts)
        best = minimize_scalar(lambda t, s=scores: loss(t * s, truth), bounds=(0.05, 5))
        print_row(name, scores, truth, float(best.fun))
    parts = tried.scores["as shipped"]
    for name, fit in (("temperature", fit_temperature), ("vector scaling", fit_vector)):
        scaled = [
            fit(
                np.vstack(parts[:i] + parts[i + 1 :]),
                np.concatenate(tried.truth[:i] + tried.truth[i + 1 :]),
            )(part)
            for i, part in enumerate(parts)
        ]
        scores = np.vstack(scaled)
        print_row(f"{name}, fitted on the other folds", scores, truth, loss(scores, truth))


def print_row(name: str, scores: Matrix, truth: Truth, least: float) -> None:
    """Print a row of the table."""
    right = scores.argmax(axis=1) == truth
    recall = np.mean([right[truth == genre].mean() for genre in np.unique(truth)])
    print(f"| {name} | {right.mean():.3f} | {recall:.3f} | {least:.3f} |", flush=True)


def loss(scores: Matrix, truth: Truth) -> float:
    """Return the log loss."""
    return float(-log_softmax(scores, axis=1)[np.arange(len(truth)), truth].mean())


def fit_temperature(scores: Matrix, truth: Truth) -> Callable[[Matrix], Matrix]:
    """Fit one factor for all genres."""
    best = minimize_scalar(lambda t: loss(t * scores, truth), bounds=(0.05, 5)).x
    return lambda part: best * part


def fit_vector(scores: Matrix, truth: Truth) -> Callable[[Matrix], Matrix]:
    """Fit a factor and a bias for each genre, shrunk to those of all."""
    genres = scores.shape[1]

    def cost(x: Matrix) -> float:
        spread = ((x[:genres] - x[:genres].mean()) ** 2).sum() + (x[genres:] ** 2).sum()
        return loss(scores * x[:genres] + x[genres:], truth) + 0.01 * float(spread)

    found = minimize(cost, np.r_[np.ones(genres), np.zeros(genres)], method="L-BFGS-B").x
    return lambda part: part * found[:genres] + found[genres:]


if __name__ == "__main__":
    main()
