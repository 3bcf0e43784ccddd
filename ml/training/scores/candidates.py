"""The methods that `genre train` chooses from, compared on the same held-out groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ml.errors import TrainingDataError
from ml.store.boosted import BOOSTED_KIND
from ml.store.manifest import FIRST_KIND
from ml.training.data.training_set import TrainingSet
from ml.training.fits.boosting import fit_boosters
from ml.training.fits.fitted import Fit, FitMethod, Fitted, silent
from ml.training.fits.fitting import fit_scorer
from ml.training.parameters import TrainingParameters
from ml.training.scores.held_out import HeldOut
from ml.training.scores.validation import hold_out_groups


@dataclass(frozen=True, slots=True)
class Method:
    """How models of one kind are fitted."""

    kind: str
    method: FitMethod
    uses_texts: bool
    """Whether rows of words teach it; if not, it is not tested on them either."""

    def fit_with(self, parameters: TrainingParameters) -> Fit:
        """Return the fit with fixed parameters."""

        def fit(data: TrainingSet) -> Fitted:
            return self.method(data, parameters, silent)

        return fit


METHODS: Mapping[str, Method] = {
    method.kind: method
    for method in (Method(FIRST_KIND, fit_scorer, True), Method(BOOSTED_KIND, fit_boosters, False))
}


def find_methods(kind: str | None) -> tuple[Method, ...]:
    """Return the methods to compare: all, or the one of `kind`.

    Raises
    ------
    TrainingDataError
        No method trains this kind.
    """
    if kind is None:
        return tuple(METHODS.values())
    if kind not in METHODS:
        raise TrainingDataError(
            f"Kind {kind!r} cannot be trained; choose from {', '.join(METHODS)}."
        )
    return (METHODS[kind],)


def try_methods(
    data: TrainingSet,
    parameters: TrainingParameters,
    methods: tuple[Method, ...],
    progress: Callable[[float], None],
) -> dict[str, HeldOut]:
    """Score every method on the same folds, each with the temperature it found itself."""
    found = {}
    for done, method in enumerate(methods):

        def show(share: float, done: int = done) -> None:
            progress((done + share) / len(methods))

        fit = method.fit_with(parameters)
        found[method.kind] = hold_out_groups(data, parameters, fit, range(1), show)
    return found


def choose_kind(found: Mapping[str, HeldOut]) -> str:
    """Return the kind with the least log loss."""
    return min(found, key=lambda kind: found[kind].metrics().log_loss)
