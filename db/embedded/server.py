"""Run our own PostgreSQL 18 in a data folder (why so: docs/adr/0002-embedded-postgres.md).

Job: make the cluster once, start or adopt its server, yield its URL, stop it after its last user.
Boundary: takes only the programs from the wheel; knows no tables, no settings, no event loop.
"""

import contextlib
import logging
import os
import re
import shlex
import shutil
import signal
import stat
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

from db.embedded.account import MARK, Account, open_data_folder, server_account
from db.embedded.errors import EmbeddedPostgresError
from db.embedded.programs import MAJOR, find_programs

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 600  # crash recovery of max_wal_size on a slow disk
STOP_TIMEOUT_S = 60
MAX_LOG_BYTES = 5 * 1024 * 1024
MAX_SOCKET_PATH_BYTES = 103  # macOS; Linux allows 107

# A built-in collation never changes; the system's may by an upgrade, and spoil the indexes.
# -c goes into postgresql.conf, to be edited there; what makes a commit survive a crash (fsync,
# synchronous_commit, full_page_writes) is on by default. The log is to stay free of users' data.
INITDB_OPTIONS = """--username=postgres --auth-local=trust --auth-host=reject --encoding=UTF8
--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 -c timezone=UTC -c jit=off
-c max_connections=60 -c shared_buffers=128MB -c max_wal_size=2GB -c checkpoint_timeout=15min
-c random_page_cost=1.1 -c unix_socket_permissions=0700 -c log_checkpoints=off
-c log_min_messages=warning -c log_min_error_statement=panic -c log_error_verbosity=terse"""
if sys.platform == "linux":  # one call in place of an fsync for each of a thousand files
    INITDB_OPTIONS += " --sync-method=syncfs -c recovery_init_sync_method=syncfs"


@contextlib.contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Have the server of `folder` run for the length of the block.

    Makes the folder if absent. Yields the SQLAlchemy URL (asyncpg, Unix socket) of the database
    `genre`. Raises EmbeddedPostgresError if the server cannot be started or reached.
    """
    if sys.platform == "win32":  # asyncpg would need a port, open to every local user
        raise EmbeddedPostgresError("no Unix sockets", folder, advice="Set GENRE_DATABASE_URL.")
    with contextlib.ExitStack() as stack:
        try:
            cluster = _Cluster.at(folder.expanduser().resolve())
            users = stack.enter_context(_open_lock(cluster.folder / MARK))
            with cluster.changing():
                fcntl.flock(users, fcntl.LOCK_SH)  # the kernel drops it however a process ends
                stack.callback(cluster.leave, users)
                cluster.ensure_running()
        except OSError as error:
            advice = "Choose a folder that this user may write (GENRE_DATA_DIR), on a local disk."
            raise EmbeddedPostgresError(str(error), folder, advice=advice) from error
        yield cluster.url


@dataclass(frozen=True, slots=True)
class _Cluster:
    """One data folder, and the account of its server (None: that of this process)."""

    folder: Path
    pgdata: Path
    account: Account | None

    @classmethod
    def at(cls, folder: Path) -> "_Cluster":
        if os.geteuid() != 0:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(folder, folder / "postgres", None)
        account = server_account(folder)
        open_data_folder(folder, account)
        return cls(folder, folder / "postgres", account)

    @property
    def name(self) -> str:
        """Be in the title of each server process; a moved folder keeps it, a copy does not."""
        status = self.pgdata.stat()
        return f"genre-{status.st_dev:x}-{status.st_ino:x}-data"

    @property
    def socket_dir(self) -> Path:
        path = str(self.pgdata / ".s.PGSQL.5432")
        # Clients take a comma or colon in a host for the start of something else.
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES and re.fullmatch(r"[\w /.+-]+", path):
            return self.pgdata
        return Path("/tmp") / self.name  # the same for every process, whatever its TMPDIR

    @property
    def url(self) -> str:
        # The port is named lest a PGPORT in the environment mislead asyncpg.
        return f"postgresql+asyncpg://postgres:@/genre?host={quote(str(self.socket_dir))}&port=5432"

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Let one process at a time start or stop the server."""
        with _open_lock(self.folder / "postgres.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def leave(self, users: BinaryIO) -> None:
        try:
            with self.changing():
                with contextlib.suppress(BlockingIOError):  # others use it
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop()
                fcntl.flock(users, fcntl.LOCK_UN)  # closing would not do it after a fork
        except OSError as error:  # must not hide what ended the block
            logger.warning("The embedded Postgres could not be stopped: %s", error)

    def ensure_running(self) -> None:
        self._ensure_made()
        to_socket = ["-h", str(self.socket_dir), "-p", "5432", "-U", "postgres"]
        deadline = time.monotonic() + START_TIMEOUT_S
        while (answer := self._run("pg_isready", *to_socket, check=False).returncode) == 1:
            if time.monotonic() > deadline:  # it recovers, or somebody else stopped it
                raise self._error("the server does not accept connections", "Try again later.")
            time.sleep(0.1)
        if answer != 0:
            self._clear_remains()
            self._start()
        query = "SELECT 1 FROM pg_database WHERE datname = 'genre'"
        if not self._run("psql", "-XAtqw", *to_socket, "-d", "postgres", "-c", query).stdout:
            self._run("createdb", "-w", *to_socket, "genre")

    def _ensure_made(self) -> None:
        if (self.pgdata / "PG_VERSION").exists():
            if (version := (self.pgdata / "PG_VERSION").read_text().strip()) != MAJOR:
                advice = f"Dump it with Postgres {version}, load it in a new GENRE_DATA_DIR."
                raise self._error(f"the data is of Postgres {version}, not {MAJOR}", advice)
        elif self.pgdata.exists() and any(self.pgdata.iterdir()):
            advice = f"Move {self.pgdata} away, or choose another folder (GENRE_DATA_DIR)."
            raise self._error("its subfolder `postgres` holds something else", advice)
        else:
            self._make()

    def _make(self) -> None:
        """Run initdb next to the final folder: if killed, it leaves nothing that looks complete."""
        draft = self.folder / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        _make_private(draft, self.account)
        self._run("initdb", "-D", str(draft), *INITDB_OPTIONS.split())
        draft.rename(self.pgdata)

    def _clear_remains(self) -> None:
        """End what a crash left behind, and drop pid files over which Postgres would stumble."""
        if not self._end(signal.SIGQUIT):
            raise self._error("an old server process does not end", "End it by hand.")
        for file in (self.pgdata / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            pid = file.read_bytes().partition(b"\n")[0].strip() if file.exists() else b"0"
            # The pid of a dead process is left to Postgres, which checks more than we can.
            if not pid.isdigit() or (int(pid) and psutil.pid_exists(int(pid))):
                logger.warning("Removed a stale %s (%r).", file, pid[:20])
                file.unlink()

    def _start(self) -> None:
        if self.socket_dir != self.pgdata:
            _make_private(self.socket_dir, self.account)
        log_file = self.pgdata / "server.log"
        if log_file.exists() and log_file.stat().st_size > MAX_LOG_BYTES:
            log_file.unlink()
        title = f"cluster_name={self.name}"
        options = shlex.join(["-h", "", "-k", str(self.socket_dir), "-p", "5432", "-c", title])
        # Relative paths, for pg_ctl hands them to a shell without quoting.
        files = ["-D", "postgres", "-l", "postgres/server.log", "-t", str(START_TIMEOUT_S)]
        self._run("pg_ctl", "start", "-s", "-w", *files, "-o", options)

    def _stop(self) -> None:
        if not self._end(signal.SIGINT):  # ends the sessions and writes a checkpoint
            logger.warning("The embedded Postgres stops too slowly; its next start will recover.")
            self._end(signal.SIGQUIT)
        if self.socket_dir != self.pgdata:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()

    def _end(self, how: signal.Signals) -> bool:
        """Signal the server and wait; without a server (it was killed), its leftover children."""
        processes = self._processes()
        # Children have a new title. SIGINT means something else to some of them.
        servers = [p for p, title in processes.items() if not title.startswith("postgres:")]
        for process in (waited_for := servers or list(processes)):
            with contextlib.suppress(psutil.Error):
                process.send_signal(how)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while (late := any(map(_is_alive, waited_for))) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not late

    def _processes(self) -> dict[psutil.Process, str]:
        """Find the processes of this cluster by title, as a pid file may lie."""
        found = {}
        for pid in psutil.pids():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                is_postgres = process.name().startswith("postgres")
                if is_postgres and self.name in (title := " ".join(process.cmdline())):
                    found[process] = title
        return found

    def _run(self, program: str, *arguments: str, check: bool = True) -> CompletedProcess[str]:
        # PGPORT, PGOPTIONS and the like are for other servers; C makes the messages English.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        account = self.account
        result = subprocess.run(
            [find_programs(self.folder, account) / program, *arguments],
            cwd=self.folder,
            env=environment | {"LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for this process alone
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if check and result.returncode:
            advice = "Mend what the messages name (disk full? wrong owner?), then start again."
            raise self._error(f"{program} failed: {result.stderr.strip()}", advice)
        return result

    def _error(self, problem: str, advice: str) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(problem, self.folder, advice=advice)


def _make_private(directory: Path, account: Account | None) -> None:
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        if account:
            os.chown(directory, account.uid, account.gid, follow_symlinks=False)
    status = directory.lstat()  # the name can be guessed: another user may have been first
    user = account.uid if account else os.geteuid()
    if stat.filemode(status.st_mode) != "drwx------" or status.st_uid != user:
        raise PermissionError(f"{directory} belongs to somebody else; remove it")


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):  # a zombie waits only for a careless PID 1
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _open_lock(path: Path) -> BinaryIO:
    # For reading: enough for flock, and possible even if root made the file.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644), "rb")
