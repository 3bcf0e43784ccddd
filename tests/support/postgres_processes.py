"""Processes that use an embedded server: hold it, find its pids, kill it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from support.repository import ROOT

from db.embedded.server import _Cluster

# Prints its URL, then holds the server until its input ends or it is killed.
HOLDER = """
import os, signal, sys
from pathlib import Path
from db.embedded.server import embedded_postgres
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\\n"))
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


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
        cwd=ROOT,
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


def signal_server(folder: Path, name: str) -> None:
    """Send a signal to the postmaster, then to all its processes."""
    first = postmaster(folder)
    for pid in [first, *server_pids(folder) - {first}]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.Signals[name])


async def ask_superuser(engine: AsyncEngine, statement: str) -> object:
    """Run a statement as the superuser of the embedded server, and return its first value."""
    own = create_async_engine(engine.url.set(username="postgres"), isolation_level="AUTOCOMMIT")
    async with own.connect() as connection:
        result = await connection.execute(text(statement))
        value = result.scalar() if result.returns_rows else None
    await own.dispose()
    return value
