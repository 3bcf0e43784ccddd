"""Keep a random sample of tracks while any number of them streams by."""

import numpy as np

from ml.report.sample import SampledTracks, concat_samples

SAMPLE = 10_000
"""More would change the figures of a report little."""


class Reservoir:
    """Keeps the `size` tracks with the smallest random keys; the same seed keeps the same ones."""

    def __init__(self, size: int = SAMPLE, seed: int = 0) -> None:
        self._size = size
        self._draw = np.random.default_rng(seed)
        self._keys = np.empty(0)
        self._kept: SampledTracks | None = None

    def add(self, found: SampledTracks) -> None:
        """Offer some tracks."""
        keys = self._draw.random(len(found))
        if len(self._keys) == self._size:  # most of a long file ends here, without a copy
            wanted = np.flatnonzero(keys < self._keys.max())
            keys, found = keys[wanted], found.take(wanted)
        if len(found) == 0:
            return
        keys = np.concatenate([self._keys, keys])
        joined = found if self._kept is None else concat_samples(self._kept, found)
        order = np.sort(np.argsort(keys, kind="stable")[: self._size])
        self._keys, self._kept = keys[order], joined.take(order)

    def end(self) -> SampledTracks | None:
        """Return the sample in the order of the file; None if there was no track."""
        return self._kept
