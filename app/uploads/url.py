"""Make the spool that `GENRE_SPOOL_URL` names; nothing is reached for yet."""

from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from app.config.settings import Settings, SettingsError
from app.uploads.bucket import BucketSpool
from app.uploads.folder import FolderSpool
from app.uploads.spool import Spool

KINDS = "A folder or s3://bucket/prefix is needed."
OPTIONS = {"use_listings_cache": False, "skip_instance_cache": True}
"""Other processes change the spool, so what was listed before is of no use."""
S3_TRIES = 2
"""A client waits for the answer; tries of botocore and s3fs multiply, five of each by default."""


def make_spool(settings: Settings) -> Spool:
    """Make a spool of a folder or an object store.

    Endpoint, region and credentials of a store are those of the variables and files that AWS's own
    tools read.

    Raises
    ------
    SettingsError
        There is no such kind of spool, or the package that it needs is not installed.
    """
    url = settings.spool
    try:
        if url.startswith(("s3://", "s3a://")):
            files, root = fsspec.url_to_fs(url, **OPTIONS, **_s3_options())
            files.retries = 1  # those of s3fs itself
        else:
            files, root = fsspec.url_to_fs(url, **OPTIONS)
    except ImportError:
        message = f"{url.split('://')[0]}:// needs a package; install genre-service[s3]."
        raise SettingsError(f"GENRE_SPOOL_URL: {message}") from None
    except ValueError as error:
        raise SettingsError(f"GENRE_SPOOL_URL: {error}. {KINDS}") from None
    if isinstance(files, LocalFileSystem):
        return FolderSpool(Path(root))
    if not root.strip("/"):
        raise SettingsError(f"GENRE_SPOOL_URL: it names no bucket. {KINDS}")
    return BucketSpool(files, root.strip("/"))


def _s3_options() -> dict[str, Any]:
    """Have a request end, whatever the store does.

    Botocore asks with `Expect: 100-continue` whether it may send a body, and aiohttp waits for the
    answer without any limit: a store that takes connections and says nothing would hold up the
    request for good.
    """
    from aiobotocore.session import AioSession
    from botocore.handlers import add_expect_header

    session = AioSession()
    session.unregister("before-call.s3", add_expect_header)
    retries = {"mode": "standard", "total_max_attempts": S3_TRIES}
    return {"session": session, "config_kwargs": {"retries": retries}}
