"""Plain fields are read differently; the results must be those of graphql-core."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, cast

import pytest
import strawberry
from strawberry.extensions import SchemaExtension

from schema.core.plain_fields import PlainFieldsExecutor

pytestmark = pytest.mark.asyncio


@strawberry.enum
class Mood(Enum):
    LOUD = "loud"
    QUIET = "quiet"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Share:
    genre: str
    share: float


@strawberry.type
class Song(Named):
    number: int = 1
    mood: Mood = Mood.LOUD
    note: str | None = None
    tags: list[str] = strawberry.field(default_factory=lambda: ["a", "b"])

    @strawberry.field
    def shares(self) -> list[Share]:
        return [Share(genre="folk", share=0.5), Share(genre="pop", share=cast(float, self.number))]

    @strawberry.field
    def double(self) -> int:
        return self.number * 2

    @strawberry.field
    async def later(self) -> str:
        return f"{self.name} later"

    @strawberry.field
    def times(self, factor: int = 3) -> int:
        return self.number * factor

    @strawberry.field
    def fails(self) -> str:
        raise ValueError(f"{self.name} fails")

    @strawberry.field
    def maybe_fails(self) -> str | None:
        raise ValueError(f"{self.name} fails")


WRONG = cast(Any, None)
SONGS = {
    "good": [Song(name="x"), Song(name="y", number=2, mood=Mood.QUIET, note="n")],
    "null": [Song(name="x"), Song(name=WRONG)],
    "no-number": [Song(name="x", number=cast(Any, "seven"))],
    "no-float": [Song(name="x", number=cast(Any, float("nan")))],
    "no-list": [Song(name="x", tags=cast(Any, 5))],
    "null-in-list": [Song(name="x", tags=["a", WRONG])],
    "other-type": [Song(name="x"), cast(Any, Share(genre="g", share=1))],
    "exception": [cast(Any, ValueError("no song"))],
    "none": [],
}


@strawberry.type
class Query:
    @strawberry.field
    def songs(self, kind: str) -> list[Song]:
        return SONGS[kind]

    @strawberry.field
    def song(self, kind: str) -> Song | None:
        return SONGS[kind][-1] if SONGS[kind] else None

    @strawberry.field
    def named(self, kind: str) -> list[Named]:
        return list(SONGS[kind])


DOCUMENTS = [
    "query ($k: String!) { songs(kind: $k) { name number } }",
    "query ($k: String!) { song(kind: $k) { note mood tags double number } }",
    "query ($k: String!) { songs(kind: $k) { shares { share genre __typename } name } }",
    "query ($k: String!) { songs(kind: $k) { name later number times(factor: 2) double } }",
    "query ($k: String!) { songs(kind: $k) { a: name b: name ...F } } fragment F on Song { note }",
    "query ($k: String!) { songs(kind: $k) { name ... on Named { name } number @skip(if: true) } }",
    "query ($k: String!) { named(kind: $k) { name __typename ... on Song { mood } } }",
    "query ($k: String!) { songs(kind: $k) { name fails } }",
    "query ($k: String!) { songs(kind: $k) { maybeFails number } song(kind: $k) { name } }",
]


class SeesFields(SchemaExtension):
    def resolve(self, next_: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        value = next_(root, info, *args, **kwargs)
        return value.upper() if isinstance(value, str) else value


class DoesNothing(SchemaExtension):
    def on_execute(self) -> Iterator[None]:
        yield


def make_schema(
    executor: type[Any] | None, extension: type[SchemaExtension] = DoesNothing
) -> strawberry.Schema:
    return strawberry.Schema(Query, execution_context_class=executor, extensions=[extension])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("extension", [DoesNothing, SeesFields])
@pytest.mark.parametrize("kind", SONGS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
async def test_answers_are_those_of_graphql_core(
    document: str, kind: str, extension: type[SchemaExtension], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "strawberry.execution")

    usual, plain = [
        await make_schema(executor, extension).execute(document, variable_values={"k": kind})
        for executor in (None, PlainFieldsExecutor)
    ]

    assert repr(plain.data) == repr(usual.data)  # the order of the fields too
    assert [e.formatted for e in plain.errors or ()] == [e.formatted for e in usual.errors or ()]


async def test_plain_fields_do_not_take_the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    usual = PlainFieldsExecutor.execute_field

    def execute_field(self: Any, parent: Any, *args: Any) -> Any:
        seen.append(parent.name)
        return usual(self, parent, *args)

    monkeypatch.setattr(PlainFieldsExecutor, "execute_field", execute_field)
    document = '{ songs(kind: "good") { name note mood tags double shares { genre } } }'

    result = await make_schema(PlainFieldsExecutor).execute(document)

    assert result.errors is None
    assert seen == ["Query"]
