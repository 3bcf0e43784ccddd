"""Limits on one document, and the cost of checking them."""

import pytest
import strawberry
from graphql import get_introspection_query, parse
from strawberry.types import ExecutionResult

from schema.core.errors import ErrorCodes, QuietSchema
from schema.core.limits import COUNT_CAP, CostMeter, LimitQueries, QueryLimits

LIMITS = QueryLimits(depth=4, aliases=3, fields=20, directives=3, root_fields=3)


@strawberry.type
class Node:
    @strawberry.field
    def name(self) -> str:
        return "n"

    @strawberry.field
    def node(self) -> "Node":
        return Node()


@strawberry.type
class Query:
    @strawberry.field
    def node(self) -> Node:
        return Node()


def execute(
    query: str,
    limits: QueryLimits = LIMITS,
    *,
    max_tokens: int = 5_000,
    operation_name: str | None = None,
) -> ExecutionResult:
    schema = QuietSchema(
        Query, extensions=[ErrorCodes, lambda: LimitQueries(limits, max_tokens=max_tokens)]
    )
    return schema.execute_sync(query, operation_name=operation_name)


def nested(levels: int, leaf: str = "name") -> str:
    return "node { " * (levels - 1) + leaf + " }" * (levels - 1)


def doubling(levels: int, start: str = "...F0") -> str:
    """A document whose fragments each spread the next one twice."""
    fragments = [
        f"fragment F{level} on Node {{ ...F{level + 1} ...F{level + 1} }}"
        for level in range(levels)
    ]
    last = f"fragment F{levels} on Node {{ a: name @skip(if: false) }}"
    return "\n".join([f"{{ node {{ {start} }} }}", *fragments, last])


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        pytest.param(f"{{ {nested(5)} }}", "depth", 5, id="depth"),
        pytest.param("{ node { a: name b: name c: name d: name } }", "aliases", 4, id="aliases"),
        pytest.param(f"{{ node {{ {'name ' * 20} }} }}", "fields", 21, id="fields"),
        pytest.param(
            "{ node { name " + "@skip(if: false) " * 4 + "} }", "directives", 4, id="directives"
        ),
        pytest.param("{ " + "node { name } " * 4 + "}", "root_fields", 4, id="root-fields"),
        pytest.param(
            "{ ...R ...R } fragment R on Query { node { name } node { name } }",
            "root_fields",
            4,
            id="root-fields-in-fragment",
        ),
        pytest.param(
            "{ node { ...A } } fragment A on Node { node { ...B } } "
            "fragment B on Node { ... on Node { node { node { name } } } }",
            "depth",
            5,
            id="depth-through-fragments",
        ),
        pytest.param(
            "query ($a: Int @skip(if: true)) @include(if: true) { ...R @skip(if: false) } "
            "fragment R on Query { ... @skip(if: false) { node { name } } }",
            "directives",
            4,
            id="directives-everywhere",
        ),
    ],
)
def test_names_the_exceeded_limit(query: str, name: str, value: int) -> None:
    result = execute(query)

    limit = getattr(LIMITS, name)
    label = name.replace("_", " ")
    assert result.data is None
    assert [error.message for error in result.errors or ()] == [
        f"The operation exceeds the limit on {label}: {value} of at most {limit}."
    ]
    assert (result.errors or [])[0].extensions == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "limitName": name,
        "limit": limit,
    }


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"{{ {nested(4)} }}", id="depth"),
        pytest.param("{ node { a: name b: name c: name } }", id="aliases"),
        pytest.param(f"{{ node {{ {'name ' * 19} }} }}", id="fields"),
        pytest.param(
            "{ node { ...F } } fragment F on Node { node { node { name } } }", id="spread"
        ),
    ],
)
def test_allows_what_is_at_the_limit(query: str) -> None:
    assert execute(query).errors is None


def test_reports_each_operation_and_each_limit() -> None:
    query = (
        f"query A {{ {nested(5)} }} query B {{ {nested(5, 'a: name b: name c: name d: name')} }}"
    )

    result = execute(query, operation_name="A")

    assert [(e.extensions or {}).get("limitName") for e in result.errors or ()] == [
        "depth",
        "depth",
        "aliases",
    ]


@pytest.mark.parametrize("levels", [20, 60, 600])
def test_looks_at_each_selection_once(levels: int) -> None:
    document = parse(doubling(levels))

    meter = CostMeter(document)
    cost = meter.cost(meter.operations[0])

    assert meter.visited <= 2 * levels + 5
    assert cost.aliases == min(2**levels, COUNT_CAP)
    assert cost.depth == 2


@pytest.mark.parametrize("levels", [20, 60, 300])
def test_refuses_doubling_fragments(levels: int) -> None:
    result = execute(doubling(levels))

    names = {(error.extensions or {}).get("limitName") for error in result.errors or ()}
    assert names >= {"aliases", "fields", "directives"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param(
            "{ node { ...A } } fragment A on Node { ...B } fragment B on Node { ...A name }",
            "Cannot spread fragment 'A' within itself via 'B'.",
            id="cycle",
        ),
        pytest.param(
            "{ node { ...A } } fragment A on Node { name ...A }",
            "Cannot spread fragment 'A' within itself.",
            id="self",
        ),
        pytest.param("{ node { ...A } }", "Unknown fragment 'A'.", id="unknown"),
    ],
)
def test_leaves_other_faults_to_other_rules(query: str, message: str) -> None:
    assert message in [error.message for error in execute(query).errors or ()]


def test_introspection_is_exempt_from_depth_only() -> None:
    deep = "{ __schema { types { ofType { ofType { ofType { ofType { name } } } } } } }"
    wide = "{ __schema { types { " + "name " * 20 + "} } }"
    below_fragment = (
        "{ ...S } fragment S on Query { __schema { types { ...T } } } "
        "fragment T on __Type { ofType { ofType { ofType { name } } } }"
    )

    assert execute(deep).errors is None
    assert execute(below_fragment).errors is None
    assert [(error.extensions or {}).get("limitName") for error in execute(wide).errors or ()] == [
        "fields"
    ]


@pytest.mark.parametrize("is_full", [False, True])
def test_defaults_let_introspection_pass(is_full: bool) -> None:
    query = get_introspection_query(
        specified_by_url=is_full,
        directive_is_repeatable=is_full,
        schema_description=is_full,
        input_value_deprecation=is_full,
        one_of=is_full,
    )

    assert execute(query, QueryLimits()).errors is None


def test_limits_tokens() -> None:
    result = execute(f"{{ node {{ {'name ' * 10} }} }}", max_tokens=10)

    (error,) = result.errors or []
    assert "10 tokens" in error.message
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("{ node " * 2_000 + "}" * 2_000, id="selections"),
        pytest.param("{ node(a: " + "[" * 4_000 + "]" * 4_000 + ") }", id="lists"),
        pytest.param("query ($a: " + "[" * 4_000 + "Int" + "]" * 4_000 + ") { node }", id="types"),
    ],
)
def test_a_nested_document_is_the_callers_fault(query: str) -> None:
    result = execute(query, max_tokens=100_000)

    codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
    assert codes <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    assert codes
