"""Start the process that decodes a Parquet file, and talk to it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa

from ml.errors import CsvError

_CHILD = Path(__file__).with_name("child.py")
_COPY_BYTES = 1024 * 1024
_ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # gives freed memory back
    "ARROW_IO_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_MAX_HEADER_BYTES = 16 * 1024 * 1024


class ParquetDecoder:
    """A Parquet file that another process decodes; ask for `rows` once."""

    def __init__(self, path: str) -> None:
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            env={**os.environ, **_ENVIRONMENT},
        )
        self.names: list[str] = []
        self.row_count = 0

    def read_schema(self) -> None:
        """Wait for the names of the columns and the number of rows.

        Raises
        ------
        CsvError
            The file is damaged, or its decoder died of it.
        """
        line = self._pipe(self._process.stdout).readline(_MAX_HEADER_BYTES)
        if not line.endswith(b"\n"):
            raise self._failure()
        about = json.loads(line)
        self.names, self.row_count = about["names"], about["rows"]

    def rows(
        self, columns: Sequence[int], *, skip: int, batch_rows: int, keep_all: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Yield the cells of some columns, by their index, after `skip` rows.

        They are text or float64; with `keep_all`, all columns with their own types follow.

        Raises
        ------
        CsvError
            The file is damaged, or its decoder died of it.
        """
        wanted = {
            "columns": list(columns),
            "skip": skip,
            "batch_rows": batch_rows,
            "keep_all": keep_all,
        }
        try:
            stdin = self._pipe(self._process.stdin)
            stdin.write(json.dumps(wanted).encode() + b"\n")
            stdin.flush()
            with pa.ipc.open_stream(self._pipe(self._process.stdout)) as stream:
                yield from stream
        except (pa.ArrowException, OSError):
            raise self._failure() from None
        if self._process.wait() != 0:
            raise self._failure()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._messages):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _failure(self) -> CsvError:
        self._process.kill()
        code = self._process.wait()
        self._messages.seek(0)
        lines = self._messages.read(65_536).decode(errors="replace").strip().splitlines()
        found = lines[-1][:300] if code > 0 and lines else "its decoder ended unexpectedly"
        return CsvError(f"The Parquet file cannot be read: {found.rstrip('.')}.")

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


@contextlib.contextmanager
def decoded(file: BinaryIO) -> Iterator[ParquetDecoder]:
    """Copy a file to where another process can read it, and start that process."""
    with tempfile.TemporaryDirectory(prefix="genre-parquet-") as folder:
        path = Path(folder, "tracks.parquet")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, _COPY_BYTES)
        decoder = ParquetDecoder(str(path))
        try:
            decoder.read_schema()
            yield decoder
        finally:
            decoder.close()
