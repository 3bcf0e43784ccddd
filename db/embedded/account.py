"""The account that runs Postgres when root starts it, and what that account can reach.

Postgres refuses to run as root. Only folders of ours are ever opened for its account: the data
folder lets it pass and nobody else. If another folder is in the way, the start is refused.
"""

import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from db.embedded.errors import EmbeddedPostgresError

if sys.platform != "win32":
    import pwd

NAME = "pgserver"
MARK = "postgres.users"
"""A file that every data folder has, from its first use on."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group, by id."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """Its name; the id if it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def first_closed(self, folders: list[Path]) -> Path | None:
        """Return the first folder that the account cannot pass through."""
        return next((folder for folder in folders if not self._can_pass(folder.stat())), None)

    def _can_pass(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account(folder: Path) -> Account:
    """Return the account for a server that root starts: the data's owner, else `pgserver`."""
    for path in (folder / "postgres", folder):
        if path.exists() and (status := path.stat()).st_uid != 0:
            return Account(status.st_uid, status.st_gid)
    if all(account.pw_name != NAME for account in pwd.getpwall()):
        command = f"useradd --system --no-create-home --shell /usr/sbin/nologin {NAME}"
        subprocess.run(command.split(), check=False)  # another process may have been faster
    try:
        return Account(*pwd.getpwnam(NAME)[2:4])
    except KeyError as error:
        raise PermissionError(f"useradd could not make the account `{NAME}`") from error


def open_data_folder(folder: Path, account: Account) -> None:
    """Make the data folder and let the account reach it: 0710, of root and the account's group.

    Postgres then can write only in its own subfolder, and other users cannot read it.

    Raises
    ------
    EmbeddedPostgresError
        A folder that is not ours is in the way; its permissions are left alone.
    """
    above = [parent for parent in reversed(folder.parents) if parent.exists()]
    if closed := account.first_closed(above):
        raise _refusal(closed, folder, account)
    _make_folders(folder)
    if account.first_closed([folder]):
        if not _is_ours(folder):
            raise _refusal(folder, folder, account)
        os.chown(folder, -1, account.gid)
        folder.chmod(0o710)


def close_to_others(folder: Path) -> None:
    """Close a data folder of this user to other users, who could hold its locks: 0700."""
    if folder.stat().st_uid == os.geteuid() and _is_ours(folder):
        folder.chmod(0o700)


def _make_folders(folder: Path) -> None:
    """Make a folder and its missing parents, which root's umask might close to the account."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    for parent in missing:
        parent.chmod(0o755)
    folder.mkdir(mode=0o700, exist_ok=True)


def _is_ours(folder: Path) -> bool:
    return (folder / MARK).exists() or not any(folder.iterdir())


def _refusal(closed: Path, folder: Path, account: Account) -> EmbeddedPostgresError:
    mode = stat.S_IMODE(closed.stat().st_mode)
    return EmbeddedPostgresError(
        f"the account {account.name}, which runs Postgres for root, cannot enter {closed} "
        f"(mode {mode:04o})",
        folder,
        advice="Set GENRE_DATA_DIR to a folder that it can reach, such as /var/lib/genre, or "
        "start as an ordinary user.",
    )
