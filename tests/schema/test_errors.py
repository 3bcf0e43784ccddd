"""Every error has a code, and unexpected errors reveal nothing."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from enum import Enum
from functools import partial
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from schema.core.errors import ErrorCode, ErrorCodes, QuietSchema, coded_error

pytestmark = pytest.mark.asyncio

SECRET = "postgresql://user:password@host"


class StorageGoneError(Exception):
    """A domain exception with a translation."""


class ConfusedError(Exception):
    """A domain exception whose translation fails."""


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.type
class Query:
    @strawberry.field
    def number(self, times: int = 1) -> int:
        return times

    @strawberry.field
    def paint(self, colour: Colour = Colour.RED) -> str:
        return str(colour.value)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def huge(self) -> int | None:
        return 10**12

    @strawberry.field
    def no_list(self) -> list[int] | None:
        return 1  # type: ignore[return-value]

    @strawberry.field
    def unknown_genre(self) -> str | None:
        raise coded_error("No genre x.", ErrorCode.UNKNOWN_GENRE, known=["folk"])

    @strawberry.field
    def uncoded(self) -> str | None:
        raise GraphQLError("Say it differently.")

    @strawberry.field
    def gone(self) -> str | None:
        raise StorageGoneError(SECRET)

    @strawberry.field
    def confused(self) -> str | None:
        raise ConfusedError(SECRET)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, times: int = 1) -> AsyncGenerator[int, None]:
        for tick in range(times):
            yield tick
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def gone(self) -> AsyncGenerator[int, None]:
        yield 1
        raise StorageGoneError(SECRET)

    @strawberry.subscription
    async def bad_events(self) -> AsyncGenerator[int | None, None]:
        yield 10**12
        yield 2


class FailingExtension(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        yield
        raise RuntimeError(SECRET)


def translate(error: Exception) -> GraphQLError | None:
    if isinstance(error, StorageGoneError):
        return coded_error("Try again.", ErrorCode.SERVICE_UNAVAILABLE, retryable=True)
    if isinstance(error, ConfusedError):
        raise ValueError("translation failed")
    return None


def make_schema(*more: type[SchemaExtension], hide_suggestions: bool = False) -> QuietSchema:
    codes = partial(
        ErrorCodes,
        request_id=lambda: "r-1",
        translate=translate,
        hide_suggestions=hide_suggestions,
    )
    return QuietSchema(Query, subscription=Subscription, extensions=[codes, *more])


async def execute(query: str, variables: dict[str, Any] | None = None) -> ExecutionResult:
    return await make_schema().execute(query, variables)


async def only_error(query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    result = await execute(query, variables)
    (error,) = result.errors or []
    return {**error.formatted}


async def stream(query: str, variables: dict[str, Any] | None = None) -> list[Any]:
    results = await make_schema().stream(query, variables)
    events: list[Any] = [event async for event in results]
    return [(event.data, [e.formatted for e in event.errors or ()]) for event in events]


MASKED = {
    "message": "Internal error",
    "extensions": {"code": "INTERNAL", "requestId": "r-1"},
}


@pytest.mark.parametrize(
    "field",
    [
        pytest.param("broken", id="exception"),
        pytest.param("missing", id="null-for-non-null"),
        pytest.param("huge", id="int-overflow"),
        pytest.param("noList", id="no-list"),
        pytest.param("confused", id="translation-fails"),
    ],
)
async def test_masks_the_unexpected_and_logs_it(
    field: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = await only_error(f"{{ x: {field} }}")

    assert error == {**MASKED, "locations": [{"line": 1, "column": 3}], "path": ["x"]}
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("genre.graphql", logging.ERROR)
    assert record.getMessage() == "Unexpected error at x (request r-1)"
    assert record.exc_info


async def test_the_log_has_both_exceptions(caplog: pytest.LogCaptureFixture) -> None:
    await execute("{ confused }")

    assert SECRET in caplog.text
    assert "translation failed" in caplog.text


async def test_leaves_deliberate_errors_alone(caplog: pytest.LogCaptureFixture) -> None:
    coded = await only_error("{ unknownGenre }")
    uncoded = await only_error("{ uncoded }")

    assert coded["message"] == "No genre x."
    assert coded["extensions"] == {"code": "UNKNOWN_GENRE", "known": ["folk"]}
    assert uncoded["message"] == "Say it differently."
    assert uncoded["extensions"] == {"code": "BAD_USER_INPUT"}
    assert caplog.text == ""


async def test_translates_domain_exceptions(caplog: pytest.LogCaptureFixture) -> None:
    error = await only_error("{ gone }")

    assert error == {
        "message": "Try again.",
        "locations": [{"line": 1, "column": 3}],
        "path": ["gone"],
        "extensions": {"code": "SERVICE_UNAVAILABLE", "retryable": True},
    }
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        pytest.param("{", None, "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param('{ number(times: "\ud800") }', None, "GRAPHQL_PARSE_FAILED", id="surrogate"),
        pytest.param("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED", id="field"),
        pytest.param('{ number(times: "x") }', None, "GRAPHQL_VALIDATION_FAILED", id="literal"),
        pytest.param("query ($n: Int!) { number(times: $n) }", {}, "BAD_USER_INPUT", id="missing"),
        pytest.param(
            "query ($n: Int!) { number(times: $n) }", {"n": "x"}, "BAD_USER_INPUT", id="coercion"
        ),
        pytest.param(
            "query ($n: Int = 1) { number(times: $n) }",
            {"n": None},
            "BAD_USER_INPUT",
            id="argument",
        ),
    ],
)
async def test_codes_the_callers_mistakes(
    query: str, variables: dict[str, Any] | None, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = await only_error(query, variables)

    assert error["extensions"] == {"code": code}
    assert error["message"] != "Internal error"
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        pytest.param("{ numbr }", None, id="field"),
        pytest.param("{ number(tims: 1) }", None, id="argument"),
        pytest.param("query ($c: Color) { paint(colour: $c) }", None, id="type"),
        pytest.param("{ paint(colour: RAD) }", None, id="enum-literal"),
        pytest.param("query ($c: Colour!) { paint(colour: $c) }", {"c": "RAD"}, id="enum-value"),
    ],
)
async def test_strips_suggestions_when_told(query: str, variables: dict[str, Any] | None) -> None:
    shown = await make_schema().execute(query, variables)
    hidden = await make_schema(hide_suggestions=True).execute(query, variables)

    assert "Did you mean" in str(shown.errors)
    assert "Did you mean" not in str(hidden.errors)
    assert len(hidden.errors or ()) == len(shown.errors or ())


@pytest.mark.parametrize("field", ["ticks(times: 2)", "ticks(times: 0)"])
async def test_masks_errors_of_a_stream(field: str, caplog: pytest.LogCaptureFixture) -> None:
    *_, (data, errors) = await stream(f"subscription {{ {field} }}")

    assert data is None
    assert [error["extensions"] for error in errors] == [MASKED["extensions"]]
    assert SECRET in caplog.text


async def test_masks_one_event_and_goes_on() -> None:
    first, second = await stream("subscription { badEvents }")

    assert [error["message"] for error in first[1]] == ["Internal error"]
    assert second == ({"badEvents": 2}, [])


async def test_translates_errors_of_a_stream() -> None:
    first, (_, errors) = await stream("subscription { gone }")

    assert first == ({"gone": 1}, [])
    assert errors[0]["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        pytest.param("subscription {", None, "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param("subscription { x }", None, "GRAPHQL_VALIDATION_FAILED", id="validation"),
        pytest.param(
            "subscription ($n: Int!) { ticks(times: $n) }", {}, "BAD_USER_INPUT", id="coercion"
        ),
        pytest.param("fragment F on Query { number }", None, "BAD_USER_INPUT", id="no-operation"),
    ],
)
async def test_codes_the_callers_mistakes_in_a_stream(
    query: str, variables: dict[str, Any] | None, code: str
) -> None:
    ((data, errors),) = await stream(query, variables)

    assert data is None
    assert [error["extensions"] for error in errors] == [{"code": code}]


async def test_masks_a_failing_extension(caplog: pytest.LogCaptureFixture) -> None:
    result = await make_schema(FailingExtension).execute("{ number }")

    assert [error.formatted for error in result.errors or ()] == [MASKED]
    assert SECRET in caplog.text


async def test_requests_do_not_share_an_extension() -> None:
    schema = make_schema()

    bad, good = await asyncio.gather(schema.execute("{ broken }"), schema.execute("{ number }"))

    assert (bad.errors or [])[0].message == "Internal error"
    assert (good.data, good.errors) == ({"number": 1}, None)
