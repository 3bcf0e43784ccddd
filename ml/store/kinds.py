"""The kinds of models: what makes a model from the files that its manifest names.

A kind is chosen by `Manifest.kind`. The built-in ones are listed in `_BUILT_IN`; a program with its
own kind calls `register_kind` before it loads a model.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ml.errors import ArtefactError
from ml.model.genre_model import GenreModel
from ml.store import adapted, boosted, experts
from ml.store.manifest import FIRST_KIND, Manifest
from ml.store.parts import ModelParts


def _list_learnt(manifest: Manifest) -> str:
    learnt = ", ".join(f"{name} {value:g}" for name, value in manifest.learnt.items())
    return f"A model of kind `{manifest.kind}`{f': {learnt}' if learnt else ''}."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model."""

    name: str
    load: Callable[[ModelParts], GenreModel]
    """Makes the model.

    The hashes of the files are checked beforehand, but they also match in a folder that was made to
    mislead: a loader must not run code from a file and must check that the files fit together.
    """
    describe: Callable[[Manifest], str] = _list_learnt
    """Says in Markdown how such a model decides, for the model card."""


_BUILT_IN = (
    Kind(FIRST_KIND, experts.load_experts, experts.describe_experts),
    Kind(boosted.BOOSTED_KIND, boosted.load_boosted, boosted.describe_boosted),
    Kind(adapted.ADAPTED_KIND, adapted.load_adapted, adapted.describe_adapted),
)
_kinds: dict[str, Kind] = {kind.name: kind for kind in _BUILT_IN}


def register_kind(kind: Kind) -> None:
    """Make a kind known to this process; registering the same one again changes nothing.

    Raises
    ------
    ValueError
        Another kind has this name.
    """
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Another kind of model is already called {kind.name!r}.")


def find_kind(name: str) -> Kind:
    """Return a kind.

    Raises
    ------
    ArtefactError
        No kind has this name.
    """
    if name not in _kinds:
        known = ", ".join(sorted(_kinds))
        raise ArtefactError(f"Models of kind {name[:64]!r} are unknown here; known: {known}.")
    return _kinds[name]
