"""Run `genre serve` and `genre worker` as separate processes that tests can kill."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
START_TIMEOUT_S = 90


@dataclass
class GenreProcesses:
    """Processes with the same settings; their logs are in `folder`."""

    folder: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start a command; the name of its log is the number of commands started before."""
        log = self.folder / f"{len(self.running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*PROGRAM, *arguments],
                env={**os.environ, **self.environment, **settings},
                stdout=output,
                stderr=output,
            )
        self.running.append(process)
        return process

    def serve(
        self, port: int | None = None, **settings: str
    ) -> tuple[subprocess.Popen[bytes], str]:
        """Start the service and return it with its address, once it is ready."""
        port = port or free_port()
        process = self.start("serve", "--port", str(port), **settings)
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{address}/readyz").status_code == 200:
                    return process, address
            time.sleep(0.05)
        raise AssertionError(f"the service does not start: {self.logs()}")

    def logs(self) -> str:
        """Return the output of the processes."""
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("*.log")))

    def kill_all(self) -> None:
        """Stop everything."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def genre_processes(folder: Path, **settings: str) -> Iterator[GenreProcesses]:
    """Run processes with `GENRE_*` settings; all of them end with the block."""
    processes = GenreProcesses(folder, settings)
    try:
        yield processes
    finally:
        processes.kill_all()
