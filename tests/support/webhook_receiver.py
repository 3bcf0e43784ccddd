"""A receiver of webhooks that answers as tests wish, over HTTP or HTTPS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

HANG = 0
"""An answer that never comes."""


@dataclass(frozen=True)
class Received:
    """A request."""

    path: str
    headers: httpx.Headers
    body: bytes


@dataclass
class Receiver:
    """Answers with each of `answers` once, then with 204."""

    answers: list[int] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    location: str = "http://127.0.0.1:1/"
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook?token=secret"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = [line.split(": ", 1) for line in head[1:] if line]
            headers = httpx.Headers([(name, value) for name, value in pairs])
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Received(head[0].split(" ")[1], headers, body))
            status = self.answers.pop(0) if self.answers else 204
            if status == HANG:
                await reader.read()  # until the sender gives up
            else:
                extra = f"location: {self.location}\r\n" if 300 <= status < 400 else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{extra}content-length: 0\r\n\r\n".encode())
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiving(
    *answers: int, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver(list(answers))
    server = await asyncio.start_server(receiver._serve, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await server.wait_closed()
