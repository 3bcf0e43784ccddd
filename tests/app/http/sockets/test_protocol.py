"""graphql-transport-ws: what the protocol says about each message and each mistake."""

from typing import Any

import pytest
from support.socket_site import serving
from support.sockets import CREDENTIALS, greeted, open_socket
from websockets.exceptions import ConnectionClosed

from app.http.sign_ins import FREE_FAILURES

pytestmark = pytest.mark.asyncio


async def test_runs_queries_mutations_and_subscriptions() -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.subscribe("1", "query ($n: String!) { hello(name: $n) }", n="there")
        query = await socket.collect("1")
        await socket.subscribe("2", 'mutation { shout(text: "a") }')
        mutation = await socket.collect("2")
        await socket.subscribe("1", "subscription { count(to: 2) }")
        subscription = await socket.collect("1")

    assert query == [
        {"type": "next", "id": "1", "payload": {"data": {"hello": "hello there from test"}}},
        {"type": "complete", "id": "1"},
    ]
    assert mutation[0]["payload"] == {"data": {"shout": "A"}}
    assert [message.get("payload") for message in subscription] == [
        {"data": {"count": 0}},
        {"data": {"count": 1}},
        None,
    ]


async def test_runs_operations_at_the_same_time_and_completes_one() -> None:
    async with serving() as served, greeted(served.address) as socket:
        for key in ("a", "b"):
            await socket.subscribe(key, "subscription { forever }")
            assert (await socket.receive())["id"] == key
        assert len(served.open_sources) == 2

        await socket.send("complete", id="a")
        await socket.send("complete", id="unknown")
        await socket.subscribe("a", "{ hello }")

        assert (await socket.collect("a"))[-1] == {"type": "complete", "id": "a"}
        assert len(served.open_sources) == 1
    await served.settle()


async def test_answers_pings_before_and_after_the_greeting() -> None:
    async with serving() as served, open_socket(served.address) as socket:
        await socket.send("pong")
        await socket.send("ping", payload={"any": 1})
        assert await socket.receive() == {"type": "pong"}
        await socket.greet()
        await socket.send("pong")
        await socket.send("ping")
        assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("subscription {", "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED", id="validation"),
        pytest.param("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT", id="coercion"),
        pytest.param("fragment F on Query { hello }", "BAD_USER_INPUT", id="no-operation"),
    ],
)
async def test_sends_request_errors_as_error_messages(query: str, code: str) -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.subscribe("1", query)
        message = await socket.receive()
        await socket.subscribe("1", "{ hello }")
        after = await socket.collect("1")

    assert (message["type"], message["id"]) == ("error", "1")
    assert message["payload"][0]["extensions"]["code"] == code
    assert after[-1]["type"] == "complete"


async def test_masks_an_unexpected_error(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.subscribe("1", "subscription { failing }")
        messages = await socket.collect("1")

    assert "password" not in str(messages)
    assert "password" in caplog.text
    error = messages[-1]["payload"][0] if messages[-1]["type"] == "error" else None
    error = error or messages[-2]["payload"]["errors"][0]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["requestId"] in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("{", id="no-json"),
        pytest.param("[]", id="no-object"),
        pytest.param("{}", id="no-type"),
        pytest.param('{"type":"start"}', id="unknown-type"),
        pytest.param('{"type":"subscribe","payload":{"query":"{hello}"}}', id="no-id"),
        pytest.param('{"type":"subscribe","id":"","payload":{"query":"{hello}"}}', id="empty-id"),
        pytest.param('{"type":"subscribe","id":"1"}', id="no-payload"),
        pytest.param('{"type":"subscribe","id":"1","payload":{}}', id="no-query"),
        pytest.param('{"type":"complete"}', id="complete-without-id"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param(b'{"type":"ping"}', id="binary"),
    ],
)
async def test_closes_on_a_bad_message(message: str | bytes) -> None:
    async with serving(max_size=200_000) as served, greeted(served.address) as socket:
        await socket.connection.send(message)
        code, _ = await socket.close_code()
        await served.settle()

    assert code == 4400


async def test_closes_when_a_running_id_is_used_again() -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.subscribe("1", "subscription { forever }")
        await socket.receive()
        await socket.subscribe("1", "{ hello }")
        closed = await socket.close_code()
        await served.settle()

    assert closed == (4409, "Subscriber for 1 already exists")


async def test_closes_on_a_second_greeting() -> None:
    async with serving() as served, greeted(served.address) as socket:
        await socket.send("connection_init", payload=CREDENTIALS)
        closed = await socket.close_code()

    assert closed == (4429, "Too many initialisation requests")


async def test_closes_on_an_operation_before_the_greeting() -> None:
    async with serving() as served, open_socket(served.address) as socket:
        await socket.subscribe("1", "{ hello }")
        closed = await socket.close_code()

    assert closed == (4401, "Unauthorized")


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(None, id="none"),
        pytest.param({"client-id": "test"}, id="no-secret"),
        pytest.param({"client-id": "test", "client-secret": "wrong"}, id="wrong-secret"),
        pytest.param({"client-id": ["test"], "client-secret": {"test": 1}}, id="no-text"),
    ],
)
async def test_closes_without_valid_credentials(payload: Any) -> None:
    async with serving() as served, open_socket(served.address) as socket:
        await socket.send("connection_init", payload=payload)
        code, reason = await socket.close_code()

    assert (code, "known client" in reason) == (4403, True)


async def test_slows_down_who_guesses() -> None:
    closed = []
    async with serving() as served:
        for secret in [*["wrong"] * FREE_FAILURES, "test"]:
            async with open_socket(served.address) as socket:
                payload = {"client-id": "test", "client-secret": secret}
                await socket.send("connection_init", payload=payload)
                closed.append(await socket.close_code())

    assert {code for code, _ in closed[:-1]} == {4403}
    assert closed[-1] == (1013, "Too many failed sign-ins. Try again in 1 s.")


async def test_headers_are_no_credentials() -> None:
    """A browser cannot set them, so there is one way only."""
    options = {"additional_headers": CREDENTIALS}
    async with serving() as served, open_socket(served.address, **options) as socket:
        await socket.send("connection_init")
        code, _ = await socket.close_code()

    assert code == 4403


async def test_closes_a_connection_of_another_subprotocol() -> None:
    with pytest.raises(ConnectionClosed) as caught:
        async with (
            serving() as served,
            open_socket(served.address, protocol="graphql-ws") as socket,
        ):
            await socket.connection.recv()

    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4406
