"""Hand an uploaded file to the pipeline: its name checked, its content as a plain binary file."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.datastructures import UploadFile

from app.batches.background import BackgroundBatches
from app.batches.direct import DirectBatches
from db.records import BatchRecord
from ml.errors import UnsupportedFileTypeError

SUFFIXES = (".csv", ".txt", "")
COMPRESSED_SUFFIXES = (".gz", ".zst")
"""May follow; that content is compressed is told by its first bytes, whatever the name."""
MAX_NAME_CHARS = 255


@dataclass(frozen=True, slots=True)
class UploadClassifier:
    """`schema.core.context.BatchClassifier`: classifies what a client sent."""

    direct: DirectBatches
    background: BackgroundBatches

    async def __call__(
        self, upload: UploadFile, client_id: str | None, *, wait: bool
    ) -> BatchRecord:
        """Classify an upload, or promise to; the transport closes it."""
        name = shown_name(upload.filename)
        check_suffix(name)
        if not wait:
            return await self.background.submit(upload.file, name, client_id)
        return await self.direct(upload.file, name, client_id)


def shown_name(name: str | None) -> str:
    r"""Return a file name that is safe to store and show; it is never used as a path.

    Control characters, and what Postgres cannot take, are escaped: `a\x00b`.
    """
    text = (name or "upload.csv").encode(errors="backslashreplace").decode()
    escaped = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return escaped[-MAX_NAME_CHARS:]


def check_suffix(name: str) -> None:
    """Refuse a file whose name says that it is something else.

    Raises
    ------
    UnsupportedFileTypeError
        The name ends otherwise than CSV files do.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    if path.suffix.lower() not in SUFFIXES:
        allowed = ", ".join(filter(None, SUFFIXES))
        packed = " or ".join(COMPRESSED_SUFFIXES)
        raise UnsupportedFileTypeError(
            f'"{name}" ends with {path.suffix}; a CSV file is needed, whose name ends with '
            f"{allowed}, or with {packed} behind that."
        )
