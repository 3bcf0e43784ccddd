"""Read the rows of a sheet as text, a piece of its XML at a time."""

from collections.abc import Iterator
from typing import NamedTuple

from ml.errors import CsvError
from ml.reading.xlsx.package import Part
from ml.reading.xlsx.shared_strings import SharedStrings
from ml.reading.xlsx.xml_parts import MAX_TEXT_CHARS, parse_pieces

MAX_COLUMNS = 16_384
MAX_ROWS = 1_048_576


class Row(NamedTuple):
    """A row by its number in the sheet, from 1; the text of its cells by their column, from 0.

    `texts` are the columns of cells that are no numbers.
    """

    number: int
    cells: dict[int, str]
    texts: set[int]


def read_rows(part: Part, strings: SharedStrings) -> Iterator[Row]:
    """Yield the rows that have a value.

    Raises
    ------
    CsvError
        The sheet is damaged, or is larger than a sheet can be.
    """
    reader = _SheetReader(strings)
    for _ in parse_pieces(part, reader.start, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()


class _SheetReader:
    def __init__(self, strings: SharedStrings) -> None:
        self._strings = strings
        self.rows: list[Row] = []
        self._number = 0
        self._cells: dict[int, str] = {}
        self._texts: set[int] = set()
        self._column = -1
        self._kind = "n"
        self._value: list[str] = []
        self._chars = 0
        self._takes_text = False
        self._phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            reference = attributes.get("r")
            self._column = self._column + 1 if reference is None else _column_of(reference)
            if not 0 <= self._column < MAX_COLUMNS:
                raise CsvError("The sheet is damaged (a cell is outside of it).")
            self._kind = attributes.get("t", "n")
            self._value.clear()
            self._chars = 0
        elif name == "v":
            self._takes_text = self._kind != "inlineStr"
        elif name == "t":
            self._takes_text = self._kind == "inlineStr" and not self._phonetic
        elif name == "rPh":
            self._phonetic += 1
        elif name == "row":
            self._start_row(attributes.get("r"))

    def _start_row(self, number: str | None) -> None:
        found = self._number + 1
        if number is not None:
            found = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
        if not self._number < found <= MAX_ROWS:
            raise CsvError("The sheet is damaged (its rows are not in order).")
        self._number, self._column, self._cells, self._texts = found, -1, {}, set()

    def text(self, data: str) -> None:
        if self._takes_text:
            self._chars += len(data)
            if self._chars > MAX_TEXT_CHARS:
                raise CsvError(f"A cell has more than {MAX_TEXT_CHARS:,} characters.")
            self._value.append(data)

    def end(self, name: str) -> None:
        if name == "c":
            if self._value:
                value = "".join(self._value)
                if self._kind != "n":
                    self._texts.add(self._column)
                self._cells[self._column] = self._strings.get(value) if self._kind == "s" else value
        elif name in ("v", "t"):
            self._takes_text = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "row" and self._cells:
            self.rows.append(Row(self._number, self._cells, self._texts))


def _column_of(reference: str) -> int:
    """Return the column of a reference such as AB12, from 0; -1 if it is none."""
    column = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        column = 26 * column + ord(letter) - 64
    return column - 1
