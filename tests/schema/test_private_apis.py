"""The private APIs that `schema/core/plain_fields.py` uses; an upgrade that changes one fails here.

Update the version range in pyproject.toml together with these (docs/adr/0025).
"""

import inspect
from collections.abc import Callable
from typing import Any

import graphql
import pytest
import strawberry
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.core.plain_fields import PlainFieldsExecutor


@strawberry.type
class Query:
    name: str = "x"

    @strawberry.field
    def double(self, times: int = 2) -> int:
        return times

    @strawberry.field
    async def later(self) -> str:
        return self.name


SCHEMA = strawberry.Schema(Query)


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(
            Executor.execute_fields,
            [
                "self",
                "parent_type",
                "source_value",
                "path",
                "grouped_field_set",
                "position_context",
            ],
            id="execute_fields",
        ),
        pytest.param(
            Executor.collect_subfields,
            ["self", "return_type", "field_details_list"],
            id="collect_subfields",
        ),
        pytest.param(
            Executor.execute_field,
            ["self", "parent_type", "source", "field_details_list", "path", "position_context"],
            id="execute_field",
        ),
        pytest.param(
            graphql.GraphQLSchema.get_field, ["self", "parent_type", "field_name"], id="get_field"
        ),
    ],
)
def test_functions_take_the_same_parameters(
    function: Callable[..., Any], expected: list[str]
) -> None:
    assert parameters(function) == expected


def test_leaf_types_convert_values_for_the_response() -> None:
    mood = graphql.GraphQLEnumType("Mood", {"LOUD": "loud"})

    assert graphql.GraphQLInt.coerce_output_value(3) == 3
    assert mood.coerce_output_value("loud") == "LOUD"


def test_our_executor_overrides_with_the_same_signature() -> None:
    assert parameters(PlainFieldsExecutor.execute_fields) == parameters(Executor.execute_fields)


def test_collected_fields_are_three_and_name_their_node() -> None:
    assert len(CollectedFields._fields) == 3
    assert CollectedFields._fields[0] == "grouped_field_set"
    assert CollectedFields._fields[1] == "new_defer_usages"
    assert FieldDetails.__annotations__["node"] is not None


def test_a_running_executor_has_what_ours_reads() -> None:
    seen: list[Any] = []

    class Spy(Executor):
        def execute_fields(self, *arguments: Any) -> Any:
            seen.append((self.middleware_manager, self.is_awaitable, self.schema, arguments[3]))
            return super().execute_fields(*arguments)

    result = strawberry.Schema(Query, execution_context_class=Spy).execute_sync(
        "{ name }", root_value=Query()
    )

    ((manager, is_awaitable, schema, fields),) = seen
    assert result.data == {"name": "x"}
    assert manager is None or isinstance(manager.middlewares, tuple | list)
    assert is_awaitable("x") is False
    assert isinstance(schema, graphql.GraphQLSchema)
    assert [details.node.name.value for details in fields["name"]] == ["name"]
    assert not fields["name"][0].node.directives
    assert not fields["name"][0].node.arguments


def test_fields_lead_back_to_their_definition() -> None:
    fields = SCHEMA._schema.query_type.fields  # type: ignore[union-attr]
    definitions = {
        name: field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        for name, field in fields.items()
    }

    assert definitions["name"].base_resolver is None
    assert definitions["name"].python_name == "name"
    assert definitions["name"].extensions == []
    double, later = definitions["double"].base_resolver, definitions["later"].base_resolver
    assert list(double.signature.parameters) == ["self", "times"]
    assert double.self_parameter is not None
    assert double.wrapped_func(Query(), 3) == 3
    assert (double.is_async, later.is_async) == (False, True)
