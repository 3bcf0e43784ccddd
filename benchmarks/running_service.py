"""A real service for a measurement: a separate process with a temporary data folder."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

HEADERS = {"client-id": "test", "client-secret": "test"}
SERVE = (sys.executable, "-c", "from app.cli import main; main()", "serve")
UPLOAD = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile) { status rowsReceived rowsStored error { message } }
}"""
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"


@dataclass
class RunningService:
    """The service's address, and its peak memory."""

    address: str
    process: psutil.Process
    ready_s: float
    peak_bytes: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def upload(self, path: Path) -> dict[str, Any]:
        """Classify a file, and wait until it is done."""
        batch = self._send(path, UPLOAD)
        assert batch["status"] == "DONE", batch
        return batch

    def queue(self, path: Path) -> str:
        """Classify a file in the background; return the id of its batch."""
        return str(self._send(path, QUEUE)["id"])

    def _send(self, path: Path, query: str) -> dict[str, Any]:
        """Send a file with curl, which takes little of the cores being measured."""
        operations = json.dumps({"query": query, "variables": {"csvFile": None}})
        command = ["curl", "-sS", f"{self.address}/graphql"]
        for name, value in HEADERS.items():
            command += ["-H", f"{name}: {value}"]
        command += ["-F", f"operations={operations}", "-F", 'map={"0":["variables.csvFile"]}']
        command += ["-F", f"0=@{path}"]
        body = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        batch: dict[str, Any] = body["data"]["classifyBatch"]
        return batch

    def ask(self, client: httpx.Client, query: str) -> dict[str, Any]:
        """Run a query that must succeed."""
        response = client.post(f"{self.address}/graphql", json={"query": query}, headers=HEADERS)
        data: dict[str, Any] = response.json()["data"]
        return data

    def watch_memory(self) -> None:
        """Record the largest resident set of the service's process until it stops."""
        while not self.stopped.wait(0.02):
            with contextlib.suppress(psutil.NoSuchProcess):
                self.peak_bytes = max(self.peak_bytes, self.process.memory_info().rss)


@contextlib.contextmanager
def running_service(command: Sequence[str] = SERVE, **settings: str) -> Iterator[RunningService]:
    """Start the service and wait until it is ready; stop it and remove its data afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "GENRE_DATA_DIR": folder,
            "GENRE_PORT": str(port),
            "GENRE_LOG_LEVEL": "ERROR",
            **settings,
        }
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment) as process:
            service = RunningService(f"http://127.0.0.1:{port}", psutil.Process(process.pid), 0)
            watcher = threading.Thread(target=service.watch_memory)
            watcher.start()
            try:
                _wait_until_ready(service.address, process)
                service.ready_s = time.perf_counter() - began
                yield service
            finally:
                service.stopped.set()
                watcher.join()
                process.terminate()


def _wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        time.sleep(0.02)
    raise RuntimeError("the service ended before it was ready")


def free_port() -> int:
    """Find a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
