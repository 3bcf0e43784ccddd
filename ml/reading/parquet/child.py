"""The process that decodes a Parquet file; it knows Arrow and nothing else.

It is started with the path of the file, writes a line of JSON about it, reads a line of JSON that
says what is wanted, and writes the rows as a stream of Arrow IPC. If it fails, it exits with 1 and
a message as the last line of stderr.
"""

import contextlib
import json
import sys
from typing import Any

MAX_MEMORY_BYTES = 3 * 1024**3
"""Of addresses, of which Arrow reserves more than it uses."""
MAX_CPU_S = 3600
BUFFER_BYTES = 65_536
"""Per column; without it, a whole row group is read at once."""


def main() -> None:
    """Decode the file that the first argument names."""
    _limit_resources()
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(sys.argv[1], buffer_size=BUFFER_BYTES, pre_buffer=False)
    schema, metadata = file.schema_arrow, file.metadata
    about = {"names": schema.names, "rows": metadata.num_rows}
    sys.stdout.write(json.dumps(about) + "\n")
    sys.stdout.flush()
    wanted = json.loads(sys.stdin.readline())
    indices, keep_all = wanted["columns"], wanted["keep_all"]
    columns = None if keep_all else [schema.names[index] for index in indices]
    first, skipped = 0, wanted["skip"]
    while first < metadata.num_row_groups and skipped >= metadata.row_group(first).num_rows > 0:
        skipped -= metadata.row_group(first).num_rows
        first += 1
    groups = list(range(first, metadata.num_row_groups))
    kept = schema.types if keep_all else []
    types = [*(_type(schema.field(index).type) for index in indices), *map(_plain, kept)]
    out = pa.schema([(str(number), type) for number, type in enumerate(types)])
    with pa.ipc.new_stream(sys.stdout.buffer, out) as stream:
        if not groups:
            return
        batches = file.iter_batches(
            wanted["batch_rows"], row_groups=groups, columns=columns, use_threads=False
        )
        for batch in batches:
            if skipped >= batch.num_rows:
                skipped -= batch.num_rows
                continue
            part, skipped = batch.slice(skipped), 0
            found = part.columns
            if columns is not None:
                found = [part.column(part.schema.get_field_index(name)) for name in columns]
            cells = [found[index] for index in indices] if keep_all else found
            arrays = list(map(_converted, cells, types))
            if keep_all:
                arrays += map(_decoded, found)
            stream.write_batch(pa.record_batch(arrays, schema=out))


def _plain(found: Any) -> Any:
    """Return the type of decoded values."""
    import pyarrow as pa

    return found.value_type if isinstance(found, pa.DictionaryType) else found


def _decoded(cells: Any) -> Any:
    import pyarrow as pa

    return cells.dictionary_decode() if isinstance(cells.type, pa.DictionaryType) else cells


def _type(found: Any) -> Any:
    """Numbers stay numbers; whole numbers become text, as a track id must stay exact."""
    import pyarrow as pa

    found = _plain(found)
    if pa.types.is_floating(found) or pa.types.is_decimal(found):
        return pa.float64()
    return pa.string()


def _converted(cells: Any, wanted: Any) -> Any:
    """Return cells as text or as float64."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _decoded(cells)
    if pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):  # tags
        return pc.binary_join(cells.cast(pa.list_(pa.string())), ",").fill_null("")
    if pa.types.is_boolean(cells.type):
        cells = cells.cast(pa.int8())
    if pa.types.is_binary(cells.type) or pa.types.is_large_binary(cells.type):
        cells = cells.cast(pa.string())
    converted = cells.cast(wanted, safe=False)
    return converted.fill_null("") if wanted == pa.string() else converted


def _limit_resources() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        sys.exit("it needs too much memory; write smaller row groups and pages")
    except Exception as error:
        sys.exit(str(error).splitlines()[0][:300] if str(error) else type(error).__name__)
