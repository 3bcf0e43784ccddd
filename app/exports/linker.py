"""Hand out links to downloads."""

from dataclasses import dataclass

from app.exports.disposition import safe_name, stem_of
from app.exports.links import LinkSigner
from app.exports.parameters import write_filter
from app.exports.xlsx import MAX_ROWS, TooManyRowsError
from db.batches.records import BatchRecord
from db.tracks.filters import TrackFilter
from db.tracks.repository import TrackRepository
from schema.core.errors import ErrorCode, PortError
from schema.core.exports import ExportFormat, SignedLink

TRACKS_PATH = "exports/tracks"
FILE_PATH = "exports/file"
REPORT_PATH = "reports/batch"


class FileGoneError(PortError):
    """The file of a batch is not kept any more, or never was."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(
            "The file of this batch is not kept any more, not yet, or never was "
            "(GENRE_KEEP_UPLOADS_DAYS). exportLink(batchId) gives the tracks of the batch instead."
        )


@dataclass(frozen=True, slots=True)
class DownloadLinker:
    """`schema.core.exports.ExportLinker`."""

    signer: LinkSigner
    tracks: TrackRepository

    async def link_tracks(
        self, wanted: TrackFilter, stem: str, format: ExportFormat, client_id: str | None
    ) -> SignedLink:
        """Link to the tracks that a filter selects.

        Raises
        ------
        TooManyRowsError
            There are more than a workbook can hold.
        """
        is_workbook = format is ExportFormat.XLSX
        if is_workbook and await self.tracks.count_tracks(wanted) > MAX_ROWS:
            raise TooManyRowsError
        parameters = {**write_filter(wanted), "format": format.value, "client": client_id or ""}
        return await self.signer.sign(TRACKS_PATH, safe_name(stem, format.value), parameters)

    async def link_file(
        self, batch: BatchRecord, format: ExportFormat, client_id: str | None
    ) -> SignedLink:
        """Link to a batch's own file with genres.

        Raises
        ------
        FileGoneError
            The file is not kept, or not yet.
        TooManyRowsError
            It has more rows than a workbook can hold.
        """
        if batch.original_kept_until is None:
            raise FileGoneError
        if format is ExportFormat.XLSX and batch.rows_received > MAX_ROWS:
            raise TooManyRowsError
        name = safe_name(f"{stem_of(batch.file_name)} with genres", format.value)
        parameters = {"batch": str(batch.id), "format": format.value, "client": client_id or ""}
        return await self.signer.sign(FILE_PATH, name, parameters)

    async def link_report(self, batch: BatchRecord, client_id: str | None) -> SignedLink:
        """Link to the report on a batch."""
        name = safe_name(f"Report on {stem_of(batch.file_name)}", "html")
        parameters = {"batch": str(batch.id), "client": client_id or ""}
        return await self.signer.sign(REPORT_PATH, name, parameters)
