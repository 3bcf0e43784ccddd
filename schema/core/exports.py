"""What resolvers need of exports: formats, links, and the port that signs them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from db.batches.records import BatchRecord
from db.tracks.filters import TrackFilter


class ExportFormat(StrEnum):
    """File formats; the value is also the suffix of the file name."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class SignedLink:
    """A link that gives one file to whoever has it, for a short time."""

    url: str
    """Relative to the address of the GraphQL endpoint."""
    expires_at: datetime
    file_name: str


class ExportLinker(Protocol):
    """Signs links to downloads."""

    async def link_tracks(
        self, wanted: TrackFilter, stem: str, format: ExportFormat, client_id: str | None
    ) -> SignedLink:
        """Link to the tracks that a filter selects; raise if the format cannot hold them."""

    async def link_file(
        self, batch: BatchRecord, format: ExportFormat, client_id: str | None
    ) -> SignedLink:
        """Link to a batch's own file with genres; raise if it is not kept."""

    async def link_report(self, batch: BatchRecord, client_id: str | None) -> SignedLink:
        """Link to the report on a batch."""
