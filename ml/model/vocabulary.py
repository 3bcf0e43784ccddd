"""The known words, and which of them occur in each text.

A text is what is known of one song in words: the tags and the title of a track, or a row of lyrics.
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
        As they stand in the text: any case, perhaps with spaces around, perhaps empty.
    texts : int
        How many texts there are, with those that have no word.
    """

    rows: npt.NDArray[np.int64]
    words: pa.StringArray
    texts: int


def split_tags(tags: pa.StringArray) -> WordOccurrences:
    """Split comma-separated tags into words, without a Python loop over them."""
    return _occurrences(pc.split_pattern(tags, ","))


def split_titles(titles: pa.StringArray) -> WordOccurrences:
    """Split titles at everything but letters and digits of any script.

    Arrow takes 2 ms to compile a pattern with classes of Unicode, at each call, and so does without
    them; Python splits the few titles that need them.
    """
    is_plain = np.asarray(pc.string_is_ascii(titles))
    plain = _occurrences(pc.split_pattern_regex(titles.filter(is_plain), _BETWEEN_ASCII_WORDS))
    others = np.flatnonzero(~is_plain)
    words = [_WORD.findall(title) for title in titles.take(others).to_pylist()]
    rows = [np.flatnonzero(is_plain)[plain.rows], np.repeat(others, [len(w) for w in words])]
    flat = pa.array([word for found in words for word in found], pa.string())
    return WordOccurrences(np.concatenate(rows), pa.concat_arrays([plain.words, flat]), len(titles))


def split_lyrics(lyrics: pa.StringArray) -> WordOccurrences:
    """Split rows of words at spaces, and pairs joined by `_` into their words."""
    return _occurrences(pc.split_pattern_regex(lyrics, r"[\s_]+"))


def split_tracks(tracks: TrackTable) -> WordOccurrences:
    """Take the words of tags and titles alike: rows of lyrics hold words of titles too."""
    tags, titles = split_tags(tracks.tags), split_titles(tracks.titles)
    rows = np.concatenate([tags.rows, titles.rows])
    return WordOccurrences(rows, pa.concat_arrays([tags.words, titles.words]), len(tracks))


def _occurrences(lists: pa.ListArray) -> WordOccurrences:
    # Words are brought to their normal form once for all that are spelt alike: `Vocabulary`.
    return WordOccurrences(np.asarray(pc.list_parent_indices(lists)), lists.flatten(), len(lists))


class Vocabulary:
    """Words in a fixed order, in their normal form; the words of a text become a row of ones."""

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
        """Tell which words occur in which texts.

        Only the distinct words are normalised and looked up: some thousand among a million.

        Returns
        -------
        float32 CSR matrix, shape (n_texts, n_words)
            1 where the text has the word, however often it names it.
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
        # Duplicate entries were added up; a set of words has each once.
        matrix.data[:] = 1.0
        return matrix
