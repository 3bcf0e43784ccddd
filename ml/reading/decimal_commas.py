"""Read `3,5` as 3.5 in files whose delimiter is not the comma."""

import pyarrow as pa
import pyarrow.compute as pc

_DECIMAL_COMMA = r"^(\s*[+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?\s*)$"


def read_decimal_commas(cells: pa.Array) -> pa.Array:
    """Return cells in which the only comma of a number is a point; others stay as they are."""
    return pc.replace_substring_regex(cells, _DECIMAL_COMMA, r"\1.\2")
