"""Compressed files are read as what is in them, within limits."""

import gzip
import io
import random
from collections.abc import Callable

import pyarrow as pa
import pytest

from ml.errors import ContentTooLargeError, CsvError
from ml.reading.compression import ContentLimits, TrackContent
from ml.reading.records.byte_source import read_up_to

MIB = 1024 * 1024
CONTENT = random.Random(1).randbytes(300_000).hex().encode()
Compress = Callable[[bytes], bytes]


def zstd(content: bytes) -> bytes:
    """Compress with Zstandard."""
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


@pytest.fixture(params=[gzip.compress, zstd], ids=["gzip", "zstd"])
def compress(request: pytest.FixtureRequest) -> Compress:
    """Each way of compressing."""
    way: Compress = request.param
    return way


def opened(data: bytes, **limits: int) -> TrackContent:
    """Open what a client sent."""
    return TrackContent(io.BytesIO(data), ContentLimits(**limits))


def test_reads_what_was_compressed(compress: Compress) -> None:
    assert read_up_to(opened(compress(CONTENT)), 2 * len(CONTENT)) == CONTENT


def test_reads_plain_content_as_it_is() -> None:
    assert read_up_to(opened(CONTENT, max_bytes=1), 2 * len(CONTENT)) == CONTENT


@pytest.mark.parametrize("data", [b"", b"t", b"\x1f", b"\x28\xb5\x2f"])
def test_reads_less_than_a_magic_number(data: bytes) -> None:
    assert opened(data).read(100) == data


def test_reads_concatenated_files(compress: Compress) -> None:
    data = compress(CONTENT[:1000]) + compress(CONTENT[1000:])

    assert read_up_to(opened(data), 2 * len(CONTENT)) == CONTENT


def test_goes_to_any_byte(compress: Compress) -> None:
    content = opened(compress(CONTENT))

    for place in (500_000, 10, 11, 0, len(CONTENT) - 5):
        content.seek(place)
        assert read_up_to(content, 20) == CONTENT[place : place + 20]
    content.seek(len(CONTENT) + 100)
    assert content.read(20) == b""


def test_leaves_the_file_open(compress: Compress) -> None:
    file = io.BytesIO(compress(CONTENT))
    content = TrackContent(file, ContentLimits())
    content.read(10)
    content.seek(0)
    del content

    assert not file.closed


@pytest.mark.parametrize("kept", [5, 20, 0.5, -4])
def test_says_that_data_is_cut_off(compress: Compress, kept: float) -> None:
    data = compress(CONTENT)
    end = int(kept * len(data)) if isinstance(kept, float) else int(kept)

    with pytest.raises(CsvError, match="(gzip|zstd) data is damaged or truncated") as caught:
        read_up_to(opened(data[:end]), 2 * len(CONTENT))

    assert caught.value.code == "INVALID_CSV"


def test_says_that_data_is_damaged_after_the_start() -> None:
    data = bytearray(gzip.compress(CONTENT))
    data[len(data) // 2 : len(data) // 2 + 50] = bytes(50)

    with pytest.raises(CsvError, match="damaged or truncated"):
        read_up_to(opened(bytes(data)), 2 * len(CONTENT))


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError, LookupError])
def test_a_file_that_cannot_be_read_is_not_called_damaged(
    compress: Compress, error: type[Exception]
) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise error("gone")
            return super().read(size)

    content = TrackContent(Failing(compress(CONTENT)), ContentLimits())

    with pytest.raises(error, match="gone"):
        read_up_to(content, len(CONTENT))


def test_content_may_be_as_large_as_the_limit_and_not_larger(compress: Compress) -> None:
    data = compress(CONTENT)
    size = len(CONTENT)

    assert len(read_up_to(opened(data, max_bytes=size), 2 * size)) == size
    with pytest.raises(ContentTooLargeError, match="more than 599,999 bytes") as caught:
        read_up_to(opened(data, max_bytes=size - 1), 2 * size)
    assert caught.value.code == "UPLOAD_TOO_LARGE"


def test_stops_early_at_a_file_that_unpacks_to_far_more(compress: Compress) -> None:
    content = opened(compress(bytes(64 * MIB)))
    read = 0

    with pytest.raises(ContentTooLargeError, match="more than 100 times as large"):  # noqa: PT012
        while part := content.read(MIB):
            read += len(part)
    # Arrow reads 64 KiB of the file at a time, which count as used at once.
    assert read <= 100 * 65_536 + MIB


def test_a_small_file_may_not_unpack_to_far_more_either(compress: Compress) -> None:
    with pytest.raises(ContentTooLargeError, match="more than 100 times as large"):
        read_up_to(opened(compress(bytes(MIB))), 2 * MIB)
