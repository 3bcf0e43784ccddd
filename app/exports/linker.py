"""Hand out links to downloads."""

import uuid
from dataclasses import dataclass

from app.exports.disposition import safe_name
from app.exports.links import LinkSigner
from app.exports.parameters import write_filter
from app.exports.xlsx import MAX_ROWS, TooManyRowsError
from db.tracks.filters import TrackFilter
from db.tracks.repository import TrackRepository
from schema.core.exports import ExportFormat, SignedLink

TRACKS_PATH = "exports/tracks"


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

    async def link_original(
        self, batch_id: uuid.UUID, format: ExportFormat | None, client_id: str | None
    ) -> SignedLink | None:
        """Link to a batch's own file with genres."""
        raise NotImplementedError
