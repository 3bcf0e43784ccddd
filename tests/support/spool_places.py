"""Spools in a folder and in a bucket, and direct access to their files."""

import io
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.config.settings import Settings
from app.uploads.bucket import BLOCK_BYTES
from app.uploads.spool import Spool
from app.uploads.url import make_spool

BLOCKS = os.urandom(2 * BLOCK_BYTES + 5)
"""Content that is uploaded in several parts."""


@dataclass(frozen=True)
class Place:
    """A spool, and direct access to its files."""

    spool: Spool
    names: Callable[[], list[str]]
    put: Callable[[str, bytes], Any]


class Endless(io.BytesIO):
    """A file that signals when it is read, and never ends."""

    def __init__(self, fails_after: int | None = None) -> None:
        super().__init__()
        self.is_read = threading.Event()
        self.bytes_left = fails_after

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        self.is_read.set()
        if self.bytes_left is not None:
            if self.bytes_left <= 0:
                raise ValueError("I/O operation on closed file.")
            self.bytes_left -= size
        time.sleep(0.002)
        return bytes(size)


def spool_at(url: object) -> Spool:
    return make_spool(Settings(spool_url=str(url)))


def uses(spool: Spool) -> list[Callable[[], object]]:
    """Every operation of a spool."""
    return [
        lambda: spool.save(uuid.uuid4(), io.BytesIO(b"trackID\n")),
        lambda: spool.save(uuid.uuid4(), io.BytesIO(BLOCKS)),
        lambda: spool.open(uuid.uuid4()),
        spool.list_files,
        spool.check,
    ]
