"""Upload compressed files: the same tracks, the same lines, within limits."""

import gzip
import io
import random

import pyarrow as pa
import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

from app.config.settings import Settings
from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio
COUNTS = ("status", "rowsReceived", "rowsRejected", "rowsStored", "genres", "rejects")
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}
STORED = "{ genres { name } batches { totalCount } }"
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"
MIB = 1024 * 1024


def zstd(content: bytes) -> bytes:
    """Compress with Zstandard."""
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def several_chunks() -> bytes:
    """Return tracks for several chunks."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=200, seed=5)
    return stream.getvalue().encode()


def noise(size: int) -> bytes:
    """Return rows of one long field, which compress badly and are rejected."""
    line = random.Random(2).randbytes(MIB // 4).hex().encode() + b"\n"
    return line * (size // len(line) + 1)


@pytest.mark.parametrize(
    ("compress", "name"),
    [
        pytest.param(gzip.compress, "tracks.csv.gz", id="gzip"),
        pytest.param(zstd, "tracks.csv.zst", id="zstd"),
        pytest.param(gzip.compress, "TRACKS.CSV.GZ", id="upper-case"),
        pytest.param(gzip.compress, "tracks.csv", id="named-like-plain"),
        pytest.param(bytes, "tracks.csv.gz", id="plain-named-like-compressed"),
    ],
)
async def test_stores_what_the_plain_file_would(
    api: GraphQLClient, sample_rows: list[dict[str, str]], compress: type, name: str
) -> None:
    content = write_csv(sample_rows, {(7, "tempo"): "fast", (5, "title"): '"two\nlines"'})
    plain = await api.classify(content)

    packed = await api.classify(compress(content), name)

    assert packed["fileName"] == name
    assert {key: packed[key] for key in COUNTS} == {key: plain[key] for key in COUNTS}
    assert packed["rejects"]["totalCount"] == 1


@pytest.mark.parametrize("name", ["tracks.json.gz", "tracks.csv.bz2", "tracks.gz.csv.zip"])
async def test_refuses_other_names(api: GraphQLClient, sample: bytes, name: str) -> None:
    body = await api.upload(gzip.compress(sample), name)

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "UNSUPPORTED_FILE_TYPE"
    assert ".gz" in error["message"]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        pytest.param(gzip.compress(b""), "EMPTY_CSV", "empty", id="empty"),
        pytest.param(gzip.compress(b"a,b\n1,2\n"), "INVALID_CSV", "No header", id="columns"),
        pytest.param(
            gzip.compress(gzip.compress(b"a,b\n")), "UNSUPPORTED_FILE_TYPE", "gzip", id="twice"
        ),
        pytest.param(gzip.compress(b"x" * 200)[:-9], "INVALID_CSV", "truncated", id="cut-off"),
        pytest.param(b"\x28\xb5\x2f\xfd????????", "INVALID_CSV", "zstd", id="damaged"),
    ],
)
@pytest.mark.parametrize("background", [False, True], ids=["wait", "background"])
async def test_refuses_bad_content_and_stores_nothing(
    api: GraphQLClient, content: bytes, code: str, words: str, *, background: bool
) -> None:
    body = await api.upload(content, "a.csv.gz", **({"query": QUEUE} if background else {}))

    (error,) = body["errors"]
    assert error["extensions"]["code"] == code
    assert words in error["message"]
    assert await api.data(STORED) == NOTHING_STORED


@pytest.mark.parametrize("compress", [gzip.compress, zstd], ids=["gzip", "zstd"])
async def test_fails_where_far_more_comes_out_than_went_in(
    api: GraphQLClient, compress: type
) -> None:
    batch = await api.classify(compress(several_chunks() + b"\n" * 200 * MIB), "bomb.csv.gz")

    assert batch["status"] == "FAILED"
    assert batch["error"]["code"] == "UPLOAD_TOO_LARGE"
    assert "30 times" in batch["error"]["message"]
    assert sum(genre["trackCount"] for genre in batch["genres"]) == batch["rowsStored"]


async def test_fails_where_the_content_is_larger_than_allowed(
    api: GraphQLClient, settings: Settings
) -> None:
    content = several_chunks() + noise(settings.max_decompressed_bytes)

    batch = await api.classify(gzip.compress(content, 1), "a.csv.gz")

    assert (batch["status"], batch["error"]["code"]) == ("FAILED", "UPLOAD_TOO_LARGE")
    assert f"{settings.max_decompressed_bytes:,} bytes" in batch["error"]["message"]
    assert 0 < batch["rowsStored"] == sum(g["trackCount"] for g in batch["genres"])


async def test_fails_where_the_data_ends_too_early_and_keeps_what_was_stored(
    api: GraphQLClient,
) -> None:
    content = several_chunks() + noise(3 * MIB)  # longer than the first read

    batch = await api.classify(gzip.compress(content)[:-1000], "tracks.csv.gz")

    assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INVALID_CSV")
    assert "truncated" in batch["error"]["message"]
    assert batch["rowsStored"] == 200
