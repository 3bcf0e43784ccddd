"""Cutting bytes into records: line ends, quotes, blocks, and what a forgotten quote may cost."""

import io
import time

import pytest

from ml.reading.records.blocks import RecordBlock, read_record_blocks
from ml.reading.records.byte_source import read_up_to
from ml.reading.records.fields import MAX_RECORD_BYTES, first_record, split_fields

BLOCK_SIZES = [1, 2, 3, 5, 8, 13, 64, 1024]


class Dribble:
    """A file that answers with fewer bytes than were asked for, as a socket does."""

    def __init__(self, data: bytes, at_most: int) -> None:
        self._file = io.BytesIO(data)
        self._at_most = at_most

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, self._at_most))


def blocks_of(data: bytes, *, fields: int = 2, block_bytes: int = 1024) -> list[RecordBlock]:
    return list(read_record_blocks(io.BytesIO(data), block_bytes=block_bytes, fields=fields))


def records_of(
    data: bytes, *, fields: int = 2, block_bytes: int = 1024
) -> list[tuple[int, list[bytes]]]:
    """Return the line and the cells of each record."""
    return [
        (int(block.lines[index]), split_fields(block.record(index)))
        for block in blocks_of(data, fields=fields, block_bytes=block_bytes)
        for index in range(len(block))
    ]


@pytest.mark.parametrize(
    ("record", "cells"),
    [
        pytest.param(b"a,b", [b"a", b"b"], id="plain"),
        pytest.param(b"", [b""], id="nothing"),
        pytest.param(b",", [b"", b""], id="two-empty"),
        pytest.param(b"a,", [b"a", b""], id="empty-last"),
        pytest.param(b'"a,b",c', [b"a,b", b"c"], id="quoted-comma"),
        pytest.param(b'"a\nb",c', [b"a\nb", b"c"], id="quoted-newline"),
        pytest.param(b'"a\r\nb",c', [b"a\r\nb", b"c"], id="quoted-crlf"),
        pytest.param(b'"",""', [b"", b""], id="quoted-empty"),
        pytest.param(b'"a""b",""""', [b'a"b', b'"'], id="doubled-quotes"),
        pytest.param(b'5" tape,b', [b'5" tape', b"b"], id="stray-quote"),
        pytest.param(b'"a"b,c', [b"ab", b"c"], id="text-behind-quote"),
        pytest.param(b'"a"b"c,d', [b'ab"c', b"d"], id="stray-quote-behind-quote"),
        pytest.param(b'"a,b', [b'"a', b"b"], id="unclosed"),
        pytest.param(b'a,"b', [b"a", b'"b'], id="unclosed-last"),
        pytest.param(b'"', [b'"'], id="only-quote"),
        pytest.param(b' "a",b', [b' "a"', b"b"], id="space-before-quote"),
        pytest.param(b'"a,"",b', [b'"a', b"", b"b"], id="unclosed-before-empty-quotes"),
        pytest.param(b'"a,b""c', [b'"a', b'b""c'], id="unclosed-before-doubled-quotes"),
        pytest.param(b'a\rb,"c\rd"', [b"a\rb", b"c\rd"], id="bare-returns"),
        pytest.param(b'a\0b,"\0"', [b"a\0b", b"\0"], id="nul"),
        pytest.param(b'\xe9,"\xff"', [b"\xe9", b"\xff"], id="not-utf-8"),
        pytest.param(b"x" * 500_000 + b",a", [b"x" * 500_000, b"a"], id="beyond-the-limit-of-csv"),
    ],
)
def test_splits_fields(record: bytes, cells: list[bytes]) -> None:
    found = split_fields(record)

    assert found == cells


@pytest.mark.parametrize(
    ("data", "record"),
    [
        pytest.param(b"a,b\nc,d\n", b"a,b\n", id="lf"),
        pytest.param(b"a,b\r\nc,d\r\n", b"a,b\r\n", id="crlf"),
        pytest.param(b'"a\nb",c\nd', b'"a\nb",c\n', id="quoted-newline"),
        pytest.param(b"a,b", b"a,b", id="no-newline"),
        pytest.param(b'"a,b\nc,d\n', b'"a,b\n', id="unclosed-quote"),
        pytest.param(b"\na", b"\n", id="blank"),
    ],
)
def test_finds_first_record(data: bytes, record: bytes) -> None:
    found = first_record(data)

    assert found == record


def test_reads_up_to_size_from_short_answers() -> None:
    file = Dribble(b"abcdefgh", at_most=3)

    parts = [read_up_to(file, 5), read_up_to(file, 5), read_up_to(file, 5)]

    assert parts == [b"abcde", b"fgh", b""]


@pytest.mark.parametrize("block_bytes", BLOCK_SIZES)
@pytest.mark.parametrize(
    ("data", "records"),
    [
        pytest.param(b"a,b\nc,d\n", [(1, [b"a", b"b"]), (2, [b"c", b"d"])], id="lf"),
        pytest.param(b"a,b\r\nc,d\r\n", [(1, [b"a", b"b"]), (2, [b"c", b"d"])], id="crlf"),
        pytest.param(b"a,b\nc,d", [(1, [b"a", b"b"]), (2, [b"c", b"d"])], id="no-last-newline"),
        pytest.param(b"a,b\r\nc,d\r", [(1, [b"a", b"b"]), (2, [b"c", b"d"])], id="half-crlf"),
        pytest.param(b"\n\na,b\n\r\n\nc,d\n\n", [(3, [b"a", b"b"]), (6, [b"c", b"d"])], id="blank"),
        pytest.param(b"a\n1,2,3\n", [(1, [b"a"]), (2, [b"1", b"2", b"3"])], id="wrong-counts"),
        pytest.param(b" \na,b\n", [(1, [b" "]), (2, [b"a", b"b"])], id="a-space-is-a-row"),
        pytest.param(
            b'a,"x\n\ny"\n"p\r\nq",b\nc,d\n',
            [(1, [b"a", b"x\n\ny"]), (4, [b"p\r\nq", b"b"]), (6, [b"c", b"d"])],
            id="quoted-newlines",
        ),
        pytest.param(
            b'a,"x ""y\n""z"\nc,d\n',
            [(1, [b"a", b'x "y\n"z']), (3, [b"c", b"d"])],
            id="doubled-quotes",
        ),
        pytest.param(
            b'5" a,b\nc,"d\ne"\nf,g\n',
            [(1, [b'5" a', b"b"]), (2, [b"c", b"d\ne"]), (4, [b"f", b"g"])],
            id="stray-quote",
        ),
        pytest.param(
            b'a,"b\nc,d\ne,f\n',
            [(1, [b"a", b'"b']), (2, [b"c", b"d"]), (3, [b"e", b"f"])],
            id="unclosed-quote",
        ),
        pytest.param(
            b'a,"b\nc,"d"\ne,f\n',
            [(1, [b"a", b'"b']), (2, [b"c", b"d"]), (3, [b"e", b"f"])],
            id="unclosed-before-quoted",
        ),
        pytest.param(
            b'"a,b\n"c,d\n"e,f\n',
            [(1, [b'"a', b"b"]), (2, [b'"c', b"d"]), (3, [b'"e', b"f"])],
            id="all-unclosed",
        ),
        pytest.param(
            b'a,"b\nc,d,"\ne,f\n',
            [(1, [b"a", b"b\nc,d,"]), (3, [b"e", b"f"])],
            id="closed-on-the-next-line",
        ),
        pytest.param(
            b'a,"b\nc",d,"\ne,f\n',
            [(1, [b"a", b'"b']), (2, [b'c"', b"d", b'"']), (3, [b"e", b"f"])],
            id="too-many-fields-over-lines",
        ),
    ],
)
def test_finds_same_records_in_blocks_of_any_size(
    data: bytes, records: list[tuple[int, list[bytes]]], block_bytes: int
) -> None:
    found = records_of(data, block_bytes=block_bytes)

    assert found == records


@pytest.mark.parametrize(
    ("data", "regular"),
    [
        pytest.param(b'a,"b""c"\r\n"d\ne",f\n', True, id="quotes-around-fields"),
        pytest.param(b'a"b,c\nd"e,f\n', False, id="stray-quotes"),
        pytest.param(b"a\rb,c\n", False, id="bare-return"),
        pytest.param(b'"a\rb",c\n', False, id="bare-return-in-quotes"),
        pytest.param(b"\xef\xbb\xbfa,b\n", False, id="byte-order-mark"),
        pytest.param(b'"a\nb",c,d\n', False, id="wrong-count-over-lines"),
    ],
)
def test_tells_whether_any_parser_agrees(data: bytes, regular: bool) -> None:
    blocks = blocks_of(data)

    assert [block.regular for block in blocks] == [regular]


def test_tells_the_position_after_each_block() -> None:
    data = b"a,b\nc,d\n\ne,f"

    file = io.BytesIO(data)
    blocks = list(read_record_blocks(file, block_bytes=5, fields=2, line=7, position=100))

    assert [block.bytes_read for block in blocks] == [104, 109, 112]
    assert [line for block in blocks for line in block.lines] == [7, 8, 10]


@pytest.mark.parametrize("at_most", [1, 2, 7])
def test_reads_from_a_file_that_answers_short(at_most: int) -> None:
    data = b'a,"b\nc"\nd,e\nf,g'

    blocks = list(read_record_blocks(Dribble(data, at_most), block_bytes=1024, fields=2))

    assert [block.data for block in blocks] == [b'a,"b\nc"\nd,e\n', b"f,g\n"]


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(MAX_RECORD_BYTES - 2, id="as-long-as-allowed"),
        pytest.param(MAX_RECORD_BYTES - 1, id="one-byte-more"),
        pytest.param(5 * MAX_RECORD_BYTES, id="much-longer"),
    ],
)
@pytest.mark.parametrize("block_bytes", [100_000, MAX_RECORD_BYTES, 50 * MAX_RECORD_BYTES])
def test_keeps_a_long_line_one_record_and_the_next_ones(size: int, block_bytes: int) -> None:
    data = b"a," + b"x" * size + b"\nc,d\n"

    blocks = blocks_of(data, block_bytes=block_bytes)

    lengths = [len(block.record(index)) for block in blocks for index in range(len(block))]
    assert lengths == [min(size + 2, MAX_RECORD_BYTES + 1), 3]
    assert [line for block in blocks for line in block.lines] == [1, 2]
    assert blocks[-1].bytes_read == len(data)


@pytest.mark.parametrize("block_bytes", [100_000, MAX_RECORD_BYTES, 50 * MAX_RECORD_BYTES])
def test_takes_a_quote_open_for_too_long_for_a_forgotten_one(block_bytes: int) -> None:
    line = b"x" * 1000 + b"\n"
    data = b'a,"' + line * 1049 + b'"\nc,d\n'

    found = records_of(data, block_bytes=block_bytes)

    assert len(found) == 1051
    assert found[0] == (1, [b"a", b'"' + b"x" * 1000])
    assert found[-1] == (1051, [b"c", b"d"])


def test_bounds_the_lines_of_a_block() -> None:
    blocks = blocks_of(b"x\n" * 100_000, block_bytes=10_000_000)

    assert max(len(block) for block in blocks) <= 32_768
    assert [line for block in blocks for line in block.lines] == list(range(1, 100_001))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n" * 1_000_000, id="blank-lines"),
        pytest.param(b'a,"b\n' * 20_000, id="unclosed-quotes"),
        pytest.param(b'x","y\n' * 20_000, id="inside-and-outside-quotes"),
        pytest.param(b'"a\n' + b'""\n' * 30_000, id="doubled-quotes"),
        pytest.param(b'"' * 3_000_001, id="only-quotes"),
        pytest.param(b',"' * 1_000_000, id="opening-quotes"),
    ],
)
def test_takes_time_in_line_with_the_size(data: bytes) -> None:
    start = time.monotonic()
    records_of(data, fields=157, block_bytes=8 * 1024 * 1024)
    seconds = time.monotonic() - start

    assert seconds < 5
