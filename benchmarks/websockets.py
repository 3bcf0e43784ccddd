"""Measure what open WebSockets cost: python -m benchmarks.websockets [CONNECTIONS].

Starts a service with an embedded database, opens connections with credentials, and compares the
memory of the service's process: idle, and with clients that do not read, which are given up.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
from pathlib import Path

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

INIT = {"type": "connection_init", "payload": {"client-id": "test", "client-secret": "test"}}
SLOW = 10
ROUNDS = 6
QUERY = "{ __schema { types { name description fields { name description } } } }"


async def main(count: int) -> None:
    """Print the memory at each step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240
        process, port = await start(folder, count)
        try:
            await measure(psutil.Process(process.pid), port, count)
        finally:
            process.terminate()
            await process.wait()


async def start(folder: Path, count: int) -> tuple[asyncio.subprocess.Process, int]:
    """Start the service and wait until it is ready."""
    port = 18_765
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)),
        env={
            "PATH": "/usr/bin:/bin",
            "GENRE_DATA_DIR": str(folder / "data"),
            "GENRE_WEBSOCKET_CONNECTIONS": str(2 * count),
            "GENRE_WEBSOCKET_CONNECTIONS_PER_CLIENT": str(2 * count),
            "GENRE_LOG_LEVEL": "ERROR",
        },
    )
    async with httpx.AsyncClient() as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return process, port
            await asyncio.sleep(0.2)


async def measure(service: psutil.Process, port: int, count: int) -> None:
    """Open connections and print what they take."""
    sockets: list[ClientConnection] = [await greet(port)]
    before = report("one connection", service, None, 1)
    sockets += [await greet(port) for _ in range(count)]
    report(f"{count} idle connections more", service, before, count)
    for socket in sockets[:SLOW]:
        socket.transport.pause_reading()
        for key in range(20 * ROUNDS):
            payload = {"query": QUERY}
            await socket.send(json.dumps({"type": "subscribe", "id": str(key), "payload": payload}))
    for _ in range(6):
        await asyncio.sleep(8)
        report(f"{SLOW} of them ask for much and do not read", service, before, count)
    for socket in sockets[SLOW:]:
        await socket.close()


async def greet(port: int) -> ClientConnection:
    """Open a connection with credentials."""
    socket = await connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        max_queue=1,
        ping_interval=None,
        close_timeout=0.1,
    )
    await socket.send(json.dumps(INIT))
    await socket.recv()
    return socket


def report(what: str, service: psutil.Process, before: int | None, count: int) -> int:
    """Print the memory of the service's process, and its growth for each connection."""
    rss = service.memory_info().rss
    grown = "" if before is None else f", {(rss - before) / count / 1024:.1f} KiB each"
    connections = len([c for c in service.net_connections("tcp") if c.status == "ESTABLISHED"])
    print(f"{what}: {rss / 2**20:.0f} MiB{grown}; {connections} TCP connections")
    return rss


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
