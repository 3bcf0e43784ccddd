"""The spool: the same in a folder and in what stands for a bucket."""

import io
import uuid
from pathlib import Path

import pytest

from app.spool import Spool, SpoolError


@pytest.fixture(params=["folder", "bucket"])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Spool:
    return Spool(
        str(tmp_path / "spool") if request.param == "folder" else f"memory://{uuid.uuid4()}/spool"
    )


def test_keeps_a_file_until_it_is_removed(spool: Spool) -> None:
    batch_id = uuid.uuid4()

    spool.save(batch_id, io.BytesIO(b"trackID\n1\n"))
    with spool.open(batch_id) as file:
        file.seek(8)
        rest = file.read()
    (listed,) = spool.list_files()
    spool.remove(batch_id)
    spool.remove(batch_id)

    assert rest == b"1\n"
    assert listed.batch_id == batch_id
    assert 0 <= listed.age_s < 60
    assert spool.list_files() == []
    with pytest.raises(FileNotFoundError):
        spool.open(batch_id)


def test_a_spool_that_nobody_used_is_empty(spool: Spool) -> None:
    assert spool.list_files() == []


def test_other_users_cannot_read_uploads(tmp_path: Path) -> None:
    Spool(str(tmp_path / "spool")).save(uuid.uuid4(), io.BytesIO(b"x"))

    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_says_when_it_cannot_write_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SpoolError, match="cannot be written"):
        Spool(str(tmp_path / "file")).save(uuid.uuid4(), io.BytesIO(b"x"))

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
