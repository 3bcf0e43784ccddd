"""Check columns of raw cells as text: titles and tag lists."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.columns import MAX_TITLE_CHARS
from ml.track import RejectCode

Mask = npt.NDArray[np.bool_]
_SHOWN_CHARS = 40


def cell_problem(cell: bytes, *, required: bool) -> tuple[RejectCode, str] | None:
    """Return what is wrong with a title or a tag list, or None."""
    try:
        text = cell.decode()
    except UnicodeDecodeError as error:
        return RejectCode.BAD_TEXT, f"is not UTF-8 at byte {error.start + 1} of the cell"
    return cell_text_problem(text, required=required)


def cell_text_problem(text: str, *, required: bool) -> tuple[RejectCode, str] | None:
    """Return what is wrong with decoded text, or None; `required` text is a title."""
    if "\0" in text:
        return RejectCode.BAD_TEXT, "contains the character U+0000, which cannot be stored"
    if any("\ud800" <= char <= "\udfff" for char in text):
        return RejectCode.BAD_TEXT, "contains half of a surrogate pair, which cannot be stored"
    if required and not text.strip():
        return RejectCode.MISSING_VALUE, "is empty"
    if required and len(text) > MAX_TITLE_CHARS:
        found = f"has {len(text)} characters; at most {MAX_TITLE_CHARS} are allowed"
        return RejectCode.BAD_TEXT, found
    return None


def suspicious_text(cells: pa.Array, *, required: bool) -> Mask:
    """Tell quickly which cells may have a problem; `cell_problem` then says whether and which."""
    length = np.asarray(pc.binary_length(cells))
    doubtful = np.asarray(pc.match_substring(cells, "\0")) | ~valid_utf8(cells)
    if required:
        doubtful |= (length > MAX_TITLE_CHARS) | _is_blank(cells, doubtful)
    return doubtful


def valid_utf8(cells: pa.Array) -> Mask:
    """Tell which cells are UTF-8."""
    try:
        cells.cast(pa.string())
    except pa.ArrowInvalid:
        return np.array([_decodes(cell) for cell in cells.to_pylist()], dtype=np.bool_)
    return np.ones(len(cells), dtype=np.bool_)


def _decodes(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_blank(cells: pa.Array, undecodable: Mask) -> Mask:
    text = pc.if_else(pa.array(undecodable), b"x", cells).cast(pa.string())
    return np.asarray(pc.equal(pc.utf8_trim_whitespace(text), ""))


def shown(cell: bytes) -> str:
    """Quote a cell for a message, shortened and with control characters escaped."""
    text = cell.decode(errors="replace")
    cut = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut) + '"'
