"""Songs of which only the words and the genre are known: more training data for words."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy import sparse

from ml.errors import TrainingDataError

_REPEATED_SHARE = 0.75
_REPEATED_WORDS = 8
_BLOCK_ROWS = 512


@dataclass(frozen=True, slots=True)
class LyricRows:
    """Words of songs whose genre is known.

    Attributes
    ----------
    words : pyarrow string array
        Separated by spaces; pairs of words may be joined by `_`.
    truth : int array, shape (n_rows,)
        Index into the genres of the tracks.
    ignored : dict of str to int
        Rows left out, by genre: no track has that genre.
    sha256 : str
        Of the file.
    """

    words: pa.StringArray
    truth: npt.NDArray[np.intp]
    ignored: dict[str, int]
    sha256: str

    def __len__(self) -> int:
        return len(self.truth)


NO_LYRIC_ROWS = LyricRows(pa.array([], pa.string()), np.zeros(0, dtype=np.intp), {}, "")


def read_lyric_rows(path: Path, genres: Sequence[str]) -> LyricRows:
    """Read a CSV file `genre,words`; rows of genres that are not in `genres` are left out.

    Raises
    ------
    TrainingDataError
        The file is not CSV text, or a column is missing.
    """
    try:
        table = pd.read_csv(path, dtype="string", keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{path.name} cannot be read as CSV: {error}") from error
    missing = {"genre", "words"}.difference(table.columns)
    if missing:
        raise TrainingDataError(f"Missing columns in {path.name}: {', '.join(sorted(missing))}.")
    names = table["genre"].fillna("").str.strip()
    known = names.isin(list(genres))
    position_of = {genre: position for position, genre in enumerate(genres)}
    return LyricRows(
        words=pa.array(table["words"].fillna("")[known].tolist(), pa.string()),
        truth=np.array([position_of[name] for name in names[known]], dtype=np.intp),
        ignored={str(name): int(count) for name, count in names[~known].value_counts().items()},
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def repeats_a_track(rows: sparse.csr_matrix, tracks: sparse.csr_matrix) -> npt.NDArray[np.bool_]:
    """Tell which rows repeat the words of a track: the same song, or a cover of it.

    Parameters
    ----------
    rows, tracks : CSR matrices of ones, shapes (n_rows, n_words) and (n_tracks, n_words)

    Returns
    -------
    bool array, shape (n_rows,)
        Whether more than 8 and more than three quarters of its words are those of one track.
    """
    shared = np.zeros(rows.shape[0])
    for start in range(0, rows.shape[0], _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS] @ tracks.T
        shared[start : start + _BLOCK_ROWS] = block.max(axis=1).toarray().ravel()
    enough = _REPEATED_SHARE * np.diff(rows.indptr)
    return np.asarray((shared > _REPEATED_WORDS) & (shared > enough))
