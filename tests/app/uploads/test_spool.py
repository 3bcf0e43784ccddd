"""The spool: the same contract for a folder and a bucket on an S3 server."""

import io
import time
import uuid
from pathlib import Path

import pytest
from support.spool_places import BLOCKS, Place

from app.config.settings import Settings
from app.uploads.bucket import BLOCK_BYTES, BucketSpool
from app.uploads.spool import Spool
from app.uploads.url import make_original_store


@pytest.fixture
def other(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Spool:
    """Where files are kept that were in `place`."""
    if isinstance(place.spool, BucketSpool):
        url = f"s3://{request.getfixturevalue('bucket')}/some/prefix/"
    else:
        url = str(tmp_path / "spool")
    return make_original_store(Settings(spool_url=url))


@pytest.mark.parametrize(
    "content", [b"", b"trackID\n1\n", BLOCKS], ids=["empty", "small", "blocks"]
)
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


def test_a_moved_file_is_in_the_other_place_only(place: Place, other: Spool) -> None:
    batch_id = uuid.uuid4()
    place.spool.save(batch_id, io.BytesIO(BLOCKS))

    place.spool.move(batch_id, other)

    with other.open(batch_id) as file:
        assert file.read() == BLOCKS
    assert [file.batch_id for file in other.list_files()] == [batch_id]
    assert place.spool.list_files() == []
    with pytest.raises(FileNotFoundError):
        place.spool.move(batch_id, other)
    other.remove(batch_id)


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
