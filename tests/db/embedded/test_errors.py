"""The embedded server's errors when it cannot run, and the account it runs as."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from support.postgres_processes import ask, holder, postmaster, server_pids
from support.repository import ROOT

from db.embedded.errors import EmbeddedPostgresError
from db.embedded.server import embedded_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")


def fail(folder: Path) -> str:
    with pytest.raises(EmbeddedPostgresError) as raised, embedded_postgres(folder):
        pass
    return str(raised.value)


def test_foreign_subfolder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("years of work")

    message = fail(tmp_path)

    assert "holds something else" in message
    assert str(tmp_path) in message
    assert (tmp_path / "postgres" / "thesis.txt").exists()


def test_other_major_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")

    assert "the data is of Postgres 16, not 18" in fail(tmp_path)


def test_damaged_cluster_shows_the_log(folder: Path) -> None:
    control = folder / "postgres" / "global" / "pg_control"
    control.rename(control.with_name("moved"))

    message = fail(folder)
    control.with_name("moved").rename(control)

    assert "Last lines of its log:" in message
    assert "could not find the database system" in message
    assert server_pids(folder) == set()


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    assert "exists" in fail(tmp_path / "data")


def test_folder_that_cannot_be_written() -> None:
    # /proc refuses root too.
    message = fail(Path("/proc/genre") if Path("/proc").exists() else Path("/genre"))

    assert "genre" in message
    assert "GENRE_DATA_DIR" in message


@as_root
def test_full_disk_is_named(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        assert "No space left on device" in fail(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@as_root
def test_server_of_root_runs_as_an_ordinary_user(folder: Path) -> None:
    with embedded_postgres(folder):
        process = psutil.Process(postmaster(folder))

        assert 0 not in process.uids()
        assert 0 not in process.gids()


@as_root
def test_ordinary_user_after_root(made: Path) -> None:
    nobody = ["setpriv", "--reuid=nobody", "--clear-groups"]
    # Not tmp_path: pytest keeps its parent closed to other users.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "roots" / "postgres").mkdir(parents=True, mode=0o700)
        shutil.chown(folder, "nobody")
        python = [*nobody, sys.executable, "-c", "import db.embedded.server"]
        if subprocess.run(python, cwd=ROOT, capture_output=True).returncode:
            pytest.skip("other users may not read this repository or its Python")

        with holder(folder / "theirs", *nobody) as theirs:
            # Root can join their server without breaking anything.
            with embedded_postgres(folder / "theirs") as url:
                assert ask(url, "SELECT 1") == 1
            theirs.finish()
        with embedded_postgres(folder / "theirs"):
            user = psutil.Process(postmaster(folder / "theirs")).username()
        with holder(folder / "theirs", *nobody) as theirs:
            theirs.finish()

        assert user == "nobody"
        code = "from pathlib import Path; from db.embedded.server import *\n" + (
            f"try:\n with embedded_postgres(Path({str(folder / 'roots')!r})): pass\n"
            "except EmbeddedPostgresError as error: print(error)"
        )
        refused = [*nobody, sys.executable, "-c", code]
        said = subprocess.run(refused, cwd=ROOT, capture_output=True, text=True, check=True)
        assert "permission denied" in said.stdout
