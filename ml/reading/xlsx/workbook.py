"""Find the sheets of a workbook and its shared strings."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from ml.detected import ACCEPTED
from ml.errors import CsvError, UnsupportedFileTypeError
from ml.reading.xlsx.package import Package
from ml.reading.xlsx.xml_parts import ignore_end, ignore_text, parse_pieces

_ROOT = "_rels/.rels"
_MAX_ELEMENTS = 10_000


@dataclass(frozen=True, slots=True)
class Workbook:
    """The names of the parts with rows, in the order of the sheets, and of the shared strings."""

    sheets: list[str]
    shared_strings: str | None


def read_workbook(package: Package) -> Workbook:
    """Find the sheets.

    Raises
    ------
    UnsupportedFileTypeError
        The archive is something else.
    CsvError
        It has no sheet, or is damaged.
    """
    if not package.has(_ROOT):
        raise UnsupportedFileTypeError(f"This looks like a ZIP archive. {ACCEPTED}")
    root = _relations(package, _ROOT)
    book = next((target for kind, target in root.values() if kind == "officeDocument"), "")
    if not book.endswith(".xml") or not book.startswith("xl/"):
        raise UnsupportedFileTypeError(
            f"This looks like a document of another program, not an XLSX workbook. {ACCEPTED}"
        )
    folder, name = posixpath.split(book)
    relations = _relations(package, f"{folder}/_rels/{name}.rels")
    ids = [
        attributes[key]
        for attributes in _elements(package, book, "sheet")
        for key in attributes
        if key.rpartition(":")[2] == "id"
    ]
    sheets = [
        _resolve(folder, target)
        for key in ids
        for kind, target in [relations.get(key, ("", ""))]
        if kind == "worksheet"
    ]
    if not sheets:
        raise CsvError("The workbook has no sheet.")
    strings = (_resolve(folder, t) for kind, t in relations.values() if kind == "sharedStrings")
    return Workbook(sheets, next(strings, None))


def _relations(package: Package, name: str) -> Mapping[str, tuple[str, str]]:
    """Return the kind and the target of each relation by its id."""
    return {
        attributes.get("Id", ""): (
            attributes.get("Type", "").rpartition("/")[2],
            attributes.get("Target", "").removeprefix("/"),
        )
        for attributes in _elements(package, name, "Relationship")
        if attributes.get("TargetMode") != "External"
    }


def _elements(package: Package, name: str, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of the elements of one name."""
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == wanted:
            found.append(attributes)
            if len(found) > _MAX_ELEMENTS:
                raise CsvError(f"The workbook has more than {_MAX_ELEMENTS:,} sheets or relations.")

    for _ in parse_pieces(package.open(name), start, ignore_end, ignore_text):
        pass
    return found


def _resolve(folder: str, target: str) -> str:
    return target if target.startswith("xl/") else posixpath.normpath(f"{folder}/{target}")
