"""Read columns of cells as numbers and track ids, and tell which cells are wrong."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.columns import MAX_TRACK_ID, NumberRule
from ml.reading.text_cells import Mask, valid_utf8

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_SPECIAL = r"^[+-]?(nan|inf|infinity)$"
_PLAIN_ID = r"^[0-9]{1,18}$"


@dataclass(frozen=True, slots=True)
class NumberCells:
    """A column of numbers: the values, which cells were empty, and which held no number."""

    values: npt.NDArray[np.float64]
    missing: Mask
    not_a_number: Mask


def read_number_cells(cells: pa.Array) -> NumberCells:
    """Read cells, raw or already numbers; `nan` is no number, spaces around one are allowed."""
    if cells.type == pa.float64():
        values, missing = cells.to_numpy(zero_copy_only=False), cells.is_null()
        return _number_cells(np.asarray(values), np.asarray(missing))
    text = pc.ascii_trim_whitespace(_as_text(cells))
    numeric = pc.or_(
        pc.match_substring_regex(text, _NUMBER),
        pc.match_substring_regex(text, _SPECIAL, ignore_case=True),
    )
    plain = pc.replace_substring_regex(pc.if_else(numeric, text, None), r"^\+", "")
    values = np.array(plain.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return _number_cells(values, np.asarray(pc.equal(text, "")))


def _number_cells(values: npt.NDArray[np.float64], missing: Mask) -> NumberCells:
    return NumberCells(values, missing, np.isnan(values) & ~missing)


def breaks_rule(values: npt.NDArray[np.float64], rule: NumberRule) -> Mask:
    """Tell which numbers are infinite, out of the bounds of `rule`, or not whole but should be."""
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
    """Read track ids quickly; None if one is not a few digits and nothing else."""
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


def _as_text(cells: pa.Array) -> pa.Array:
    """Decode cells; one that is not UTF-8 becomes a text that is no number."""
    return pc.if_else(pa.array(valid_utf8(cells)), cells, b"?").cast(pa.string())
