"""The known lyric words, and which of them occur in each track."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse


@dataclass(frozen=True, slots=True)
class WordOccurrences:
    """Every word of every track, as flat arrays of one length.

    Attributes
    ----------
    rows : int64 array
        Index of the track, ascending.
    words : pyarrow string array
        Lower case, trimmed, never empty.
    """

    rows: np.ndarray
    words: pa.StringArray


def split_tags(tags: pa.StringArray) -> WordOccurrences:
    """Split comma-separated tags into words, without a Python loop over them."""
    lists = pc.split_pattern(tags, ",")
    words = pc.utf8_lower(pc.utf8_trim_whitespace(lists.flatten()))
    rows = np.asarray(pc.list_parent_indices(lists))
    filled = pc.not_equal(words, "")
    return WordOccurrences(rows[np.asarray(filled)], words.filter(filled))


class Vocabulary:
    """Words in a fixed order; a track's words become a row of ones."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._values = pa.array(self.words, pa.string())

    @classmethod
    def fit(cls, tags: pa.StringArray, *, min_tracks: int) -> "Vocabulary":
        """Take the words that occur in at least `min_tracks` tracks, in alphabetical order."""
        occurrences = split_tags(tags)
        pairs = pa.table({"row": occurrences.rows, "word": occurrences.words})
        counts = pairs.group_by("word").aggregate([("row", "count_distinct")])
        frequent = counts.filter(pc.greater_equal(counts["row_count_distinct"], min_tracks))
        return cls(sorted(frequent["word"].to_pylist()))

    def __len__(self) -> int:
        return len(self.words)

    def incidence(self, tags: pa.StringArray) -> sparse.csr_matrix:
        """Tell which words occur in which tracks.

        Returns
        -------
        float32 CSR matrix, shape (n_tracks, n_words)
            1 where the track has the word, however often it names it.
        """
        occurrences = split_tags(tags)
        columns = pc.index_in(occurrences.words, self._values)
        known = np.asarray(columns.is_valid())
        rows, cols = occurrences.rows[known], np.asarray(columns.drop_null())
        matrix = sparse.csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, cols)),
            shape=(len(tags), len(self)),
        )
        # Duplicate entries were added up; a set of words has each once.
        matrix.data[:] = 1.0
        return matrix
