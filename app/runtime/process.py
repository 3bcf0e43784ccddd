"""Prepare a process that classifies files: keep memory flat and the event loop responsive.

Files are processed in chunks of equal size, so memory should stay flat. But glibc gives each thread
its own arena, and Arrow's pool keeps freed blocks; both grow over time regardless of need.
"""

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder

# From glibc's malloc.h.
_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8

SWITCH_INTERVAL_S = 0.001
"""How long a computing thread may block the event loop; Python's default is 5 ms."""

UNUSED_LIBRARIES = ("sklearn", "pandas")
"""Optional dependencies of LightGBM and Arrow that only training uses."""
ARENAS = 2
LARGE_BYTES = 2 * 1024 * 1024
"""Blocks of at least this size are mapped, and returned to the system as soon as they are freed.

Mapping costs a page fault per 4 KiB: the service is 1.25 times as fast as with 256 KiB. With 4 MiB
it is slightly faster still, but a million rows take 21 % more memory than 42,800, instead of 6 %.
"""


def prepare_process() -> None:
    """Limit malloc to few arenas and shorten the switch interval; call before threads start.

    Together with `quick_imports`, which makes Arrow use malloc, this lowers the peak at 42,800 rows
    from 446 to 382 MB (`benchmarks/memory.py`). Without glibc, malloc is left alone.
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
    """Import modules in the block without garbage collection.

    Modules are never freed, so collections during the imports would find next to nothing (1,400
    objects of 250,000) and take 0.3 s in total. Later collections skip them too.
    """
    gc.disable()
    try:
        _import_lightgbm_and_arrow()
        yield
    finally:
        gc.freeze()
        gc.enable()


def _import_lightgbm_and_arrow() -> None:
    """Import both without scikit-learn and pandas, and make Arrow use malloc (docs/adr/0016).

    Both libraries probe for these optional dependencies by importing them, LightGBM at import and
    Arrow at its first array. Later imports succeed as usual.
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
    """Pretends that `UNUSED_LIBRARIES` are not installed, unless they are already imported."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname in UNUSED_LIBRARIES:
            raise ModuleNotFoundError(f"{fullname} is not needed", name=fullname)
