"""What training gets from a method, whatever the kind of the model: scores and a temperature."""

from collections.abc import Callable, Mapping
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.track import FloatMatrix
from ml.training.data.training_set import TrainingSet
from ml.training.parameters import TrainingParameters

TrainingProgress = Callable[[str, float], None]
"""Called with the current step and the share that is done, 0 to 1."""
MAX_EXPLAINED = 500
"""Tracks that the shares of features are measured on."""


class Fitted(Protocol):
    """A model as fitted, before it is calibrated for new artists and written."""

    @property
    def temperature(self) -> float:
        """What the log-odds are multiplied by."""

    @property
    def learnt(self) -> Mapping[str, float | int]:
        """What the fit chose, for the manifest."""

    def at(self, temperature: float) -> Self:
        """Return the same model with another temperature."""

    def scores(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the log-odds at temperature 1, shape (n_tracks, n_genres)."""

    def feature_names(self, spec: FeatureSpec) -> tuple[str, ...]:
        """Name what the model looks at."""

    def feature_shares(self, features: ExpertFeatures) -> npt.NDArray[np.float64]:
        """Return the mean size of each feature's contribution; they sum to 1."""

    def files(self, spec: FeatureSpec) -> dict[str, bytes]:
        """Return the content of every file of the model, by name."""


Fit = Callable[[TrainingSet], Fitted]
FitMethod = Callable[[TrainingSet, TrainingParameters, TrainingProgress], Fitted]


def silent(stage: str, share: float) -> None:
    """Report no progress."""
