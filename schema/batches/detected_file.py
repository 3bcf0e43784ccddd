"""How the file of a batch was read."""

from enum import Enum
from typing import Self

import strawberry

from db.batches.records import DetectedRecord
from schema.batches.columns import MappedColumn


@strawberry.enum(description="The kind of a file; its content decides, not its name.")
class FileFormat(Enum):
    CSV = strawberry.enum_value(
        "CSV", description="Text with commas, semicolons, tabs or bars between cells."
    )
    XLSX = strawberry.enum_value("XLSX", description="A workbook of Excel and others.")
    PARQUET = strawberry.enum_value("PARQUET", description="An Apache Parquet file.")


@strawberry.type(description="How a file was read, as its content told.")
class DetectedFile:
    format: FileFormat = strawberry.field(description="The kind of file.")
    charset: str | None = strawberry.field(
        description="UTF-8, UTF-16 or Windows-1252, of which Latin-1 is a part. Null if the file "
        "is not text."
    )
    delimiter: str | None = strawberry.field(
        description="The character between two cells: a comma, semicolon, tab or bar. Null if the "
        "file is not text."
    )
    compression: str | None = strawberry.field(
        description="gzip or zstd. Null if the file is not compressed as a whole."
    )
    columns: list[MappedColumn] = strawberry.field(
        description="Our columns that were found, in the order of `model { requiredColumns }`."
    )

    @classmethod
    def from_record(cls, record: DetectedRecord) -> Self:
        """Convert what is stored."""
        return cls(
            format=FileFormat(record.format),
            charset=record.charset,
            delimiter=record.delimiter,
            compression=record.compression,
            columns=[MappedColumn(column=c, header=h) for c, h in record.columns],
        )
