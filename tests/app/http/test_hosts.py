"""Only requests for our own hosts are answered, so that a page elsewhere cannot rebind its name."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message
from support.graphql_client import GraphQLClient

from app.config.settings import Settings
from app.http.hosts import HostMiddleware

pytestmark = pytest.mark.asyncio
PATHS = ("/", "/healthz", "/readyz")
OURS = ("genre.example", "0.0.0.0")


def routes() -> Starlette:
    """An application that answers."""
    return Starlette(routes=[Route(path, lambda _: PlainTextResponse("ok")) for path in PATHS])


async def status(host: str, path: str = "/", hosts: tuple[str, ...] = OURS) -> int:
    """Ask for a host."""
    transport = httpx.ASGITransport(HostMiddleware(routes(), hosts))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        return (await http.get(path, headers={"host": host})).status_code


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "a.localhost", "127.0.0.1:8000", "[::1]:8000", "192.168.1.7"]
    + ["genre.example", "Genre.Example.:443"],
)
async def test_answers_for_our_hosts(host: str) -> None:
    assert await status(host) == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "x@localhost"]
)
async def test_refuses_other_hosts(host: str) -> None:
    assert await status(host) == 421
    assert await status(host, "/healthz") == 200
    assert await status(host, hosts=("*",)) == 200


async def test_the_service_refuses_them(api: GraphQLClient) -> None:
    response = await api.http.get("/", headers={"host": "evil.example"})

    assert response.status_code == 421
    assert "GENRE_ALLOWED_HOSTS" in response.json()["errors"][0]["message"]


async def test_refuses_websockets_for_other_hosts() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/graphql", "headers": [(b"host", b"evil.example")]}
    await HostMiddleware(routes(), OURS)(scope, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_the_host_that_is_listened_on_is_ours() -> None:
    settings = Settings(host="music", allowed_hosts="a.example, b.example")

    assert settings.host_names == ["a.example", "b.example", "music"]
