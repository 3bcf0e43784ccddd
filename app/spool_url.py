"""Make the spool that `GENRE_SPOOL_URL` names; nothing is reached for yet."""

from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from app.settings import Settings, SettingsError
from app.spool import Spool
from app.spool_bucket import BucketSpool
from app.spool_folder import FolderSpool

OPTIONS = {"use_listings_cache": False, "skip_instance_cache": True}
"""Other processes change the spool, so what was listed before is of no use."""
S3_OPTIONS = {"config_kwargs": {"retries": {"mode": "standard", "total_max_attempts": 3}}}
"""A client waits for the answer: three tries take 2 seconds, those of the default mode 10."""
KINDS = "A folder or s3://bucket/prefix is needed."


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
    options = OPTIONS | S3_OPTIONS if url.startswith(("s3://", "s3a://")) else OPTIONS
    try:
        files, root = fsspec.url_to_fs(url, **options)
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
