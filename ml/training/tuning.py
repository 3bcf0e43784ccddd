"""Search for parameters with Optuna, nested: the search is scored on tracks it never saw.

The groups of tracks are dealt into outer folds. Without each fold, a separate study searches for
the parameters with the least log loss in inner folds; the outer fold then scores a model with the
best of them, and one with the defaults. A last study on all tracks finds the parameters to use: the
search flatters its best value, but not the nested score.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from ml.store.manifest import Metrics
from ml.training.data.groups import deal_folds
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitting import fit_scorer
from ml.training.parameters import TrainingParameters
from ml.training.scores.metrics import score
from ml.training.scores.validation import hold_out

_OUTER_SEED_SHIFT = 1_000
_LAST_STUDY = "all"
TuningProgress = Callable[[str, float], None]
"""Called with the study and the share of its trials that are done."""


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial: its study, its parameters, and its log loss in inner folds."""

    study: str
    number: int
    log_loss: float
    parameters: dict[str, float | int]


@dataclass(frozen=True, slots=True)
class TuningResult:
    """What tuning found.

    `tuned` and `defaults` are nested scores; `worth_it` means that tuning lowered the log loss.
    """

    parameters: TrainingParameters
    changed: dict[str, float | int]
    tuned: Metrics
    defaults: Metrics
    trials: tuple[TrialRecord, ...]

    @property
    def worth_it(self) -> bool:
        """Whether the tuned parameters have the better nested score."""
        return self.tuned.log_loss < self.defaults.log_loss


def suggest(trial: optuna.Trial) -> dict[str, float | int]:
    """Draw the parameters that may matter; the others keep their defaults."""
    return {
        "tfidf_c": trial.suggest_float("tfidf_c", 0.1, 10, log=True),
        "ratio_c": trial.suggest_float("ratio_c", 0.03, 3, log=True),
        "kernel_width": trial.suggest_float("kernel_width", 0.25, 4, log=True),
        "kernel_ridge": trial.suggest_float("kernel_ridge", 0.1, 10, log=True),
        "tree_leaves": trial.suggest_int("tree_leaves", 3, 8),
        "tree_feature_fraction": trial.suggest_float("tree_feature_fraction", 0.05, 0.5, log=True),
        "tracks_per_leaf": trial.suggest_int("tracks_per_leaf", 5, 40),
    }


def tune(
    data: TrainingSet,
    defaults: TrainingParameters,
    journal: Path,
    *,
    seconds: float,
    trials: int,
    progress: TuningProgress = lambda *_: None,
) -> TuningResult:
    """Tune until each study has `trials` trials or the time is up; run again to continue.

    Parameters
    ----------
    data : TrainingSet
    defaults : TrainingParameters
        Tried first, and compared with the tuned parameters.
    journal : Path
        File of the trials, one JSON document per line, no pickle. It belongs to this data.
    seconds : float
        For all studies together, shared evenly; a trial that has begun is finished.
    trials : int
        Per study.
    progress : callable
    """
    storage = JournalStorage(JournalFileBackend(str(journal)))
    groups = find_groups(data, defaults)
    seed = defaults.seed + _OUTER_SEED_SHIFT
    outer = deal_folds(groups, data.truth, defaults.folds, seed)
    deadlines = _deadlines(seconds, defaults.folds + 1)
    tuned, plain = (np.zeros((len(data), data.genres)) for _ in range(2))
    for fold in range(defaults.folds):
        rows = outer == fold
        rest, name = data.take(~rows), f"outer {fold + 1}"
        study = _search(rest, defaults, storage, name, trials, next(deadlines), progress)
        best = defaults.model_copy(update=study.best_params)
        for found, parameters in ((tuned, best), (plain, defaults)):
            scorer = fit_scorer(rest, parameters).scorer
            found[rows] = scorer.probabilities(data.take(rows).features)
    last = _search(data, defaults, storage, _LAST_STUDY, trials, next(deadlines), progress)
    return TuningResult(
        parameters=defaults.model_copy(update=last.best_params),
        changed=last.best_params,
        tuned=score(tuned, data.truth),
        defaults=score(plain, data.truth),
        trials=_records(storage),
    )


def write_parameters(result: TuningResult, path: Path) -> None:
    """Write what `genre train --params` reads."""
    head = (
        f"# Found by genre tune. Nested log loss {result.tuned.log_loss:.4f}, with the defaults "
        f"{result.defaults.log_loss:.4f};\n# nested accuracy {result.tuned.accuracy:.4f}, with the "
        f"defaults {result.defaults.accuracy:.4f}.\n"
    )
    lines = [f"{name} = {value}" for name, value in sorted(result.changed.items())]
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _deadlines(seconds: float, studies: int) -> Iterator[float]:
    """Yield when each study should end: an even share of the time left when it begins."""
    end = time.monotonic() + seconds
    for left in range(studies, 0, -1):
        now = time.monotonic()
        yield now + max(0.0, end - now) / left


def _search(
    data: TrainingSet,
    defaults: TrainingParameters,
    storage: JournalStorage,
    name: str,
    trials: int,
    deadline: float,
    progress: TuningProgress,
) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # A sampler cannot be resumed; seeding it by the number of trials avoids repeating any.
    study = optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
    done = _finished(study)
    study.sampler = optuna.samplers.TPESampler(seed=defaults.seed + len(done))
    if not done:
        study.enqueue_trial(_of_search(defaults), skip_if_exists=True)
    fold_of = deal_folds(find_groups(data, defaults), data.truth, defaults.folds, defaults.seed + 2)

    def loss(trial: optuna.Trial) -> float:
        parameters = defaults.model_copy(update=suggest(trial))
        fit = partial(fit_scorer, parameters=parameters)
        return hold_out(data, fold_of, fit).metrics().log_loss

    while len(_finished(study)) < trials and (time.monotonic() < deadline or not _finished(study)):
        study.optimize(loss, n_trials=1)
        progress(f"{name}, trial {len(_finished(study))}", len(_finished(study)) / trials)
    return study


def _of_search(parameters: TrainingParameters) -> dict[str, float | int]:
    names = suggest(optuna.trial.FixedTrial(parameters.model_dump()))  # type: ignore[arg-type]
    return {name: getattr(parameters, name) for name in names}


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _records(storage: JournalStorage) -> tuple[TrialRecord, ...]:
    records = []
    for name in sorted(study.study_name for study in optuna.get_all_study_summaries(storage)):
        for trial in _finished(optuna.load_study(study_name=name, storage=storage)):
            value = float(trial.value if trial.value is not None else "nan")
            records.append(TrialRecord(name, trial.number, value, dict(trial.params)))
    return tuple(records)
