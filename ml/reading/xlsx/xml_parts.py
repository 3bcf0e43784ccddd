"""Parse the XML of a part, a piece at a time."""

from collections.abc import Callable, Iterator
from xml.parsers import expat

from ml.errors import CsvError
from ml.reading.xlsx.package import Part

PIECE_BYTES = 65_536
MAX_TEXT_CHARS = 1024 * 1024
"""Of a cell; Excel allows 32,767."""
MAX_TOKEN_BYTES = 4 * 1024 * 1024
Start = Callable[[str, dict[str, str]], None]


def parse_pieces(
    part: Part, start: Start, end: Callable[[str], None], text: Callable[[str], None]
) -> Iterator[None]:
    """Call back for the elements of a part, and yield after each piece of it.

    Names come without the prefix of a namespace.

    Raises
    ------
    CsvError
        It is no XML, or has a document type, which could define endless entities.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = PIECE_BYTES
    parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        while piece := part.read(PIECE_BYTES):
            parser.Parse(piece, False)
            if part.position - parser.CurrentByteIndex > MAX_TOKEN_BYTES:  # expat keeps all of it
                raise CsvError("The workbook is damaged (a tag or a comment has no end).")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise CsvError(f"The workbook is damaged ({error}).") from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise CsvError(f"The workbook is damaged ({str(error)[:200]}).") from error


def ignore_text(_: str) -> None:
    """Ignore text."""


def ignore_end(_: str) -> None:
    """Ignore the end of an element."""


def _local(name: str) -> str:
    return name if ":" not in name else name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise CsvError("The workbook has a document type, which is not allowed.")
