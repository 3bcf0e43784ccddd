"""Find our columns among the names of a header, or say what is wrong with it."""

from collections.abc import Sequence

from ml.columns import REQUIRED_COLUMNS
from ml.errors import CsvError
from ml.reading.column_match import ColumnMatch, match_columns
from ml.reading.read_options import ReadOptions

_SHOWN_NAMES = 3
_SHOWN_CHARS = 30


def check_names(names: Sequence[str], options: ReadOptions, line: int) -> ColumnMatch:
    """Match the names of a header, which is in a line of a file.

    Raises
    ------
    CsvError
        A required column is missing, repeated or ambiguous.
    ColumnMappingError
        The mapping of `options` does not fit the header.
    """
    match = match_columns(names, options.columns)
    missing = match.needed(allow_missing=options.allow_missing)
    if missing:
        message = _missing_message(names, missing, line)
        raise CsvError(message, line=line, missing_columns=missing)
    repeated = sorted(column for column, names in match.ambiguous.items() if column in names)
    if repeated:
        message = f"Columns appear more than once in the header: {', '.join(repeated)}."
        raise CsvError(message, line=line)
    for column, headers in match.ambiguous.items():
        found = " and ".join(f'"{_cut(name)}"' for name in headers)
        message = f"{found} could each be the column {column}. Rename one, or map the column."
        raise CsvError(message, line=line)
    return match


def _missing_message(names: Sequence[str], missing: Sequence[str], line: int) -> str:
    if len(missing) <= len(REQUIRED_COLUMNS) // 2:
        return f"Required columns are missing: {_some(missing)}."
    found = ", ".join(map(_cut, names[:_SHOWN_NAMES])) + " …" * (len(names) > _SHOWN_NAMES)
    return (
        f"No header with our columns was found in line {line}. "
        f"Found: {found}. Missing: {_some(missing)}."
    )


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {rest} more" if rest > 0 else shown


def _cut(name: str) -> str:
    cut = name if len(name) <= _SHOWN_CHARS else name[:_SHOWN_CHARS] + "..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)
