"""Faults of a spool: each is a `SpoolError`, and no part of the file is kept."""

import io
import socket
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from s3fs import S3FileSystem
from support.s3_server import S3Server, s3_server
from support.spool_places import BLOCKS, Endless, Place, spool_at, uses

from app.config.settings import SettingsError
from app.uploads.bucket import BLOCK_BYTES
from app.uploads.spool import Spool, SpoolError


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
    ("action", "use", "refused"),
    [
        pytest.param(
            "s3:PutObject",
            lambda spool, batch_id: spool.save(uuid.uuid4(), io.BytesIO(b"trackID\n")),
            "cannot be written",
            id="write",
        ),
        pytest.param(
            "s3:GetObject",
            lambda spool, batch_id: spool.open(batch_id).read(),
            "cannot be read",
            id="read",
        ),
    ],
)
def test_missing_rights_are_an_error(
    in_bucket: Place,
    s3: S3Server,
    bucket: str,
    action: str,
    use: Callable[[Spool, uuid.UUID], object],
    refused: str,
) -> None:
    batch_id = uuid.uuid4()
    in_bucket.spool.save(batch_id, io.BytesIO(b"trackID\n"))
    s3.deny(bucket, action)

    with pytest.raises(SpoolError, match=refused):
        use(in_bucket.spool, batch_id)

    assert in_bucket.names() == [f"{batch_id}.csv"]


def test_missing_credentials_are_an_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    for use in uses(spool_at(f"s3://{bucket}/prefix")):
        with pytest.raises(SpoolError, match="credentials"):
            use()


def test_losing_the_server_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
        spool.remove(batch_id)  # retried later

    assert spool.problem is not None


def test_a_server_that_says_nothing_is_an_error(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(S3FileSystem, "read_timeout", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        spool = spool_at("s3://bucket/prefix")

        for use in uses(spool):
            with pytest.raises(SpoolError, match="Read timeout"):
                use()


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
        pytest.param("s3://", "the bucket is missing", id="no-bucket"),
    ],
)
def test_an_address_that_names_no_spool_is_refused(url: str, message: str) -> None:
    with pytest.raises(SettingsError, match=rf"GENRE_SPOOL_URL: {message}"):
        spool_at(url)
