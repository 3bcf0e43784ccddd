"""The words of a title as they are searched: accents and case folded, one space between.

Used for stored titles and for queries, so that both fold alike, whatever the server's locale.
"""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MAX_BYTES = 500
"""What is kept of a title's words: with the title itself they must fit into a row of an index."""
_KEPT_CHARS = MAX_BYTES // 4
_ASCII_GAP = r"[^a-z0-9]+"
_GAP = re.compile(r"[\W_]+")


def fold_titles(titles: pa.StringArray) -> pa.StringArray:
    """Fold titles, e.g. "Café del Mar (Live)" to "cafe del mar live", and cut very long ones."""
    words = _fold_all(titles)
    cut = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(words, 0, _KEPT_CHARS))
    return pc.if_else(pc.greater(pc.binary_length(words), MAX_BYTES), cut, words)


def search_words(text: str) -> list[str] | None:
    """Return the words with which words of a title must begin; None if no title can have them."""
    words = _fold(text).split()
    if not words or any(len(word.encode()) > MAX_BYTES for word in words):
        return None
    return words


def _fold_all(titles: pa.StringArray) -> pa.StringArray:
    """Do as `_fold` does; Arrow does it for ASCII, which most titles are.

    For others it would need patterns with classes of Unicode, which it takes 3 ms to compile at
    each call.
    """
    is_plain = pc.string_is_ascii(titles)
    plain = pc.replace_substring_regex(pc.ascii_lower(titles.filter(is_plain)), _ASCII_GAP, " ")
    others = [_fold(title) for title in titles.filter(pc.invert(is_plain)).to_pylist()]
    folded = pa.concat_arrays([pc.ascii_trim_whitespace(plain), pa.array(others, pa.string())])
    # The position of each title among the plain ones, or after them among the others.
    order = np.argsort(np.argsort(~np.asarray(is_plain), kind="stable"), kind="stable")
    return folded.take(pa.array(order))


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return _GAP.sub(" ", plain.lower()).strip()
