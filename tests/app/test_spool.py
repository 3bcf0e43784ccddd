"""The spool: the same in a folder and in a bucket of a server that speaks S3."""

import io
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from s3_server import S3Server, s3_server

from app.settings import Settings, SettingsError
from app.spool import Spool, SpoolError
from app.spool_bucket import BLOCK_BYTES
from app.spool_url import make_spool

BLOCKS = os.urandom(2 * BLOCK_BYTES + 5)
"""Of several parts when it is sent."""


@dataclass(frozen=True)
class Place:
    """A spool and a look into it that does not go through it."""

    spool: Spool
    names: Callable[[], list[str]]
    put: Callable[[str, bytes], Any]


class Endless(io.BytesIO):
    """A file that tells when it is read, and goes on as long as it is."""

    def __init__(self, fails_after: int | None = None) -> None:
        super().__init__()
        self.is_read = threading.Event()
        self.bytes_left = fails_after

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        self.is_read.set()
        if self.bytes_left is not None:
            if self.bytes_left <= 0:
                raise ValueError("I/O operation on closed file.")
            self.bytes_left -= size
        time.sleep(0.002)
        return bytes(size)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket of its own, which the variables of the process lead to."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid.uuid4()}"
    s3.make_bucket(name)
    return name


def spool_at(url: object) -> Spool:
    return make_spool(Settings(spool_url=str(url)))


@pytest.fixture
def in_bucket(s3: S3Server, bucket: str) -> Place:
    return Place(
        spool_at(f"s3://{bucket}/some/prefix/"),
        lambda: [key.removeprefix("some/prefix/") for key in s3.keys(bucket)],
        lambda name, content: s3.put(bucket, f"some/prefix/{name}", content),
    )


@pytest.fixture
def in_folder(tmp_path: Path) -> Place:
    folder = tmp_path / "spool"
    return Place(
        spool_at(folder),
        lambda: [path.name for path in folder.iterdir()],
        lambda name, content: (folder / name).write_bytes(content),
    )


@pytest.fixture(params=["in_folder", "in_bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue(request.param)
    return place


@pytest.mark.parametrize("content", [b"", b"trackID\n1\n", BLOCKS], ids=["empty", "small", "blocks"])
def test_keeps_a_file_until_it_is_removed(place: Place, content: bytes) -> None:
    batch_id = uuid.uuid4()

    place.spool.save(batch_id, io.BytesIO(content))
    names = place.names()
    with place.spool.open(batch_id) as file:
        whole = file.read()
    place.spool.remove(batch_id)
    place.spool.remove(batch_id)

    assert names == [f"{batch_id}.csv"]
    assert whole == content
    assert place.names() == []
    with pytest.raises(FileNotFoundError):
        place.spool.open(batch_id)


def test_is_read_piece_by_piece_from_anywhere(place: Place) -> None:
    batch_id = uuid.uuid4()
    place.spool.save(batch_id, io.BytesIO(BLOCKS))

    with place.spool.open(batch_id) as file:
        head = file.read(10)
        file.seek(BLOCK_BYTES - 3)
        pieces = [file.read(6), file.read(BLOCK_BYTES), file.read(BLOCK_BYTES), file.read(1)]

    assert head == BLOCKS[:10]
    assert b"".join(pieces) == BLOCKS[BLOCK_BYTES - 3 :]
    assert pieces[-1] == b""


def test_is_saved_from_the_present_position(place: Place) -> None:
    batch_id, content = uuid.uuid4(), io.BytesIO(b"read already, not yet")
    content.seek(14)

    place.spool.save(batch_id, content)

    with place.spool.open(batch_id) as file:
        assert file.read() == b"not yet"


def test_lists_our_files_with_their_age_and_no_others(place: Place) -> None:
    batch_id = uuid.uuid4()
    place.spool.save(batch_id, io.BytesIO(b"x"))
    place.put("tracks.csv", b"somebody chose a place that holds other things")
    place.put(f"{uuid.uuid4()}.txt", b"")

    (listed,) = place.spool.list_files()
    time.sleep(1.1)  # S3 has whole seconds
    (again,) = place.spool.list_files()
    place.spool.remove_path(listed.path)
    place.spool.remove_path(listed.path)

    assert (listed.batch_id, listed.is_whole) == (batch_id, True)
    assert 0 <= listed.age_s < 60
    assert 1 <= again.age_s - listed.age_s < 60
    assert len(place.names()) == 2
    assert place.spool.list_files() == []


def test_sees_at_once_what_another_process_does(place: Place) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    place.spool.save(first, io.BytesIO(b"x"))
    place.spool.list_files()

    place.put(f"{second}.csv", b"trackID\n")
    listed = {file.batch_id for file in place.spool.list_files()}
    with place.spool.open(second) as file:
        content = file.read()

    assert listed == {first, second}
    assert content == b"trackID\n"


def test_a_spool_that_nobody_used_is_empty(place: Place) -> None:
    place.spool.check()

    assert place.spool.list_files() == []
    assert place.spool.problem is None


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(place: Place) -> None:
    with pytest.raises(SpoolError, match="cannot be written"):
        place.spool.save(uuid.uuid4(), Endless(fails_after=BLOCK_BYTES + 1))

    assert place.names() == []


def test_a_file_that_becomes_unwanted_leaves_nothing(place: Place) -> None:
    unwanted, content, batch_id = threading.Event(), Endless(), uuid.uuid4()
    errors: list[Exception] = []

    def save() -> None:
        try:
            place.spool.save(batch_id, content, unwanted)
        except SpoolError as error:
            errors.append(error)

    thread = threading.Thread(target=save)
    thread.start()
    content.is_read.wait(10)
    half_written = place.spool.list_files()
    unwanted.set()
    thread.join(10)

    assert not thread.is_alive()
    assert [file.is_whole for file in half_written] in ([], [False])
    assert len(errors) == 1
    assert place.names() == []


def test_a_file_that_became_unwanted_at_the_end_leaves_nothing(place: Place) -> None:
    unwanted, content = threading.Event(), io.BytesIO(b"trackID\n")
    content.read = lambda size=-1: unwanted.set() or b""  # type: ignore[method-assign]

    place.spool.save(uuid.uuid4(), content, unwanted)

    assert place.names() == []


def test_no_parts_stay_in_the_bucket(in_bucket: Place, s3: S3Server, bucket: str) -> None:
    with pytest.raises(SpoolError):
        in_bucket.spool.save(uuid.uuid4(), Endless(fails_after=3 * BLOCK_BYTES))
    in_bucket.spool.save(uuid.uuid4(), io.BytesIO(BLOCKS))

    assert s3.unfinished(bucket) == []


def test_a_missing_bucket_is_an_error_and_is_not_made(s3: S3Server, bucket: str) -> None:
    spool = spool_at(f"s3://{bucket}-2/prefix")

    for use in uses(spool):
        with pytest.raises(SpoolError, match=r"bucket|Bucket"):
            use()

    assert spool.problem is not None
    assert s3.keys(f"{bucket}-2") == []
    with pytest.raises(SpoolError, match=f"no bucket {bucket}-2"):
        spool.check()


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        pytest.param("s3:PutObject", "cannot be written", id="write"),
        pytest.param("s3:GetObject", "cannot be read", id="read"),
    ],
)
def test_missing_rights_are_an_error(
    in_bucket: Place, s3: S3Server, bucket: str, action: str, refused: str
) -> None:
    batch_id = uuid.uuid4()
    in_bucket.spool.save(batch_id, io.BytesIO(b"trackID\n"))
    s3.deny(bucket, action)

    with pytest.raises(SpoolError, match=refused):
        in_bucket.spool.open(batch_id).read()
        in_bucket.spool.save(uuid.uuid4(), io.BytesIO(b"trackID\n"))

    assert in_bucket.names() == [f"{batch_id}.csv"]


def test_missing_credentials_are_an_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    for use in uses(spool_at(f"s3://{bucket}/prefix")):
        with pytest.raises(SpoolError, match="credentials"):
            use()


def test_a_server_that_goes_away_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server(tmp_path) as own:
        for name, value in own.environment.items():
            monkeypatch.setenv(name, value)
        own.make_bucket("bucket")
        spool, batch_id = spool_at("s3://bucket/prefix"), uuid.uuid4()
        spool.save(batch_id, io.BytesIO(BLOCKS))
        with spool.open(batch_id) as file:
            file.read(3)
            own.stop()
            file.seek(BLOCK_BYTES + BLOCK_BYTES // 2)

            with pytest.raises(SpoolError, match="cannot be read"):
                file.read()
        for use in uses(spool):
            with pytest.raises(SpoolError, match="Could not connect"):
                use()
        spool.remove(batch_id)  # tried again later

    assert spool.problem is not None


def uses(spool: Spool) -> list[Callable[[], object]]:
    """What may be done with a spool."""
    return [
        lambda: spool.save(uuid.uuid4(), io.BytesIO(b"trackID\n")),
        lambda: spool.save(uuid.uuid4(), io.BytesIO(BLOCKS)),
        lambda: spool.open(uuid.uuid4()),
        spool.list_files,
        spool.check,
    ]


def test_an_object_that_is_removed_while_it_is_read_is_lost(in_bucket: Place) -> None:
    batch_id = uuid.uuid4()
    in_bucket.spool.save(batch_id, io.BytesIO(BLOCKS))

    with in_bucket.spool.open(batch_id) as file:
        in_bucket.spool.remove(batch_id)

        with pytest.raises(FileNotFoundError):
            file.read(3)


def test_other_users_cannot_read_uploads(tmp_path: Path) -> None:
    spool_at(tmp_path / "spool").save(uuid.uuid4(), io.BytesIO(b"x"))

    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_says_when_a_folder_cannot_be_written_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    spool = spool_at(tmp_path / "file")

    with pytest.raises(SpoolError, match="cannot be written"):
        spool.save(uuid.uuid4(), io.BytesIO(b"x"))
    with pytest.raises(SpoolError, match="cannot be used"):
        spool.check()

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("s4://bucket/prefix", "Protocol not known: s4", id="unknown"),
        pytest.param("s3://", "it names no bucket", id="no-bucket"),
    ],
)
def test_an_address_that_names_no_spool_is_refused(url: str, message: str) -> None:
    with pytest.raises(SettingsError, match=rf"GENRE_SPOOL_URL: {message}"):
        spool_at(url)
