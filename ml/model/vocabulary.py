"""The known words, and which of them occur in each text.

A text is everything in words about one song: the tags and the title of a track, or a row of lyrics.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from ml.model.words import normalise_word
from ml.track import TrackTable

_BETWEEN_ASCII_WORDS = r"[^A-Za-z0-9]+"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class WordOccurrences:
    """Every word of every text, as flat arrays of one length.

    Attributes
    ----------
    rows : int64 array
        Index of the text.
    words : pyarrow string array
        As written: in any case, perhaps surrounded by spaces, perhaps empty.
    texts : int
        Number of texts, including those without words.
    """

    rows: npt.NDArray[np.int64]
    words: pa.StringArray
    texts: int


def split_tags(tags: pa.StringArray) -> WordOccurrences:
    """Split comma-separated tags into words, without a Python loop over them."""
    return _occurrences(pc.split_pattern(tags, ","))


def split_titles(titles: pa.StringArray) -> WordOccurrences:
    """Split titles at everything but letters and digits of any script.

    Arrow would take 2 ms at each call to compile a pattern with Unicode classes, so it splits the
    ASCII titles only and Python splits the others, which are few.
    """
    is_plain = np.asarray(pc.string_is_ascii(titles))
    plain = _occurrences(pc.split_pattern_regex(titles.filter(is_plain), _BETWEEN_ASCII_WORDS))
    others = np.flatnonzero(~is_plain)
    words = [_WORD.findall(title) for title in titles.take(others).to_pylist()]
    rows = [np.flatnonzero(is_plain)[plain.rows], np.repeat(others, [len(w) for w in words])]
    flat = pa.array([word for found in words for word in found], pa.string())
    return WordOccurrences(np.concatenate(rows), pa.concat_arrays([plain.words, flat]), len(titles))


def split_lyrics(lyrics: pa.StringArray) -> WordOccurrences:
    """Split rows of words at spaces, and pairs joined by `_` into single words."""
    return _occurrences(pc.split_pattern_regex(lyrics, r"[\s_]+"))


def split_tracks(tracks: TrackTable) -> WordOccurrences:
    """Return the words of tags and titles together, because rows of lyrics contain titles too."""
    tags, titles = split_tags(tracks.tags), split_titles(tracks.titles)
    rows = np.concatenate([tags.rows, titles.rows])
    return WordOccurrences(rows, pa.concat_arrays([tags.words, titles.words]), len(tracks))


def _occurrences(lists: pa.ListArray) -> WordOccurrences:
    # `Vocabulary` normalises each distinct spelling once.
    return WordOccurrences(np.asarray(pc.list_parent_indices(lists)), lists.flatten(), len(lists))


class Vocabulary:
    """Normalised words in a fixed order; turns the words of a text into a row of ones."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._column_of = {word: column for column, word in enumerate(self.words)}

    @classmethod
    def fit(cls, occurrences: WordOccurrences, *, min_texts: int) -> "Vocabulary":
        """Take the words that occur in at least `min_texts` texts, in alphabetical order."""
        encoded = occurrences.words.dictionary_encode()
        normal = [normalise_word(word) for word in encoded.dictionary.to_pylist()]
        everything = cls(sorted(set(normal) - {""}))
        count = everything.incidence(occurrences).getnnz(axis=0)
        return cls([everything.words[column] for column in np.flatnonzero(count >= min_texts)])

    def __len__(self) -> int:
        return len(self.words)

    def incidence(self, occurrences: WordOccurrences) -> sparse.csr_matrix:
        """Mark which words occur in which texts.

        Only the distinct words are normalised and looked up: a few thousand out of a million.

        Returns
        -------
        float32 CSR matrix, shape (n_texts, n_words)
            1 where the text has the word, however often.
        """
        encoded = occurrences.words.dictionary_encode()
        column_of = np.array(
            [
                self._column_of.get(normalise_word(word), -1)
                for word in encoded.dictionary.to_pylist()
            ],
            dtype=np.int32,
        )
        columns = column_of[np.asarray(encoded.indices)]
        known = columns >= 0
        rows = occurrences.rows[known].astype(np.int32)
        matrix = sparse.csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, columns[known])),
            shape=(occurrences.texts, len(self)),
        )
        # SciPy adds up duplicates; here a repeated word counts once.
        matrix.data[:] = 1.0
        return matrix
