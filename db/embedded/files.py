"""Folders and lock files that no other user of this machine may open."""

import contextlib
import logging
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from db.embedded.account import Account

if sys.platform != "win32":
    import fcntl

PATIENCE_S = 5.0
LOCK_TIMEOUT_S = 120.0
logger = logging.getLogger(__name__)


def make_private(directory: Path, account: Account | None) -> None:
    """Make a folder that only the server's account may enter; refuse one of someone else."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        if account:
            os.chown(directory, account.uid, account.gid, follow_symlinks=False)
    status = directory.lstat()  # the name is predictable, so another user may have created it
    user = account.uid if account else os.geteuid()
    if stat.filemode(status.st_mode) != "drwx------" or status.st_uid != user:
        raise PermissionError(f"{directory} belongs to someone else; remove it")


def open_lock(path: Path, account: Account | None) -> BinaryIO:
    """Open a file to lock, which nobody but its owner and root may open: who can, can hold it."""
    # Read-only is enough for flock, and works even if root created the file.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "rb")
    with contextlib.suppress(PermissionError):  # an earlier release made it as root
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
        os.fchmod(file.fileno(), 0o600)
    return file


@contextlib.contextmanager
def locked(path: Path, account: Account | None) -> Iterator[None]:
    """Hold the lock of a file during the block.

    Raises
    ------
    TimeoutError
        Another process does not free it.
    """
    with open_lock(path, account) as file:
        begun = time.monotonic()
        is_told = False
        while not _try(file):
            waited_s = time.monotonic() - begun
            if waited_s > LOCK_TIMEOUT_S:
                raise TimeoutError(f"another process has held {path} for {LOCK_TIMEOUT_S:g} s")
            if waited_s > PATIENCE_S and not is_told:
                logger.warning("Waiting for %s, which another process holds.", path)
                is_told = True
            time.sleep(0.02)
        yield


def _try(file: BinaryIO) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
