"""The formats of downloads: how each is written, and what it is called."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exports.encoders import CsvEncoder, JsonEncoder, MakeEncoder, ParquetEncoder
from app.exports.xlsx import XlsxEncoder
from schema.core.exports import ExportFormat


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written, and its media type."""

    make: MakeEncoder
    media_type: str


FORMATS: Mapping[ExportFormat, Format] = {
    ExportFormat.CSV: Format(CsvEncoder, "text/csv; charset=utf-8; header=present"),
    ExportFormat.PARQUET: Format(ParquetEncoder, "application/vnd.apache.parquet"),
    ExportFormat.JSONL: Format(JsonEncoder, "application/jsonl; charset=utf-8"),
    ExportFormat.XLSX: Format(
        XlsxEncoder, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
}
