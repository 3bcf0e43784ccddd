"""Keep arrays that take long to compute, as NumPy files without pickles; not in quick runs."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.training.scores.held_out import HeldOut
from notebooks.parts.tracks import QUICK

_ROOT = Path(__file__).parents[2]
FOLDER = _ROOT / ".cache" / "notebooks"
Arrays = Mapping[str, npt.NDArray[np.generic]]


def cached_arrays(name: str, key: str, compute: Callable[[], Arrays]) -> Arrays:
    """Return the arrays of `compute`, from disk if they were computed from the same data."""
    if QUICK:
        return compute()
    path = FOLDER / f"{name}-{key}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez_compressed(part, **compute())
        part.replace(path)
    with np.load(path, allow_pickle=False) as stored:
        return {field: stored[field] for field in stored.files}


def code_digest() -> str:
    """Change with the code of models and of their training."""
    seen = hashlib.sha256()
    for path in sorted((_ROOT / "ml").rglob("*.py")):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:8]


def cached_scores(name: str, key: str, compute: Callable[[], HeldOut]) -> HeldOut:
    """Return the held-out scores of `compute`, from disk if possible."""

    def arrays() -> Arrays:
        found = compute()
        return {
            "scores": found.scores,
            "temperature": found.temperature,
            "truth": found.truth,
            "groups": found.groups,
        }

    stored = cached_arrays(name, f"{key}-{code_digest()}", arrays)
    return HeldOut(
        stored["scores"].astype(np.float64),
        stored["temperature"].astype(np.float64),
        stored["truth"].astype(np.intp),
        stored["groups"].astype(np.intp),
    )
