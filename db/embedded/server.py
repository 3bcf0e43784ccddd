"""Run PostgreSQL 18 in a data folder (see docs/adr/0002-embedded-postgres.md).

Creates the cluster once, starts or adopts its server, yields its URL, and stops it after its last
user. Uses only the binaries of the wheel; knows nothing about tables, settings or event loops.
"""

import contextlib
import logging
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import BinaryIO
from urllib.parse import quote

import psutil

from db.embedded.account import (
    MARK,
    Account,
    close_to_others,
    open_data_folder,
    server_account,
)
from db.embedded.errors import EmbeddedPostgresError
from db.embedded.files import locked, make_private, open_lock
from db.embedded.programs import MAJOR, find_programs
from db.embedded.role import ROLE, ensure_owned

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 600  # enough to recover max_wal_size on a slow disk
STOP_TIMEOUT_S = 60
MAX_LOG_BYTES = 5 * 1024 * 1024
MAX_SOCKET_PATH_BYTES = 103  # macOS; Linux allows 107

# A built-in collation never changes; an upgrade may change the system's and break the indexes.
# -c goes into postgresql.conf, where it can be edited. What makes a commit survive a crash (fsync,
# synchronous_commit, full_page_writes) is on by default. The log must not contain users' data.
INITDB_OPTIONS = """--username=postgres --auth-local=trust --auth-host=reject --encoding=UTF8
--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 -c timezone=UTC -c jit=off
-c max_connections=60 -c shared_buffers=128MB -c max_wal_size=2GB -c checkpoint_timeout=15min
-c random_page_cost=1.1 -c unix_socket_permissions=0700 -c log_checkpoints=off
-c log_min_messages=warning -c log_min_error_statement=panic -c log_error_verbosity=terse"""
if sys.platform == "linux":  # one call instead of an fsync for each of a thousand files
    INITDB_OPTIONS += " --sync-method=syncfs -c recovery_init_sync_method=syncfs"


@contextlib.contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Run the server of `folder` during the block.

    Creates the folder if necessary. Yields the SQLAlchemy URL (asyncpg, Unix socket) of the
    database `genre`. Raises EmbeddedPostgresError if the server cannot be started or reached.
    """
    if sys.platform == "win32":  # asyncpg would need a TCP port, open to all local users
        raise EmbeddedPostgresError("no Unix sockets", folder, advice="Set GENRE_DATABASE_URL.")
    with contextlib.ExitStack() as stack:
        try:
            cluster = _Cluster.at(folder.expanduser().resolve())
            users = stack.enter_context(open_lock(cluster.folder / MARK, cluster.account))
            with cluster.changing():
                fcntl.flock(users, fcntl.LOCK_SH)  # the kernel releases it however the process ends
                stack.callback(cluster.leave, users)
                cluster.ensure_running()
        except TimeoutError as error:
            advice = "End the process that holds it (`fuser -v` shows it), then start again."
            raise EmbeddedPostgresError(str(error), folder, advice=advice) from error
        except OSError as error:
            advice = "Choose a folder that this user may write (GENRE_DATA_DIR), on a local disk."
            problem = os.strerror(error.errno).lower() if error.errno else str(error)
            raise EmbeddedPostgresError(problem, folder, advice=advice) from error
        yield cluster.url


def revive(folder: Path) -> bool:
    """Start the server of a folder again if it died; its user calls this. False if it lives.

    Raises
    ------
    EmbeddedPostgresError
        It cannot be started.
    """
    try:
        folder = folder.expanduser().resolve()
        cluster = _Cluster(folder, folder / "postgres", None)
        if cluster.pgdata.exists() and cluster.is_listening():
            return False
        cluster = _Cluster.at(folder)
        with cluster.changing():
            if not (cluster.pgdata / "PG_VERSION").exists():  # a new cluster would be empty
                raise cluster.error("its data is gone", "Restore it, or start again.")
            cluster.ensure_running()
    except OSError as error:
        advice = "It is tried again."
        raise EmbeddedPostgresError(str(error), folder, advice=advice) from error
    return True


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A data folder and the account of its server (None: this process's own account)."""

    folder: Path
    pgdata: Path
    account: Account | None

    @classmethod
    def at(cls, folder: Path) -> "_Cluster":
        if os.geteuid() != 0:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            close_to_others(folder)
            return cls(folder, folder / "postgres", None)
        account = server_account(folder)
        open_data_folder(folder, account)
        return cls(folder, folder / "postgres", account)

    @property
    def name(self) -> str:
        """The name in each server process's title; a moved folder keeps it, a copy does not."""
        status = self.pgdata.stat()
        return f"genre-{status.st_dev:x}-{status.st_ino:x}-data"

    @property
    def socket_dir(self) -> Path:
        path = str(self.pgdata / ".s.PGSQL.5432")
        # Clients would treat a comma or colon in a host name as a separator.
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES and re.fullmatch(r"[\w /.+-]+", path):
            return self.pgdata
        return Path("/tmp") / self.name  # the same in every process, whatever TMPDIR says

    @property
    def url(self) -> str:
        # The port is explicit so that PGPORT in the environment cannot mislead asyncpg.
        return f"postgresql+asyncpg://{ROLE}:@/genre?host={quote(str(self.socket_dir))}&port=5432"

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Allow one process at a time to start or stop the server."""
        with locked(self.folder / "postgres.lock", self.account):
            yield

    def is_listening(self) -> bool:
        """Whether a server is there, even if it hangs."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            try:
                probe.connect(str(self.socket_dir / ".s.PGSQL.5432"))
            except BlockingIOError:
                return True
            except OSError:
                return False
        return True

    def leave(self, users: BinaryIO) -> None:
        try:
            with self.changing():
                with contextlib.suppress(BlockingIOError):  # other processes use it
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop()
                fcntl.flock(
                    users, fcntl.LOCK_UN
                )  # closing the file would not release it after a fork
        except OSError as error:  # must not hide the error that ended the block
            logger.warning("The embedded Postgres could not be stopped: %s", error)

    def ensure_running(self) -> None:
        self._ensure_made()
        to_socket = ["-h", str(self.socket_dir), "-p", "5432", "-U", "postgres"]
        deadline = time.monotonic() + START_TIMEOUT_S
        while (answer := self._run("pg_isready", *to_socket, check=False).returncode) == 1:
            if time.monotonic() > deadline:  # it is recovering, or someone else stopped it
                raise self.error("the server does not accept connections", "Try again later.")
            time.sleep(0.1)
        if answer != 0:
            self._clear_remains()
            self._start()
        psql = ("psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", *to_socket)
        ensure_owned(lambda name, sql: self._run(*psql, "-d", name, "-c", sql).stdout)

    def _ensure_made(self) -> None:
        if (self.pgdata / "PG_VERSION").exists():
            if (version := (self.pgdata / "PG_VERSION").read_text().strip()) != MAJOR:
                advice = f"Dump it with Postgres {version} and load it into a new GENRE_DATA_DIR."
                raise self.error(f"the data is of Postgres {version}, not {MAJOR}", advice)
        elif self.pgdata.exists() and any(self.pgdata.iterdir()):
            advice = f"Move {self.pgdata} away, or choose another folder (GENRE_DATA_DIR)."
            raise self.error("its subfolder `postgres` holds something else", advice)
        else:
            self._make()

    def _make(self) -> None:
        """Run initdb next to the final folder: if killed, it leaves nothing that looks complete."""
        draft = self.folder / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft, self.account)
        self._run("initdb", "-D", str(draft), *INITDB_OPTIONS.split())
        draft.rename(self.pgdata)

    def _clear_remains(self) -> None:
        """Stop processes left by a crash, and delete pid files that would confuse Postgres."""
        if not self._end(signal.SIGQUIT):
            raise self.error("an old server process does not stop", "Stop it by hand.")
        for file in (self.pgdata / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            pid = file.read_bytes().partition(b"\n")[0].strip() if file.exists() else b"0"
            # Postgres handles the pid of a dead process itself, with better checks than ours.
            if not pid.isdigit() or (int(pid) and psutil.pid_exists(int(pid))):
                logger.warning("Removed a stale %s (%r).", file, pid[:20])
                file.unlink()

    def _start(self) -> None:
        if self.socket_dir != self.pgdata:
            make_private(self.socket_dir, self.account)
        log_file = self.pgdata / "server.log"
        if log_file.exists() and log_file.stat().st_size > MAX_LOG_BYTES:
            log_file.unlink()
        title = f"cluster_name={self.name}"
        options = shlex.join(["-h", "", "-k", str(self.socket_dir), "-p", "5432", "-c", title])
        # Relative paths, because pg_ctl passes them to a shell unquoted.
        files = ["-D", "postgres", "-l", "postgres/server.log", "-t", str(START_TIMEOUT_S)]
        self._run("pg_ctl", "start", "-s", "-w", *files, "-o", options)

    def _stop(self) -> None:
        if not self._end(signal.SIGINT):  # closes the sessions and writes a checkpoint
            logger.warning(
                "The embedded Postgres is slow to stop; it will recover at the next start."
            )
            self._end(signal.SIGQUIT)
        if self.socket_dir != self.pgdata:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()

    def _end(self, how: signal.Signals) -> bool:
        """Signal the server and wait; if it was killed, signal its remaining children instead."""
        processes = self._processes()
        # Children have other titles. Some of them treat SIGINT differently.
        servers = [p for p, title in processes.items() if not title.startswith("postgres:")]
        for process in (waited_for := servers or list(processes)):
            with contextlib.suppress(psutil.Error):
                process.send_signal(how)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (late := any(map(_is_alive, waited_for))) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not late

    def _processes(self) -> dict[psutil.Process, str]:
        """Find this cluster's processes by title, because a pid file may be wrong."""
        found = {}
        for pid in psutil.pids():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                is_postgres = process.name().startswith("postgres")
                if is_postgres and self.name in (title := " ".join(process.cmdline())):
                    found[process] = title
        return found

    def _run(self, program: str, *arguments: str, check: bool = True) -> CompletedProcess[str]:
        # PGPORT, PGOPTIONS and so on are for other servers. The C locale makes messages English.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        account = self.account
        result = subprocess.run(
            [find_programs(self.folder, account) / program, *arguments],
            cwd=self.folder,
            env=environment | {"LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C must reach only this process
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if check and result.returncode:
            advice = "Fix what the messages name (disk full? wrong owner?), then start again."
            raise self.error(f"{program} failed: {result.stderr.strip()}", advice)
        return result

    def error(self, problem: str, advice: str) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(problem, self.folder, advice=advice)


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(
        psutil.NoSuchProcess
    ):  # a zombie only remains if PID 1 does not reap it
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
