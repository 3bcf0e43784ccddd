"""How scores grow with what a model learns from: tracks, artists, rows of words, answers."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from ml.store.manifest import FIRST_KIND
from ml.training.data.groups import deal_folds, track_groups
from ml.training.data.training_set import TrainingSet
from ml.training.fits.fitted import Fit, Fitted
from ml.training.scores.candidates import METHODS
from ml.training.scores.validation import hold_out
from notebooks.parts.cache import cached_arrays, code_digest
from notebooks.parts.embeddings import log_probabilities, mean_recall
from notebooks.parts.tracks import Catalogue
from notebooks.parts.words import tfidf

_SMALL_GROUP = 7
_GROUPS = (1, 2, 4)
_ROWS = (250, 500, 1_000, 2_000, 4_000)
_DRAWS = 5
_ANSWERS = Path(__file__).parents[2] / "docs" / "model" / "learning.md"
_CELL = re.compile(r"([\d.]+) \(([\d.]+)\)")


def by_tracks_and_artists(catalogue: Catalogue) -> pd.DataFrame:
    """Compare whole small groups with as many tracks drawn at random, on held-out groups."""
    key = f"{catalogue.digest}-{code_digest()}"
    found = cached_arrays("curves", key, lambda: _measure(catalogue))
    return pd.DataFrame({name: found[name] for name in found})


def _measure(catalogue: Catalogue) -> dict[str, npt.NDArray[np.generic]]:
    known, parameters = catalogue.known, catalogue.parameters
    fold_of = deal_folds(catalogue.groups, known.truth, parameters.folds, parameters.seed + 1)
    fit = METHODS[FIRST_KIND].fit_with(parameters)
    lines = []
    with threadpool_limits(1, user_api="blas"):
        for count in _GROUPS:
            sizes: list[int] = []
            whole = partial(_of_groups, count=count, fit=fit, sizes=sizes, at_random=False)
            drawn = partial(_of_groups, count=count, fit=fit, sizes=[], at_random=True)
            by_artist = hold_out(known, fold_of, whole).metrics()
            by_track = hold_out(known, fold_of, drawn).metrics()
            lines.append((count, np.mean(sizes), by_artist.accuracy, by_track.accuracy))
        everything = hold_out(known, fold_of, fit).metrics().accuracy
    learnt = len(known) * (parameters.folds - 1) / parameters.folds
    lines.append((0, learnt, everything, everything))
    names = ("groups of a genre", "tracks", "few groups", "many groups")
    return {
        name: np.array(values) for name, values in zip(names, zip(*lines, strict=True), strict=True)
    }


def _of_groups(
    data: TrainingSet, *, count: int, fit: Fit, sizes: list[int], at_random: bool
) -> Fitted:
    """Fit on `count` small groups of each genre, or on as many tracks of all groups."""
    small = track_groups(
        data.features.numbers,
        data.features.words,
        data.truth,
        tracks_per_group=_SMALL_GROUP,
        min_groups=count,
    )
    draw = np.random.default_rng(count)
    chosen = np.zeros(len(data), dtype=np.bool_)
    for genre in np.unique(data.truth):
        own = data.truth == genre
        kept = draw.permutation(np.unique(small[own]))[:count]
        in_groups = own & np.isin(small, kept)
        # Fits need a few tracks of each genre in each fold.
        tracks = max(int(in_groups.sum()), 6)
        spread = draw.permutation(np.flatnonzero(own))[:tracks]
        chosen[spread if at_random or in_groups.sum() < tracks else in_groups] = True
    sizes.append(int(chosen.sum()))
    return fit(data.take(chosen))


def by_rows(catalogue: Catalogue) -> pd.DataFrame:
    """Score words alone on held-out rows, by the number of rows that were learnt from."""
    known = catalogue.known
    rows = tfidf(known.texts)
    tested = np.random.default_rng(0).random(rows.shape[0]) < 1 / 5
    pool = np.flatnonzero(~tested)
    lines = []
    for count in [c for c in _ROWS if c < len(pool)] + [len(pool)]:
        recalls = []
        for seed in range(_DRAWS if count < len(pool) else 1):
            chosen = np.random.default_rng(seed).permutation(pool)[:count]
            scores = log_probabilities(
                rows[chosen], known.text_truth[chosen], rows[tested], known.genres, 1.0
            )
            recalls.append(mean_recall(scores, known.text_truth[tested]))
        lines.append({"rows": count, "mean recall": np.mean(recalls)})
    return pd.DataFrame(lines)


def by_answers() -> pd.DataFrame:
    """Read the first table of docs/model/learning.md: accuracy by number of answers and method."""
    lines = iter(_ANSWERS.read_text(encoding="utf-8").splitlines())
    answers = next(line for line in lines if line.startswith("| answers | 0 |"))
    counts = [int(cell) for cell in answers.split("|")[2:-1]]
    return pd.DataFrame(dict(_answer_rows(lines)), index=pd.Index(counts, name="answers"))


def _answer_rows(lines: Iterator[str]) -> Iterator[tuple[str, list[float]]]:
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        name = line.split("|")[1].strip()
        yield name, [float(accuracy) for accuracy, _ in _CELL.findall(line)]
