"""Turn the rows of a batch's own file into tables, for the formats that are not CSV."""

from collections.abc import Sequence

import pyarrow as pa

from app.exports.annotated_csv import fit
from app.exports.annotations import ADDED, Notes, added_names
from ml.reading.originals.original import Original, OriginalBlock


def annotated_schema(original: Original, *, is_typed: bool) -> pa.Schema:
    """Return the columns of the file, as text or with their own types, then what is added."""
    names = [*unique(original.names), *added_names(original.names)]
    types = original.types if is_typed and original.types else [pa.string()] * len(original.names)
    return pa.schema(list(zip(names, [*types, *ADDED.types], strict=True)))


def annotated_table(
    original: Original, schema: pa.Schema, block: OriginalBlock, notes: Notes
) -> pa.Table:
    """Return a block; as text, empty cells are empty text."""
    own = schema.types[: len(original.names)]
    if block.table is not None and own == block.table.schema.types:
        columns = block.table.columns
    else:
        columns = _text_columns(original, block)
    added = zip(*map(notes.added_to, block.rows), strict=True)
    types = schema.types[len(own) :]
    columns = [*columns, *map(pa.array, added, types)]
    return pa.table(columns, schema=schema)


def annotated_rows(block: OriginalBlock, notes: Notes) -> Sequence[Sequence[object]]:
    """Return the cells of a block, row by row, with numbers as numbers."""
    return [(*row.values, *notes.added_to(row)) for row in block.rows]


def _text_columns(original: Original, block: OriginalBlock) -> list[pa.Array]:
    cells = [
        [cell.decode(errors="replace") for cell in fit(original.cells(row.record), original)]
        for row in block.rows
    ]
    return [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]


def unique(names: Sequence[str]) -> list[str]:
    """Return the names; those that appear again get a number, since tables need distinct ones."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found
