"""A link to a download."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Self

import strawberry

from schema.core.exports import ExportFormat as FileFormat
from schema.core.exports import SignedLink


@strawberry.enum(description="The format of a download.")
class ExportFormat(Enum):
    CSV = strawberry.enum_value(
        FileFormat.CSV,
        description="CSV in UTF-8 with a header. Text that a spreadsheet would run as a formula "
        "starts with an apostrophe.",
    )
    PARQUET = strawberry.enum_value(FileFormat.PARQUET, description="Apache Parquet.")
    JSONL = strawberry.enum_value(FileFormat.JSONL, description="JSON Lines: one object per row.")
    XLSX = strawberry.enum_value(
        FileFormat.XLSX, description="An Excel workbook, of at most 1,048,575 rows."
    )


Format = Annotated[ExportFormat, strawberry.argument(description="The format of the file.")]


@strawberry.type(
    description="A link that downloads one file, without credentials, until it expires. Whoever "
    "has it can use it, so ask for it only when the download begins."
)
class ExportLink:
    url: str = strawberry.field(
        description="Relative to the address of this API: `exports/...` next to `graphql`."
    )
    expires_at: datetime = strawberry.field(
        description="The download must begin before; it may take longer."
    )
    file_name: str = strawberry.field(description="The name of the file.")

    @classmethod
    def from_signed(cls, link: SignedLink) -> Self:
        """Convert a signed link."""
        return cls(url=link.url, expires_at=link.expires_at, file_name=link.file_name)
