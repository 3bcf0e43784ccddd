"""The trials of `genre tune`, and what they say about its parameters."""

import re
import warnings
from pathlib import Path

import optuna
import pandas as pd

from ml.training.parameters import TrainingParameters
from ml.training.tuning import suggest

FOLDER = Path(__file__).parents[2] / "docs" / "model"
_NESTED = re.compile(r"Nested log loss ([\d.]+), with the defaults ([\d.]+)")


def read_trials() -> pd.DataFrame:
    """Return a line for each trial: its study, its log loss, its parameters."""
    return pd.read_csv(FOLDER / "trials.csv")


def nested_losses() -> tuple[float, float]:
    """Return the nested log loss of the tuned parameters and of the defaults at that time."""
    found = _NESTED.search((FOLDER / "params.toml").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("docs/model/params.toml does not say the nested log loss.")
    return float(found[1]), float(found[2])


def parameter_names() -> list[str]:
    """Return the parameters that are searched."""
    fixed = optuna.trial.FixedTrial(TrainingParameters().model_dump())
    return list(suggest(fixed))  # type: ignore[arg-type]


def importances(trials: pd.DataFrame) -> pd.Series:
    """Return the mean importance of each parameter over the studies, by fANOVA; they sum to 1."""
    found = [_importance(rows) for _, rows in trials.groupby("study")]
    return pd.DataFrame(found).mean().sort_values()


def _importance(rows: pd.DataFrame) -> dict[str, float]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    drawn = optuna.trial.FixedTrial(TrainingParameters().model_dump())
    suggest(drawn)  # type: ignore[arg-type]
    study = optuna.create_study()
    names = parameter_names()
    for row in rows.to_dict("records"):
        values = {
            name: int(row[name]) if _is_whole(drawn.distributions[name]) else float(row[name])
            for name in names
        }
        study.add_trial(
            optuna.trial.create_trial(
                params=values, distributions=drawn.distributions, value=row["log_loss"]
            )
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=1)
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def _is_whole(distribution: optuna.distributions.BaseDistribution) -> bool:
    return isinstance(distribution, optuna.distributions.IntDistribution)
