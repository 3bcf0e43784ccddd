"""The embedded server across processes and their deaths, on real servers."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.postgres_processes import Holder, ask, holder, kill, postmaster, server_pids

from db.embedded.server import _Cluster, embedded_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


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
