"""The words of a title as they are searched: accents and case folded, one space between.

Used for stored titles and for queries, so that both fold alike, whatever the server's locale.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

MAX_BYTES = 500
"""What is kept of a title's words: with the title itself they must fit into a row of an index."""
_KEPT_CHARS = MAX_BYTES // 4
_ASCII_GAP = re.compile(r"[^a-z0-9]+")


def fold_titles(titles: pa.StringArray) -> pa.StringArray:
    """Fold titles, e.g. "Café del Mar (Live)" to "cafe del mar live", and cut very long ones."""
    words = _fold(titles)
    cut = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(words, 0, _KEPT_CHARS))
    return pc.if_else(pc.greater(pc.binary_length(words), MAX_BYTES), cut, words)


def search_words(text: str) -> list[str] | None:
    """Return the words with which words of a title must begin; None if no title can have them."""
    words = _fold_query(text).split()
    if not words or any(len(word.encode()) > MAX_BYTES for word in words):
        return None
    return words


def _fold_query(text: str) -> str:
    if text.isascii():  # most are, and Arrow takes a millisecond to begin
        return _ASCII_GAP.sub(" ", text.lower())
    folded: str = _fold(pa.array([text], pa.string()))[0].as_py()
    return folded


def _fold(texts: pa.StringArray) -> pa.StringArray:
    decomposed = pc.utf8_normalize(texts, "NFKD")
    plain = pc.replace_substring_regex(decomposed, r"\p{Mn}+", "")
    words = pc.replace_substring_regex(plain, r"[^\p{L}\p{N}]+", " ")
    return pc.utf8_lower(pc.utf8_trim_whitespace(words))
