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
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
import pytest

from db.embedded import EmbeddedPostgresError, _Cluster, embedded_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs root")

REPOSITORY = Path(__file__).parents[2]
# Prints its URL, then holds the server until its input ends or it is killed.
HOLDER = """
import os, signal, sys
from pathlib import Path
from db.embedded import embedded_postgres
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\\n"))
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a stopped cluster, shared because making one is slow."""
    folder = tmp_path_factory.mktemp("made")
    with embedded_postgres(folder):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    """The shared folder; if the test left its server running, that is killed."""
    yield made
    kill(server_pids(made))


def server_pids(folder: Path) -> set[int]:
    cluster = _Cluster(folder, folder / "postgres", None)
    return {process.pid for process in cluster._processes()} if cluster.pgdata.exists() else set()


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def kill(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Holder:
    """Another process that uses a folder."""

    process: subprocess.Popen[str]
    url: str

    def finish(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


@contextlib.contextmanager
def holder(folder: Path, *prefix: str) -> Iterator[Holder]:
    command = [*prefix, sys.executable, "-c", HOLDER, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdin=pipe,
        stdout=pipe,
        text=True,
        process_group=0,  # as in a terminal
    ) as process:
        assert process.stdout is not None
        try:
            yield Holder(process, process.stdout.readline().strip())
        finally:
            process.kill()


def ask(url: str, query: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_server_is_durable_and_private(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        durable = "SELECT bool_and(setting = 'on') FROM pg_settings WHERE name = ANY($${}$$)"
        names = "{fsync,synchronous_commit,full_page_writes,data_checksums}"
        assert ask(url, durable.format(names)) is True
        assert ask(url, "SELECT current_database()") == "genre"
        assert str(ask(url, "SHOW server_version")).startswith("18")
        assert ask(url, "SHOW listen_addresses") == ""
        assert (folder / "postgres").stat().st_mode & 0o077 == 0


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

        first.finish()
        assert postmaster(folder) == pid
        assert ask(second.url, "SELECT 1") == 1

        second.finish()
        assert server_pids(folder) == set()


def test_processes_that_start_at_once_after_a_killed_initdb(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "with space, comma"
    draft = folder / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    with contextlib.ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        entering = [threads.submit(stack.enter_context, holder(folder)) for _ in range(4)]
        holders = [future.result() for future in entering]
        cluster = _Cluster(folder, folder / "postgres", None)
        titles = cluster._processes().values()

        assert len({holder.url for holder in holders}) == 1
        assert sum(not title.startswith("postgres:") for title in titles) == 1

        list(threads.map(Holder.finish, holders))
        assert server_pids(folder) == set()
        assert not draft.exists()
    shutil.rmtree(folder)  # pytest would keep it for three runs


def test_killed_holder_leaves_a_server_that_the_next_adopts_and_stops(folder: Path) -> None:
    with holder(folder) as killed:
        killed.kill()
    pid = postmaster(folder)

    with embedded_postgres(folder) as url:
        assert postmaster(folder) == pid
        assert ask(url, "SELECT 1") == 1

    assert server_pids(folder) == set()


def test_killed_holder_does_not_keep_the_server_from_stopping(folder: Path) -> None:
    with holder(folder) as killed, holder(folder) as other:
        killed.kill()
        other.finish()

    assert server_pids(folder) == set()


def test_committed_rows_survive_the_kill_of_everything(folder: Path) -> None:
    with holder(folder) as killed:
        ask(killed.url, "CREATE TABLE survived AS SELECT 7 AS n")
        pid = postmaster(folder)
        killed.kill()
        kill(server_pids(folder))

    with embedded_postgres(folder) as url:
        assert postmaster(folder) != pid
        assert ask(url, "SELECT n FROM survived") == 7

    assert server_pids(folder) == set()


def test_killed_postmaster_alone_is_replaced_on_the_next_start(folder: Path) -> None:
    with holder(folder) as killed:
        kill({postmaster(folder)})
        killed.kill()

    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT 1") == 1


@pytest.mark.parametrize("same_user", [True, False], ids=["of server's user", "of this user"])
def test_pid_file_with_the_pid_of_a_foreign_process(folder: Path, same_user: bool) -> None:
    owner = (folder / "postgres").stat()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid if same_user else None) as sleeper:
        lines = [sleeper.pid, folder / "postgres", int(time.time()), 5432, folder / "postgres", ""]
        text = "\n".join(map(str, [*lines, " 1 2", "ready", ""]))
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (folder / "postgres" / name).write_text(text)

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
    with holder(folder) as other:
        os.killpg(other.process.pid, signal.SIGINT)

        assert other.process.stdout is not None
        assert other.process.stdout.readline() == "interrupted\n"
        assert ask(other.url, "SELECT 1") == 1
        assert os.getsid(postmaster(folder)) != os.getsid(other.process.pid)
        other.finish()


def test_moved_to_a_long_path_has_its_socket_elsewhere(made: Path, tmp_path: Path) -> None:
    folder = made.rename(tmp_path / ("x" * 120))

    try:
        with embedded_postgres(folder) as url:
            socket_dir = Path(url.partition("host=")[2].partition("&")[0])
            assert ask(url, "SELECT 1") == 1
            assert socket_dir.stat().st_mode & 0o777 == 0o700
        assert not socket_dir.exists()
    finally:
        folder.rename(made)


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
        python = [*nobody, sys.executable, "-c", "import db.embedded"]
        if subprocess.run(python, cwd=REPOSITORY, capture_output=True).returncode:
            pytest.skip("other users may not read this repository or its Python")

        with holder(folder / "theirs", *nobody) as theirs:
            # Root that joins in takes their server and spoils nothing.
            with embedded_postgres(folder / "theirs") as url:
                assert ask(url, "SELECT 1") == 1
            theirs.finish()
        with embedded_postgres(folder / "theirs"):
            user = psutil.Process(postmaster(folder / "theirs")).username()
        with holder(folder / "theirs", *nobody) as theirs:
            theirs.finish()

        assert user == "nobody"
        code = "from pathlib import Path; from db.embedded import *\n" + (
            f"try:\n with embedded_postgres(Path({str(folder / 'roots')!r})): pass\n"
            "except EmbeddedPostgresError as error: print(error)"
        )
        refused = [*nobody, sys.executable, "-c", code]
        said = subprocess.run(refused, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        assert "Permission denied" in said.stdout
