"""The embedded server across processes and their deaths, on real servers."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import psutil
import pytest

from db.embedded import EmbeddedPostgresError, _Cluster, embedded_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

REPOSITORY = Path(__file__).parents[2]
# Prints its URL, then holds the server until its input ends or it is killed.
HOLDER = """
import sys
from pathlib import Path
from db.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    while True:
        try:
            sys.stdin.read()
            break
        except KeyboardInterrupt:
            print("interrupted", flush=True)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster that was stopped; making one anew is the slow part."""
    folder = tmp_path_factory.mktemp("made")
    with embedded_postgres(folder):
        pass
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A stopped cluster of the test's own; its server is killed if the test left it running."""
    subprocess.run(["cp", "-a", f"{made}/.", tmp_path], check=True)
    yield tmp_path
    kill(server_pids(tmp_path))


def server_pids(folder: Path) -> set[int]:
    cluster = _Cluster(folder, folder / "postgres", None)
    return {process.pid for process in cluster._processes()} if cluster.pgdata.exists() else set()


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def kill(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def holder(folder: Path, *prefix: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the folder; in a process group of its own, as in a terminal."""
    command = [*prefix, sys.executable, "-c", HOLDER, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True, process_group=0
    ) as process:
        assert process.stdout is not None
        process.url = process.stdout.readline().strip()  # type: ignore[attr-defined]
        try:
            yield process
        finally:
            process.kill()


def finish(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def kill_hard(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(30)


def ask(url: str, query: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_first_start_makes_the_folder_and_a_durable_server(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "with space, comma"

    with embedded_postgres(folder) as url:
        assert url.startswith("postgresql+asyncpg://postgres:@/genre?host=")
        assert ask(url, "SELECT current_database()") == "genre"
        assert str(ask(url, "SHOW server_version")).startswith("18")
        durable = "SELECT bool_and(setting = 'on') FROM pg_settings WHERE name = ANY($${}$$)"
        names = "{fsync,synchronous_commit,full_page_writes,data_checksums}"
        assert ask(url, durable.format(names)) is True
        assert ask(url, "SHOW listen_addresses") == ""
        assert (folder / "postgres").stat().st_mode & 0o077 == 0

    assert server_pids(folder) == set()


def test_keeps_data_and_starts_again_in_the_same_process(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        ask(url, "CREATE TABLE kept AS SELECT 7 AS n")

    with embedded_postgres(folder) as url, embedded_postgres(folder) as same:
        assert url == same
        assert ask(url, "SELECT n FROM kept") == 7


def test_nested_use_in_one_process_stops_only_at_the_outer_end(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        with embedded_postgres(folder):
            pass

        assert ask(url, "SELECT 1") == 1

    assert server_pids(folder) == set()


def test_processes_share_one_server_until_the_last_ends(folder: Path) -> None:
    with holder(folder) as first, holder(folder) as second:
        pid = postmaster(folder)

        finish(first)
        assert postmaster(folder) == pid
        assert ask(second.url, "SELECT 1") == 1  # type: ignore[attr-defined]

        finish(second)
        assert server_pids(folder) == set()


def test_processes_that_start_at_once_make_one_cluster(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        entering = [threads.submit(stack.enter_context, holder(tmp_path)) for _ in range(4)]
        holders = [future.result() for future in entering]
        cluster = _Cluster(tmp_path, tmp_path / "postgres", None)
        titles = cluster._processes().values()

        assert len({process.url for process in holders}) == 1  # type: ignore[attr-defined]
        assert sum(not title.startswith("postgres:") for title in titles) == 1

        list(threads.map(finish, holders))
        assert server_pids(tmp_path) == set()


def test_killed_holder_leaves_a_server_that_the_next_adopts_and_stops(folder: Path) -> None:
    with holder(folder) as process:
        kill_hard(process)
    pid = postmaster(folder)

    with embedded_postgres(folder) as url:
        assert postmaster(folder) == pid
        assert ask(url, "SELECT 1") == 1

    assert server_pids(folder) == set()


def test_killed_holder_does_not_keep_the_server_from_stopping(folder: Path) -> None:
    with holder(folder) as killed, holder(folder) as other:
        kill_hard(killed)
        finish(other)

    assert server_pids(folder) == set()


def test_committed_rows_survive_the_kill_of_everything(folder: Path) -> None:
    with holder(folder) as process:
        ask(process.url, "CREATE TABLE kept AS SELECT 7 AS n")  # type: ignore[attr-defined]
        pid = postmaster(folder)
        kill_hard(process)
        kill(server_pids(folder))

    with embedded_postgres(folder) as url:
        assert postmaster(folder) != pid
        assert ask(url, "SELECT n FROM kept") == 7

    assert server_pids(folder) == set()


def test_killed_postmaster_alone_is_replaced_on_the_next_start(folder: Path) -> None:
    with holder(folder) as process:
        kill({postmaster(folder)})
        kill_hard(process)

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1


@pytest.mark.parametrize("same_user", [True, False], ids=["of server's user", "of this user"])
def test_pid_file_with_the_pid_of_a_foreign_process(folder: Path, same_user: bool) -> None:
    owner = (folder / "postgres").stat()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid if same_user else None) as sleeper:
        lines = [sleeper.pid, folder / "postgres", int(time.time()), 5432, folder / "postgres", ""]
        text = "\n".join(map(str, [*lines, " 1 2", "ready", ""]))
        (folder / "postgres" / "postmaster.pid").write_text(text)

        with embedded_postgres(folder) as url:
            assert ask(url, "SELECT 1") == 1

        assert sleeper.poll() is None
        sleeper.kill()


@pytest.mark.parametrize("content", [b"", b"gar\xffbage\n", b"-1\n"], ids=["empty", "text", "-1"])
def test_garbage_pid_file(folder: Path, content: bytes) -> None:
    (folder / "postgres" / "postmaster.pid").write_bytes(content)

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1


def test_pid_file_spoilt_under_a_running_server(folder: Path) -> None:
    with embedded_postgres(folder):
        (folder / "postgres" / "postmaster.pid").write_text("12")

        with embedded_postgres(folder) as url:
            assert ask(url, "SELECT 1") == 1

    assert server_pids(folder) == set()


def test_ctrl_c_does_not_reach_the_server(folder: Path) -> None:
    with holder(folder) as process:
        os.killpg(process.pid, signal.SIGINT)

        assert process.stdout is not None
        assert process.stdout.readline() == "interrupted\n"
        assert ask(process.url, "SELECT 1") == 1  # type: ignore[attr-defined]
        assert os.getsid(postmaster(folder)) != os.getsid(process.pid)
        finish(process)


def test_initdb_that_was_killed_is_done_again(tmp_path: Path) -> None:
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")

    with embedded_postgres(tmp_path) as url:
        assert ask(url, "SELECT 1") == 1

    assert not draft.exists()


def test_long_path_has_its_socket_elsewhere(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    subprocess.run(["cp", "-a", made, folder], check=True)

    with embedded_postgres(folder) as url:
        socket_dir = Path(url.partition("host=")[2].partition("&")[0])
        assert ask(url, "SELECT 1") == 1
        assert socket_dir.stat().st_mode & 0o777 == 0o700

    assert not socket_dir.exists()


def test_variables_for_other_servers_are_ignored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere", "PGDATA": "/x", "LC_ALL": "xx"}.items():
        monkeypatch.setenv(name, value)

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1


def test_body_error_passes_and_the_server_stops(folder: Path) -> None:
    with pytest.raises(PermissionError, match="mine"), embedded_postgres(folder):
        raise PermissionError("mine")

    assert server_pids(folder) == set()


def test_large_log_is_emptied_at_start(folder: Path) -> None:
    with (folder / "postgres" / "server.log").open("a") as log:
        log.truncate(6 * 1024 * 1024)

    with embedded_postgres(folder):
        assert (folder / "postgres" / "server.log").stat().st_size < 10_000


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


def test_other_major_version_is_named(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("16\n")

    assert "the data is of Postgres 16, not 18" in fail(folder)


def test_damaged_cluster_shows_the_log(folder: Path) -> None:
    (folder / "postgres" / "global" / "pg_control").unlink()

    assert "pg_control" in fail(folder)
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
def test_ordinary_user_after_root() -> None:
    nobody = ["setpriv", "--reuid=nobody", "--clear-groups"]
    # Not tmp_path: pytest keeps its parent closed to other users.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with embedded_postgres(folder / "roots"):
            pass
        shutil.chown(folder, "nobody")
        python = [*nobody, sys.executable, "-c", "import db.embedded"]
        if subprocess.run(python, cwd=REPOSITORY, capture_output=True).returncode:
            pytest.skip("other users may not read this repository or its Python")

        with holder(folder / "theirs", *nobody) as theirs:
            # Root that joins in takes their server and spoils nothing.
            with embedded_postgres(folder / "theirs") as url:
                assert ask(url, "SELECT 1") == 1
            finish(theirs)
        with embedded_postgres(folder / "theirs"):
            user = psutil.Process(postmaster(folder / "theirs")).username()
        with holder(folder / "theirs", *nobody) as theirs:
            finish(theirs)

        assert user == "nobody"
        code = "from pathlib import Path; from db.embedded import *\n" + (
            f"try:\n with embedded_postgres(Path({str(folder / 'roots')!r})): pass\n"
            "except EmbeddedPostgresError as error: print(error)"
        )
        refused = [*nobody, sys.executable, "-c", code]
        said = subprocess.run(refused, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        assert "Permission denied" in said.stdout
