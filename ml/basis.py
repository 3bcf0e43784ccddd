"""What a prediction is based on: the words of a track, its sound, or both.

The title counts as words: with it, sound predicts better than alone (docs/adr/0032). Sound with
more than a quarter of its columns missing predicts worse than words alone, so it is left out.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.columns import NUMBER_COLUMNS, SOUND_COLUMNS

Basis = npt.NDArray[np.uint8]
"""Of each track: 0, `WORDS`, `SOUND` or `BOTH`."""
WORDS: Final = 1
SOUND: Final = 2
BOTH: Final = WORDS | SOUND
MAX_GAPS: Final = len(SOUND_COLUMNS) // 4
"""So many of `SOUND_COLUMNS` may be missing for sound to count."""

_SOUND = [NUMBER_COLUMNS.index(column) for column in SOUND_COLUMNS]


def find_basis(
    titles: pa.StringArray, tags: pa.StringArray, numbers: npt.NDArray[np.float64]
) -> Basis:
    """Return what can be said about each track.

    Parameters
    ----------
    titles, tags : pyarrow string arrays of length n_tracks
    numbers : float64 array, shape (n_tracks, 154)
        In the order of `NUMBER_COLUMNS`; NaN where a number is missing.
    """
    has_words = _has_words(tags) | _has_words(titles)
    has_sound = np.isnan(numbers[:, _SOUND]).sum(axis=1) <= MAX_GAPS
    return np.asarray(has_words * WORDS + has_sound * SOUND, dtype=np.uint8)


def _has_words(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), dtype=np.bool_)
