"""Memory used to save an upload in a spool and read it again, by file size.

`python -m benchmarks.spool_memory s3://bucket/prefix [--mib 64 512 2048]`; `moto_server` runs an S3
server on this machine, which the `AWS_*` variables must point to (docs/background-batches.md).
"""

import argparse
import io
import threading
import time
import uuid

import psutil

from app.config.settings import Settings
from app.uploads.url import make_spool

MIB = 1024 * 1024
READ_BYTES = 4 * MIB


class MadeUpFile(io.RawIOBase):
    """A file of a given size that takes no memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        """Return zeros."""
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


class PeakMemory:
    """The largest resident set of this process during the block, and the one before."""

    def __enter__(self) -> "PeakMemory":
        self._process = psutil.Process()
        self.before = self.peak = self._process.memory_info().rss
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.005):
            self.peak = max(self.peak, self._process.memory_info().rss)

    @property
    def grown_mb(self) -> float:
        """Return the peak memory used by the block."""
        return (self.peak - self.before) / 1e6


def main() -> None:
    """Measure each size once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--mib", type=int, nargs="+", default=[64, 512, 2048])
    arguments = parser.parse_args()
    spool = make_spool(Settings(spool_url=arguments.url))
    spool.check()
    print(
        "| file, MiB | saving takes, MB | MB/s | reading takes, MB | MB/s |\n|---|---|---|---|---|"
    )
    for mib in [1, *arguments.mib]:  # the first one opens connections
        batch_id, size = uuid.uuid4(), mib * MIB
        with PeakMemory() as saving:
            spool.save(batch_id, MadeUpFile(size))  # type: ignore[arg-type]
        with PeakMemory() as reading, spool.open(batch_id) as file:
            while file.read(READ_BYTES):
                pass
        spool.remove(batch_id)
        if mib > 1:
            print(
                f"| {mib:,} | {saving.grown_mb:.0f} | {size / 1e6 / saving.seconds:.0f} "
                f"| {reading.grown_mb:.0f} | {size / 1e6 / reading.seconds:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
