"""Refuse a background upload if too much waits already, or the disk is nearly full."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.batches.errors import UploadRefusedError
from db.batches.backlog import Backlog, PostgresBacklog


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """How many uploads may wait, and how many bytes of them."""

    files: int
    size_bytes: int
    files_per_client: int
    bytes_per_client: int
    free_bytes: int
    """How much of the disk stays free."""


@dataclass(frozen=True, slots=True)
class UploadQuota:
    """Decides whether an upload may still be kept; `folder` is None if it is not on a disk."""

    backlog: PostgresBacklog
    limits: QuotaLimits
    folder: Path | None

    async def check(self, client_id: str | None, size_bytes: int) -> None:
        """Look before an upload is kept.

        Uploads that arrive at the same moment may each pass; they are few.

        Raises
        ------
        UploadRefusedError
            It would be one too many, or leave too little of the disk.
        """
        own, all_ = await self.backlog.measure(client_id)
        limits = self.limits
        _check(own, size_bytes, limits.files_per_client, limits.bytes_per_client, "of this client")
        _check(all_, size_bytes, limits.files, limits.size_bytes, "altogether")
        if self.folder is not None and _free(self.folder) - size_bytes < limits.free_bytes:
            raise UploadRefusedError("The disk for uploads is nearly full. Try again later.")


def _check(backlog: Backlog, size_bytes: int, files: int, most_bytes: int, whose: str) -> None:
    if backlog.files >= files or backlog.size_bytes + size_bytes > most_bytes:
        raise UploadRefusedError(
            f"{backlog.files:,} uploads of {backlog.size_bytes:,} bytes {whose} wait already; at "
            f"most {files:,} and {most_bytes:,} bytes may. Try again later, or with wait: true."
        )


def _free(folder: Path) -> int:
    """Return the free bytes of the disk; the folder may not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
