"""Numbers and ids of tracks: what each column may hold, alike in the fast and the slow way."""

import pytest
from support.factories import row, tracks_csv
from support.tracks_reading import numbers_of, places, read

# A cell that Arrow does not take as a number, so that its block is judged from raw cells.
SLOW = row(trackID="1", tempo="fast")


@pytest.mark.parametrize("others", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        pytest.param("tempo", "0", id="tempo-zero"),
        pytest.param("tempo", "-0", id="tempo-minus-zero"),
        pytest.param("time_signature", "0", id="time-signature-least"),
        pytest.param("time_signature", "7", id="time-signature-most"),
        pytest.param("key", "0", id="key-least"),
        pytest.param("key", "11", id="key-most"),
        pytest.param("key", "11.0", id="key-with-point"),
        pytest.param("mode", "0", id="mode-minor"),
        pytest.param("mode", "1", id="mode-major"),
        pytest.param("mode", "1e0", id="mode-with-exponent"),
        pytest.param("duration", "0", id="duration-zero"),
        pytest.param("duration", "1e308", id="duration-huge"),
        pytest.param("loudness", "-60.5", id="loudness-negative"),
        pytest.param("loudness", "+5", id="plus"),
        pytest.param("loudness", " -5.5 ", id="spaces"),
        pytest.param("loudness", "\t5", id="tab"),
        pytest.param("loudness", "5.", id="point-last"),
        pytest.param("loudness", ".5", id="point-first"),
        pytest.param("vect_148", "-1e-300", id="tiny"),
        pytest.param("vect_1", "1e-999", id="underflow"),
    ],
)
def test_accepts_number(column: str, cell: str, others: tuple[dict[str, str], ...]) -> None:
    data = tracks_csv(row(trackID="2", **{column: cell}), *others)

    chunk = read(data)

    assert chunk.tracks.track_ids.tolist() == [2]
    assert numbers_of(chunk, column) == [float(cell)]


@pytest.mark.parametrize("others", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        pytest.param("tempo", "-1e-9", "OUT_OF_RANGE", id="tempo-barely-negative"),
        pytest.param("time_signature", "-1", "OUT_OF_RANGE", id="time-signature-too-small"),
        pytest.param("time_signature", "8", "OUT_OF_RANGE", id="time-signature-too-large"),
        pytest.param("time_signature", "3.5", "OUT_OF_RANGE", id="time-signature-not-whole"),
        pytest.param("key", "-1", "OUT_OF_RANGE", id="key-too-small"),
        pytest.param("key", "12", "OUT_OF_RANGE", id="key-too-large"),
        pytest.param("key", "1.5", "OUT_OF_RANGE", id="key-not-whole"),
        pytest.param("mode", "2", "OUT_OF_RANGE", id="mode-too-large"),
        pytest.param("mode", "-1", "OUT_OF_RANGE", id="mode-too-small"),
        pytest.param("mode", "0.5", "OUT_OF_RANGE", id="mode-not-whole"),
        pytest.param("duration", "-1", "OUT_OF_RANGE", id="duration-negative"),
        pytest.param("loudness", "inf", "OUT_OF_RANGE", id="inf"),
        pytest.param("loudness", "-Infinity", "OUT_OF_RANGE", id="minus-infinity"),
        pytest.param("vect_7", "1e999", "OUT_OF_RANGE", id="overflow"),
        pytest.param("vect_7", "-1e999", "OUT_OF_RANGE", id="minus-overflow"),
        pytest.param("loudness", "nan", "NOT_A_NUMBER", id="nan"),
        pytest.param("loudness", "-NaN", "NOT_A_NUMBER", id="minus-nan"),
        pytest.param("loudness", "nan(7)", "NOT_A_NUMBER", id="nan-with-payload"),
        pytest.param("loudness", "0x10", "NOT_A_NUMBER", id="hexadecimal"),
        pytest.param("loudness", "1,5", "NOT_A_NUMBER", id="decimal-comma"),
        pytest.param("loudness", "1_000", "NOT_A_NUMBER", id="underscore"),
        pytest.param("loudness", "5 dB", "NOT_A_NUMBER", id="unit"),
        pytest.param("loudness", "- 5", "NOT_A_NUMBER", id="space-inside"),
        pytest.param("loudness", "+-5", "NOT_A_NUMBER", id="two-signs"),
        pytest.param("loudness", "1e", "NOT_A_NUMBER", id="no-exponent"),
        pytest.param("loudness", ".", "NOT_A_NUMBER", id="only-point"),
        pytest.param("loudness", "\uff15", "NOT_A_NUMBER", id="fullwidth-digit"),
        pytest.param("loudness", "true", "NOT_A_NUMBER", id="true"),
        pytest.param("loudness", "null", "NOT_A_NUMBER", id="null"),
        pytest.param("loudness", "5\0", "NOT_A_NUMBER", id="nul"),
        pytest.param("loudness", "  ", "MISSING_VALUE", id="spaces"),
    ],
)
def test_rejects_number(
    column: str, cell: str, code: str, others: tuple[dict[str, str], ...]
) -> None:
    data = tracks_csv(row(trackID="2", **{column: cell}), *others)

    chunk = read(data)

    assert places(chunk)[0] == (2, "2", column, code)
    assert len(chunk.tracks) == 0


@pytest.mark.parametrize("others", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("cell", "track_id"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("-0", 0, id="minus-zero"),
        pytest.param("007", 7, id="leading-zeros"),
        pytest.param("+5", 5, id="plus"),
        pytest.param(" 5 ", 5, id="spaces"),
        pytest.param("6880.0", 6880, id="point"),
        pytest.param("6.88e3", 6880, id="exponent"),
        pytest.param("9007199254740993", 2**53 + 1, id="beyond-float"),
        pytest.param("+9007199254740993", 2**53 + 1, id="beyond-float-plus"),
        pytest.param("9007199254740993.0", 2**53 + 1, id="beyond-float-point"),
        pytest.param("9.007199254740993e15", 2**53 + 1, id="beyond-float-exponent"),
        pytest.param("9223372036854775807", 2**63 - 1, id="largest"),
        pytest.param("9223372036854775807.0", 2**63 - 1, id="largest-point"),
    ],
)
def test_reads_track_id_exactly(
    cell: str, track_id: int, others: tuple[dict[str, str], ...]
) -> None:
    data = tracks_csv(row(trackID=cell), *others)

    chunk = read(data)

    assert chunk.tracks.track_ids.tolist() == [track_id]


@pytest.mark.parametrize("others", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("", "MISSING_VALUE", id="empty"),
        pytest.param("  ", "MISSING_VALUE", id="spaces"),
        pytest.param("TRAAAAW128F", "NOT_A_NUMBER", id="text"),
        pytest.param("0x10", "NOT_A_NUMBER", id="hexadecimal"),
        pytest.param("0X1F", "NOT_A_NUMBER", id="hexadecimal-capital"),
        pytest.param("nan", "NOT_A_NUMBER", id="nan"),
        pytest.param("inf", "OUT_OF_RANGE", id="inf"),
        pytest.param("-1", "OUT_OF_RANGE", id="negative"),
        pytest.param("-9223372036854775808", "OUT_OF_RANGE", id="most-negative"),
        pytest.param("-1e300", "OUT_OF_RANGE", id="huge-negative"),
        pytest.param("1.5", "OUT_OF_RANGE", id="not-whole"),
        pytest.param("9007199254740993.5", "OUT_OF_RANGE", id="not-whole-beyond-float"),
        pytest.param("9223372036854775808", "OUT_OF_RANGE", id="one-too-large"),
        pytest.param("1e300", "OUT_OF_RANGE", id="huge"),
        pytest.param("9" * 5000, "OUT_OF_RANGE", id="five-thousand-digits"),
    ],
)
def test_rejects_track_id(cell: str, code: str, others: tuple[dict[str, str], ...]) -> None:
    data = tracks_csv(row(trackID=cell), *others)

    chunk = read(data)

    assert places(chunk)[0] == (2, None, "trackID", code)


def test_keeps_neighbours_beyond_float_apart() -> None:
    ids = [2**53, 2**53 + 1, 2**63 - 2, 2**63 - 1]

    fast = read(tracks_csv(*(row(trackID=str(number)) for number in ids)))
    slow = read(tracks_csv(SLOW, *(row(trackID=str(number)) for number in ids)))

    assert fast.tracks.track_ids.tolist() == ids
    assert slow.tracks.track_ids.tolist() == ids
