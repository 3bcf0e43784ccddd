"""The spool in a folder, for one machine or several that share a file system."""

import contextlib
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from app.uploads.spool import PART_SUFFIX, SUFFIX, Spool, copy_wanted

if sys.platform != "win32":
    import fcntl


class FolderSpool(Spool):
    """Files in a folder, which is created when needed.

    Parameters
    ----------
    waits_for_disk
        Whether a file is on disk once it is saved.
    """

    def __init__(self, folder: Path, *, waits_for_disk: bool = True) -> None:
        self._folder = folder.absolute()
        self._waits_for_disk = waits_for_disk

    def _path(self, batch_id: uuid.UUID) -> str:
        return str(self._folder / f"{batch_id}{SUFFIX}")

    def _find_root(self) -> None:
        # Other users must not read uploads.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self._folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(f"no permission to read and write in {self._folder}")

    def _write(self, path: str, content: BinaryIO, unwanted: threading.Event) -> None:
        self._find_root()
        part = path + PART_SUFFIX
        try:
            with open(part, "wb") as copy:
                _mark_in_use(copy)
                copy_wanted(content, copy, unwanted)
                copy.flush()
                if self._waits_for_disk:  # before the client gets the batch
                    os.fsync(copy.fileno())
            os.replace(part, path)
        except BaseException:
            self.remove_path(part)
            raise

    def _open(self, path: str) -> Any:
        return open(path, "rb")

    def _move(self, path: str, target: str) -> None:
        folder = os.path.dirname(target)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.replace(path, target)

    def _list(self) -> Iterator[tuple[str, float]]:
        if not self._folder.exists():
            return
        for path in self._folder.iterdir():
            try:
                yield str(path), max(0.0, time.time() - path.stat().st_mtime)
            except FileNotFoundError:  # removed in the meantime
                continue

    def _remove(self, path: str) -> None:
        os.remove(path)

    def is_abandoned(self, path: str) -> bool:
        with contextlib.suppress(OSError), open(path, "rb") as part:
            return _mark_in_use(part)
        return False


def _mark_in_use(part: BinaryIO) -> bool:
    """Lock a file that is being written; the kernel frees it however the process ends."""
    if sys.platform == "win32":
        return False
    with contextlib.suppress(OSError):  # another process has it, or the disk knows no locks
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
