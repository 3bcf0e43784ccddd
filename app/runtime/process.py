"""Prepare a process that classifies files: memory stays flat, the event loop gets its turn.

A file is handled in chunks of equal size, so memory could stay flat by itself; but glibc gives each
thread its own arena, and Arrow's pool keeps freed blocks: both grow with time, not with need.
"""

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder

# Numbers of glibc's malloc.h.
_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8

SWITCH_INTERVAL_S = 0.001
"""How long a computing thread may keep the event loop waiting; Python's own is 5 ms."""

UNUSED_LIBRARIES = ("sklearn", "pandas")
"""What LightGBM and Arrow import if it is there, to convert from or to it; only training does."""
ARENAS = 2
LARGE_BYTES = 2 * 1024 * 1024
"""Blocks from this size are mapped, and go back to the system as soon as they are freed.

Mapping costs a page fault for each 4 KiB: the service is 1.25 times as fast as with 256 KiB. With
4 MiB it is a little faster still, but a million rows take 21 % more memory than 42,800, not 6 %.
"""


def prepare_process() -> None:
    """Have malloc use few arenas, and threads give way; call before threads start.

    With `quick_imports`, which has Arrow use malloc, measured by `benchmarks/memory.py`: the peak
    at 42,800 rows was 446 MB before, 382 MB after. Does nothing to malloc where there is no glibc.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
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


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Let the block import what the process works with, without looking for garbage meanwhile.

    Modules stay, so each search through all that has been imported so far would find next to
    nothing (1,400 objects of 250,000) and take 0.3 s together. They are spared later searches too.
    """
    gc.disable()
    try:
        _import_lightgbm_and_arrow()
        yield
    finally:
        gc.freeze()
        gc.enable()


def _import_lightgbm_and_arrow() -> None:
    """Import them without scikit-learn and pandas, and have Arrow use malloc (docs/adr/0016).

    Both libraries are optional to both, which look for them by importing them, LightGBM at once and
    Arrow at its first array. Whoever imports them later gets them.
    """
    finder = _Unavailable()
    sys.meta_path.insert(0, finder)
    try:
        import lightgbm  # noqa: F401
        import pyarrow as pa

        pa.set_memory_pool(pa.system_memory_pool())
        pa.array([])
    finally:
        sys.meta_path.remove(finder)


class _Unavailable(MetaPathFinder):
    """Says of `UNUSED_LIBRARIES` that they are not installed; those imported before are left."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Be asked first for each module that is not imported yet."""
        if fullname in UNUSED_LIBRARIES:
            raise ModuleNotFoundError(f"{fullname} is not wanted here", name=fullname)
