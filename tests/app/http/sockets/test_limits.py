"""What WebSockets may cost: connections, time, messages, operations, unread results."""

import asyncio
import json

import pytest
from support.socket_site import serving
from support.sockets import CREDENTIALS, Socket, greeted, open_socket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.asyncio


async def refusal(address: str, **options: object) -> tuple[int, str]:
    """Return the status and the error code that a connection is refused with."""
    with pytest.raises(InvalidStatus) as caught:
        async with open_socket(address, **options):
            pass
    response = caught.value.response
    return response.status_code, json.loads(response.body or b"")["errors"][0]["extensions"]["code"]


async def test_closes_a_connection_that_does_not_greet() -> None:
    async with serving(init_s=0.2) as served, open_socket(served.address) as socket:
        await socket.send("ping")
        assert await socket.receive() == {"type": "pong"}
        closed = await socket.close_code()
        await served.settle()

    assert closed == (4408, "Connection initialisation timeout")


async def test_closes_an_idle_connection_but_no_busy_one() -> None:
    async with (
        serving(idle_s=0.3) as served,
        greeted(served.address) as busy,
        greeted(served.address) as idle,
    ):
        await busy.subscribe("1", "subscription { forever }")
        await busy.receive()
        assert await idle.close_code() == (1000, "Idle")
        await busy.send("ping")
        assert await busy.receive() == {"type": "pong"}
        await busy.send("complete", id="1")
        assert await busy.close_code() == (1000, "Idle")


async def test_refuses_connections_over_the_limit_until_one_closes() -> None:
    async with serving(connections=2) as served:
        async with greeted(served.address), greeted(served.address):
            assert await refusal(served.address) == (503, "SERVICE_UNAVAILABLE")
        await served.settle()
        async with greeted(served.address):
            pass


async def test_strangers_cannot_keep_clients_out() -> None:
    async with (
        serving(connections=20, init_s=30) as served,
        open_socket(served.address),
        open_socket(served.address) as second,
    ):
        assert (await refusal(served.address))[0] == 503
        await second.greet()
        async with greeted(served.address):
            pass


async def test_closes_connections_over_the_limit_of_a_client() -> None:
    async with serving(connections_per_client=1) as served, greeted(served.address):
        async with open_socket(served.address) as second:
            await second.send("connection_init", payload=CREDENTIALS)
            code, reason = await second.close_code()
        async with open_socket(served.address) as third:
            other = {"client-id": "other", "client-secret": "test"}
            assert await third.greet(**other) == {"type": "connection_ack"}

    assert (code, reason) == (1013, "The client has 1 connections already.")


async def test_refuses_operations_over_the_limit_of_a_connection() -> None:
    async with serving(operations=1) as served, greeted(served.address) as socket:
        await socket.subscribe("1", "subscription { forever }")
        await socket.receive()
        await socket.subscribe("2", "{ hello }")
        (refused,) = await socket.collect("2")
        await socket.send("complete", id="1")
        accepted = refused
        while accepted["type"] == "error":  # the first one is still being closed
            await socket.subscribe("2", "{ hello }")
            accepted = (await socket.collect("2"))[0]

    assert refused["payload"][0]["extensions"] == {
        "code": "SERVICE_UNAVAILABLE",
        "retryable": True,
    }
    assert accepted["payload"] == {"data": {"hello": "hello you from test"}}


async def test_closes_on_a_message_that_is_too_long() -> None:
    async with serving(max_size=2_000) as served, greeted(served.address) as socket:
        await socket.connection.send("x" * 3_000)
        code, _ = await socket.close_code()
        await served.settle()

    assert code == 1009


async def test_gives_up_a_client_that_does_not_read() -> None:
    options = {"max_queue": 1, "ping_interval": None, "close_timeout": 0.1}
    async with serving(send_s=0.3) as served, open_socket(served.address, **options) as socket:
        await socket.greet()
        await socket.subscribe("1", "subscription { flood }")
        await socket.receive()
        socket.connection.transport.pause_reading()
        await served.settle()

    assert served.open_sources == set()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param("http://evil.test", False, id="foreign"),
        pytest.param("null", False, id="sandboxed"),
        pytest.param("http://app.test", True, id="allowed-by-setting"),
        pytest.param("http://app.test:81", False, id="other-port"),
        pytest.param("{address}", True, id="same-origin"),
        pytest.param(None, True, id="no-browser"),
    ],
)
async def test_checks_the_origin(origin: str | None, allowed: bool) -> None:
    async with serving(origins=("http://app.test",)) as served:
        options = {"origin": origin and origin.format(address=served.address)}
        if allowed:
            async with open_socket(served.address, **options) as socket:
                assert await socket.greet() == {"type": "connection_ack"}
        else:
            assert await refusal(served.address, **options) == (403, "FORBIDDEN")


async def test_other_paths_take_no_websockets() -> None:
    async with serving() as served:
        url = served.address.replace("http", "ws") + "/elsewhere"
        with pytest.raises(InvalidStatus) as caught:
            async with connect(url):
                pass

    assert caught.value.response.status_code == 403


async def test_closes_the_sources_when_the_client_disconnects() -> None:
    async with serving() as served:
        async with greeted(served.address) as socket:
            await socket.subscribe("1", "subscription { forever }")
            await socket.receive()
            assert served.open_sources
            socket.connection.transport.abort()
        await served.settle()


async def test_closes_open_connections_when_the_server_stops() -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.subscribe("1", "subscription { forever }")
        await socket.receive()
        served.server.should_exit = True
        code, _ = await socket.close_code()
        await served.settle()

    assert code == 1012


async def test_survives_many_connections_that_come_and_go() -> None:
    async def visit(number: int) -> None:
        async with greeted(served.address) as socket:
            await socket.subscribe("1", "subscription { count(to: 3) }")
            await socket.receive()
            if number % 3 == 0:
                socket.connection.transport.abort()

    async with serving() as served:
        await asyncio.gather(*(visit(number) for number in range(60)))
        await served.settle()
        async with greeted(served.address) as socket:
            assert await answers(socket)


async def answers(socket: Socket) -> bool:
    await socket.subscribe("1", "{ hello }")
    return bool(await socket.collect("1"))
