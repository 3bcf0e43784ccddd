"""Failed sign-ins: logged without secrets, counted, and slowed down by address."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio
from starlette.types import Scope
from support.addresses import from_address
from support.graphql_client import GraphQLClient

from app.http.sign_ins import (
    FORGET_S,
    FREE_FAILURES,
    MAX_REMEMBERED,
    MAX_WAIT_S,
    SignIns,
    TooManyFailuresError,
    address_of,
)

SECRET = "s3cret-of-anna"
GENRES = {"query": "{ genres { name } }"}


class Site:
    """Sign-ins of the client `anna`, at a time that the test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0
        right = ("anna", SECRET)
        self.sign_ins = SignIns(
            lambda *given: given[0] if given == right else None, ["anna"], lambda: self.now_s
        )

    def sign_in(self, address: str = "203.0.113.1", name: str = "anna", secret: str = "no") -> bool:
        return self.sign_ins.verify(scope(address), name, secret) is not None

    def guess(self, times: int, address: str = "203.0.113.1") -> None:
        """Fail, waiting as long as one has to."""
        for _ in range(times):
            try:
                assert not self.sign_in(address)
            except TooManyFailuresError as error:
                self.now_s += error.retry_after_s
                assert not self.sign_in(address)

    def wait_s(self, address: str = "203.0.113.1") -> int:
        with pytest.raises(TooManyFailuresError) as failure:
            self.sign_in(address)
        return failure.value.retry_after_s


def scope(address: str) -> Scope:
    return {"type": "http", "client": (address, 1)}


def test_waits_grow_up_to_a_minute() -> None:
    site = Site()
    waits = []

    site.guess(FREE_FAILURES)
    for _ in range(8):
        waits.append(site.wait_s())
        site.guess(1)

    assert waits == [1, 2, 4, 8, 16, 32, MAX_WAIT_S, MAX_WAIT_S]


def test_while_an_address_waits_even_the_right_secret_is_not_looked_at() -> None:
    site = Site()
    site.guess(FREE_FAILURES)

    with pytest.raises(TooManyFailuresError):
        site.sign_in(secret=SECRET)
    site.now_s += 1

    assert site.sign_in(secret=SECRET)


def test_others_do_not_wait() -> None:
    site = Site()
    assert site.sign_in(secret=SECRET)
    site.guess(FREE_FAILURES)

    assert site.wait_s() == 1
    assert site.sign_in(secret=SECRET), "signed in from there before"
    assert site.sign_in("203.0.113.2", secret=SECRET), "another address"


def test_failures_are_forgotten_in_time() -> None:
    site = Site()
    site.guess(FREE_FAILURES - 1)
    site.now_s += FORGET_S + 1

    site.guess(FREE_FAILURES - 1)

    assert not site.sign_in()
    assert site.wait_s() == 1


def test_memory_is_bounded() -> None:
    site = Site()

    for number in range(MAX_REMEMBERED + 10):
        site.sign_in(f"host-{number}")
        site.sign_in(f"host-{number}", secret=SECRET)

    assert len(site.sign_ins._failures) == MAX_REMEMBERED
    assert len(site.sign_ins._trusted) == MAX_REMEMBERED


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("203.0.113.1", "203.0.113.1", id="v4"),
        pytest.param("::ffff:203.0.113.1", "203.0.113.1", id="mapped"),
        pytest.param("2001:db8:1:2:3::9", "2001:db8:1:2::/64", id="v6-by-network"),
        pytest.param("proxy", "proxy", id="name"),
    ],
)
def test_addresses(host: str, expected: str) -> None:
    assert address_of(scope(host)) == expected
    assert address_of({"type": "http", "client": None}) == "unknown"


def test_the_log_names_clients_but_nothing_that_may_be_a_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = Site()

    with caplog.at_level(logging.WARNING, "genre"):
        site.sign_in(secret="not-it")
        site.sign_in(name=SECRET, secret="anna")

    assert [record.getMessage() for record in caplog.records] == [
        "Sign-in failed from 203.0.113.1 as client anna: 1 in a row, 1 since the start.",
        "Sign-in failed from 203.0.113.1 as an unknown client: 2 in a row, 2 since the start.",
    ]


@pytest_asyncio.fixture
async def stranger(
    server: httpx.AsyncClient, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at an address from which nobody has failed yet."""
    async with from_address(server, request.node.name) as http:
        yield http


async def guess(ask: Callable[[], Awaitable[httpx.Response]]) -> list[httpx.Response]:
    """Ask until told to wait: on a slow machine, the first waits may be over at once."""
    answers = [await ask()]
    while answers[-1].status_code != 429:
        assert len(answers) < 50
        answers.append(await ask())
    return answers


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/graphql", "/export.csv"])
async def test_http_answers_429_with_the_time_to_wait(
    stranger: httpx.AsyncClient, path: str
) -> None:
    wrong = {"client-id": "test", "client-secret": "wrong"}

    *before, slowed = await guess(lambda: stranger.get(path, headers=wrong))

    assert len(before) >= FREE_FAILURES
    assert {answer.status_code for answer in before} == {401}
    assert 1 <= int(slowed.headers["retry-after"]) <= MAX_WAIT_S
    error = slowed.json()["errors"][0]
    assert error["extensions"] == {"code": "UNAUTHENTICATED", "retryable": True}


@pytest.mark.asyncio
async def test_who_sends_no_credentials_is_asked_for_them(stranger: httpx.AsyncClient) -> None:
    for _ in range(FREE_FAILURES + 2):
        response = await stranger.post("/graphql", json=GENRES)

    assert response.status_code == 401


@pytest.mark.asyncio
async def test_forged_links_count_too(api: GraphQLClient, stranger: httpx.AsyncClient) -> None:
    link = "mutation { exportLink(format: CSV) { url } }"
    address = "/exports/tracks?format=csv&signature=no"

    *before, slowed = await guess(lambda: stranger.get(address))
    real = await stranger.get(f"/{(await api.data(link))['exportLink']['url']}")

    assert len(before) >= FREE_FAILURES
    assert {answer.status_code for answer in before} == {403}
    assert int(slowed.headers["retry-after"]) >= 1
    assert real.status_code == 200, "it cannot be guessed, so it need not wait"
