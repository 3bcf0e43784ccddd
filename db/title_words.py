"""The words of a title as they are searched: accents and case folded, one space between.

Used for stored titles and for queries, so that both fold alike, whatever the server's locale.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

_UNSAFE = re.compile(r"[^\w ]")


def fold_titles(titles: pa.StringArray) -> pa.StringArray:
    """Fold titles, e.g. "Café del Mar (Live)" to "cafe del mar live"."""
    decomposed = pc.utf8_normalize(titles, "NFKD")
    plain = pc.replace_substring_regex(decomposed, r"\p{Mn}+", "")
    words = pc.replace_substring_regex(plain, r"[^\p{L}\p{N}]+", " ")
    return pc.utf8_lower(pc.utf8_trim_whitespace(words))


def search_query(text: str) -> str | None:
    """Return a `tsquery` for titles that have a word beginning with each word of `text`.

    None if `text` has no word at all.
    """
    words = fold_titles(pa.array([text], pa.string()))[0].as_py().split()
    # What the fold leaves are letters and digits; the quotes keep Postgres from parsing them.
    return " & ".join(f"'{_UNSAFE.sub('', word)}':*" for word in words) or None
