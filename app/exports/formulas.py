"""Keep spreadsheets from running text as formulas."""

import pyarrow as pa
import pyarrow.compute as pc

FORMULA = r"^\s*[=+\-@\t\r\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"
"""The start of a cell that a spreadsheet would interpret as a formula, also in full width."""


def defuse_formulas(table: pa.Table) -> pa.Table:
    """Put an apostrophe before text that a spreadsheet would interpret as a formula.

    Titles are untrusted, and `=HYPERLINK(...)` would run when somebody opens the file.
    """
    for index, field in enumerate(table.schema):
        if field.type == pa.string():
            text = table.column(index)
            risky = pc.match_substring_regex(text, FORMULA)
            quoted = pc.binary_join_element_wise("'", text, "")
            table = table.set_column(index, field, pc.if_else(risky, quoted, text))
    return table
