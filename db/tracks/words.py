"""Fold titles for search: no accents, lower case, words separated by one space.

Stored titles and queries are folded here, so both fold alike whatever the server's locale.
"""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MAX_SEARCH_WORDS = 10
"""Limit on the words of a search, each of which is compared with many titles."""
MAX_BYTES = 500
"""Limit on a title's folded words, which must fit into an index row with the title."""
_KEPT_CHARS = MAX_BYTES // 4
_ASCII_GAP = r"[^a-z0-9]+"
_GAP = re.compile(r"[\W_]+")


def fold_titles(titles: pa.StringArray) -> pa.StringArray:
    """Fold titles, e.g. "Café del Mar (Live)" to "cafe del mar live", and cut very long ones."""
    words = _fold_all(titles)
    cut = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(words, 0, _KEPT_CHARS))
    return pc.if_else(pc.greater(pc.binary_length(words), MAX_BYTES), cut, words)


def search_words(text: str) -> list[str] | None:
    """Return the prefixes that a title's words must have; None if no title can match."""
    words = _fold(text).split()
    if not words or any(len(word.encode()) > MAX_BYTES for word in words):
        return None
    return words


def _fold_all(titles: pa.StringArray) -> pa.StringArray:
    """Fold like `_fold`, using Arrow for ASCII titles, which most are.

    For other titles Arrow would need Unicode character classes, which take 3 ms to compile on every
    call.
    """
    is_plain = pc.string_is_ascii(titles)
    plain = pc.replace_substring_regex(pc.ascii_lower(titles.filter(is_plain)), _ASCII_GAP, " ")
    others = [_fold(title) for title in titles.filter(pc.invert(is_plain)).to_pylist()]
    folded = pa.concat_arrays([pc.ascii_trim_whitespace(plain), pa.array(others, pa.string())])
    # Position of each title among the ASCII ones, or after them among the others.
    order = np.argsort(np.argsort(~np.asarray(is_plain), kind="stable"), kind="stable")
    return folded.take(pa.array(order))


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return _GAP.sub(" ", plain.lower()).strip()
