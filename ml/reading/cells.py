"""Turn columns of raw cells into numbers and text, and say which cells are wrong.

Works on whole columns; the slower per-column way is taken only for a block with a bad cell.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.columns import MAX_TITLE_CHARS, MAX_TRACK_ID, NumberRule
from ml.track import RejectCode

Mask = npt.NDArray[np.bool_]
_SHOWN_CHARS = 40
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_SPECIAL = r"^[+-]?(nan|inf|infinity)$"
_PLAIN_ID = r"^[0-9]{1,18}$"


@dataclass(frozen=True, slots=True)
class NumberCells:
    """A column of numbers: values, where a cell was empty, and where it was no number."""

    values: npt.NDArray[np.float64]
    missing: Mask
    not_a_number: Mask


def read_number_cells(cells: pa.Array) -> NumberCells:
    """Read text cells as float64; spaces around a number are allowed, `nan` is no number."""
    text = pc.ascii_trim_whitespace(_as_text(cells))
    missing = np.asarray(pc.equal(text, ""))
    numeric = pc.or_(
        pc.match_substring_regex(text, _NUMBER),
        pc.match_substring_regex(text, _SPECIAL, ignore_case=True),
    )
    plain = pc.replace_substring_regex(pc.if_else(numeric, text, None), r"^\+", "")
    values = np.array(plain.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return NumberCells(values, missing, ~missing & np.isnan(values))


def breaks_rule(values: npt.NDArray[np.float64], rule: NumberRule) -> Mask:
    """Tell which numbers are infinite, outside the bounds of `rule`, or not whole where it asks."""
    bad = np.isinf(values)
    if rule.minimum is not None:
        bad |= values < rule.minimum
    if rule.maximum is not None:
        bad |= values > rule.maximum
    if rule.whole:
        finite = np.where(np.isfinite(values), values, 0.0)
        bad |= finite != np.rint(finite)
    return bad


def read_plain_ids(cells: pa.Array) -> npt.NDArray[np.int64] | None:
    """Read track ids that are digits alone and not too many; None if one is not."""
    if cells.null_count or not pc.all(pc.match_substring_regex(cells, _PLAIN_ID)).as_py():
        return None
    return np.asarray(cells.cast(pa.string()).cast(pa.int64()))


def read_track_ids(cells: pa.Array) -> tuple[npt.NDArray[np.int64], NumberCells]:
    """Read track ids exactly; float64 alone would merge neighbours beyond 2**53."""
    numbers = read_number_cells(cells)
    ids = np.zeros(len(cells), dtype=np.int64)
    for row in np.flatnonzero(np.isfinite(numbers.values)):
        ids[row] = _exact_id(cells[int(row)].as_py(), numbers.values[row])
        if ids[row] < 0 <= numbers.values[row]:
            numbers.values[row] = np.inf
    return ids, numbers


def _exact_id(cell: bytes, value: float) -> int:
    try:
        exact = Decimal(cell.strip().decode())
    except InvalidOperation:  # an exponent beyond what Decimal knows
        exact = Decimal(value)
    is_id = 0 <= exact <= MAX_TRACK_ID and exact == exact.to_integral_value()
    return int(exact) if is_id else -1


def text_problem(cell: bytes, *, required: bool) -> tuple[RejectCode, str] | None:
    """Return what is wrong with a title or a tag list, or None."""
    try:
        text = cell.decode()
    except UnicodeDecodeError as error:
        return (
            RejectCode.BAD_TEXT,
            f"is not UTF-8 at byte {error.start + 1} of the cell",
        )
    return str_problem(text, required=required)


def str_problem(text: str, *, required: bool) -> tuple[RejectCode, str] | None:
    """Return what is wrong with decoded text, or None; `required` text is a title."""
    if "\0" in text:
        return (
            RejectCode.BAD_TEXT,
            "contains the character U+0000, which cannot be stored",
        )
    if any("\ud800" <= char <= "\udfff" for char in text):
        return (
            RejectCode.BAD_TEXT,
            "contains half of a surrogate pair, which cannot be stored",
        )
    if required and not text.strip():
        return RejectCode.MISSING_VALUE, "is empty"
    if required and len(text) > MAX_TITLE_CHARS:
        found = f"has {len(text)} characters; at most {MAX_TITLE_CHARS} are allowed"
        return RejectCode.BAD_TEXT, found
    return None


def suspicious_text(cells: pa.Array, *, required: bool) -> Mask:
    """Tell quickly which cells may have a problem; `text_problem` then says whether and which."""
    length = np.asarray(pc.binary_length(cells))
    doubtful = np.asarray(pc.match_substring(cells, "\0")) | ~_valid_utf8(cells)
    if required:
        doubtful |= (length > MAX_TITLE_CHARS) | _is_blank(cells, doubtful)
    return doubtful


def _valid_utf8(cells: pa.Array) -> Mask:
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


def _as_text(cells: pa.Array) -> pa.Array:
    """Decode cells; those that are not UTF-8 become a text that is no number."""
    valid = _valid_utf8(cells)
    return pc.if_else(pa.array(valid), cells, b"?").cast(pa.string())


def shown(cell: bytes) -> str:
    """Quote a cell for a message, shortened and with control characters escaped."""
    text = cell.decode(errors="replace")
    cut = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut) + '"'
