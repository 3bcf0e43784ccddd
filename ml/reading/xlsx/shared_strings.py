"""The texts that cells refer to by number; many of them are kept in a temporary file."""

import tempfile
from array import array
from types import TracebackType
from typing import Self

from ml.errors import CsvError
from ml.reading.xlsx.package import Package
from ml.reading.xlsx.xml_parts import MAX_TEXT_CHARS, parse_pieces

_MEMORY_BYTES = 16 * 1024 * 1024
_MAX_STRINGS = 16 * 1024 * 1024


class SharedStrings:
    """The shared strings of a workbook, by number."""

    def __init__(self, package: Package, name: str | None) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115
        self._offsets = array("Q", [0])
        self._package, self._name = package, name

    def __enter__(self) -> Self:
        """Read the strings.

        Raises
        ------
        CsvError
            They are damaged, or too many.
        """
        try:
            if self._name is not None and self._package.has(self._name):
                self._read(self._package, self._name)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def get(self, number: str) -> str:
        """Return a string.

        Raises
        ------
        CsvError
            There is none of this number.
        """
        index = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
        if not 0 <= index < len(self._offsets) - 1:
            raise CsvError(f"The workbook is damaged (it has no shared string {number[:20]!r}).")
        start, end = self._offsets[index], self._offsets[index + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def _read(self, package: Package, name: str) -> None:
        parts: list[str] = []
        state = {"in_text": False, "phonetic": 0, "chars": 0}

        def start(element: str, _: dict[str, str]) -> None:
            if element == "si":
                parts.clear()
                state["chars"] = 0
            elif element == "t":
                state["in_text"] = not state["phonetic"]
            elif element == "rPh":
                state["phonetic"] += 1

        def text(data: str) -> None:
            if state["in_text"]:
                state["chars"] += len(data)
                if state["chars"] > MAX_TEXT_CHARS:
                    raise CsvError(f"A cell has more than {MAX_TEXT_CHARS:,} characters.")
                parts.append(data)

        def end(element: str) -> None:
            if element == "t":
                state["in_text"] = False
            elif element == "rPh":
                state["phonetic"] -= 1
            elif element == "si":
                self._add("".join(parts))

        for _ in parse_pieces(package.open(name), start, end, text):
            pass

    def _add(self, text: str) -> None:
        if len(self._offsets) > _MAX_STRINGS:
            raise CsvError(f"The workbook has more than {_MAX_STRINGS:,} shared strings.")
        data = text.encode(errors="replace")
        self._file.write(data)
        self._offsets.append(self._offsets[-1] + len(data))
