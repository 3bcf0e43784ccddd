"""Turn the rows of a batch's own file into a table, for the formats that are not CSV."""

from collections.abc import Sequence

import pyarrow as pa

from app.exports.annotated_csv import fit
from app.exports.annotations import ADDED, Notes, added_names
from ml.reading.original import OriginalFile, OriginalRow


def annotated_schema(original: OriginalFile) -> pa.Schema:
    """Return the columns: text as in the file, then what is added."""
    names = [*unique(original.names), *added_names(original.names)]
    types = [*[pa.string()] * len(original.names), *ADDED.types]
    return pa.schema(list(zip(names, types, strict=True)))


def annotated_table(original: OriginalFile, rows: Sequence[OriginalRow], notes: Notes) -> pa.Table:
    """Return the rows of a block; empty cells are empty text."""
    schema = annotated_schema(original)
    cells = [
        [
            *(cell.decode(errors="replace") for cell in fit(original.cells(row.record), original)),
            *notes.added_to(row),
        ]
        for row in rows
    ]
    columns = zip(*cells, strict=True)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def unique(names: Sequence[str]) -> list[str]:
    """Return the names; those that appear again get a number, since tables need distinct ones."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found
