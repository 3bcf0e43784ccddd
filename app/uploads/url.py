"""Make the spool that `GENRE_SPOOL_URL` names, without accessing it."""

from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from app.config.settings import Settings, SettingsError
from app.uploads.bucket import BucketSpool
from app.uploads.folder import FolderSpool
from app.uploads.spool import Spool

KINDS = "Use a folder or s3://bucket/prefix."
ORIGINALS = "originals"
OPTIONS = {"use_listings_cache": False, "skip_instance_cache": True}
"""Other processes change the spool, so cached listings would be stale."""
S3_TRIES = 2
"""A client is waiting. Attempts of botocore and s3fs multiply; the default is five each."""


def make_spool(settings: Settings) -> Spool:
    """Make a spool in a folder or an object store.

    The endpoint, region and credentials of a store come from the variables and files that AWS's
    own tools use.

    Raises
    ------
    SettingsError
        The URL is not supported, or the package it needs is not installed.
    """
    files, root = _open(settings)
    return FolderSpool(Path(root)) if _is_folder(files) else BucketSpool(files, root)


def make_original_store(settings: Settings) -> Spool:
    """Make the place for files that are kept after they were read, below the spool."""
    files, root = _open(settings)
    below = f"{root}/{ORIGINALS}"
    if _is_folder(files):  # whether a copy survives a power cut does not matter
        return FolderSpool(Path(below), waits_for_disk=False)
    return BucketSpool(files, below)


def _is_folder(files: Any) -> bool:
    return isinstance(files, LocalFileSystem)


def _open(settings: Settings) -> tuple[Any, str]:
    url = settings.spool
    try:
        if url.startswith(("s3://", "s3a://")):
            files, root = fsspec.url_to_fs(url, **OPTIONS, **_s3_options())
            files.retries = 1  # s3fs's own retries
        else:
            files, root = fsspec.url_to_fs(url, **OPTIONS)
    except ImportError:
        message = f"{url.split('://')[0]}:// needs a package; install genre-service[s3]."
        raise SettingsError(f"GENRE_SPOOL_URL: {message}") from None
    except ValueError as error:
        raise SettingsError(f"GENRE_SPOOL_URL: {error}. {KINDS}") from None
    if _is_folder(files):
        return files, root
    if not root.strip("/"):
        raise SettingsError(f"GENRE_SPOOL_URL: the bucket is missing. {KINDS}")
    return files, root.strip("/")


def _s3_options() -> dict[str, Any]:
    """Return options that end every request, whatever the store does.

    Botocore sends `Expect: 100-continue` before a body, and aiohttp waits for the response without
    a timeout: a store that accepts connections but never answers would block the request forever.
    """
    from aiobotocore.session import AioSession
    from botocore.handlers import add_expect_header

    session = AioSession()
    session.unregister("before-call.s3", add_expect_header)
    retries = {"mode": "standard", "total_max_attempts": S3_TRIES}
    return {"session": session, "config_kwargs": {"retries": retries}}
