"""Bound what an operation may return, by the sizes of its pages, before it is executed.

`schema.core.limits` bounds the document; a short one can still ask for a thousand rows in each of a
thousand rows. The idea is that of GitHub's and Shopify's APIs: page size times nested fields.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from schema.core.connections import MAX_PAGE_SIZE
from schema.core.errors import ErrorCode

MAX_COST = 100_000
"""Default limit: a page of 1,000 rows with a hundred fields each."""
COUNT_COST = 100
"""Cost of counting a whole list, which reads far more rows than a page."""
_COUNTS = frozenset({"totalCount", "rejectCounts"})
_ROWS = frozenset({"nodes", "edges"})
_SIZES = ("last", "first")
Parent = GraphQLObjectType | GraphQLInterfaceType


class CostMeter:
    """Adds up an operation: each field costs 1, and those of a list as often as it has rows.

    `last` and `first` say how many rows; a list without either counts as one.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def measure(self, operation: OperationDefinitionNode) -> int:
        """Return the cost of a valid operation."""
        defaults = {
            node.variable.name.value: int(node.default_value.value)
            for node in operation.variable_definitions or ()
            if isinstance(node.default_value, IntValueNode)
        }
        self._variables = {**defaults, **self._variables}
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return self._measure(operation.selection_set, root, 1)

    def _measure(self, selection_set: SelectionSetNode, parent: Parent, rows: int) -> int:
        """Add up a selection on `parent`; `rows` is the page size if that is a connection."""
        total = 0
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                total += self._measure_field(selection, parent, rows)
                continue
            inner: FragmentDefinitionNode | InlineFragmentNode = (
                self._fragments[selection.name.value]
                if isinstance(selection, FragmentSpreadNode)
                else selection  # type: ignore[assignment]
            )
            on = inner.type_condition
            inner_parent = self._schema.get_type(on.name.value) if on else parent
            assert isinstance(inner_parent, Parent)
            total += self._measure(inner.selection_set, inner_parent, rows)
        return total

    def _measure_field(self, node: FieldNode, parent: Parent, rows: int) -> int:
        name = node.name.value
        field = parent.fields.get(name)
        if field is None:  # __typename and introspection
            return 0
        if name in _COUNTS:
            return COUNT_COST
        inner = get_named_type(field.type)
        if node.selection_set is None or not isinstance(inner, Parent):
            return 1
        size = self._page_size(node, field)
        if "pageInfo" in inner.fields:  # its `nodes` and `edges` have the rows
            return 1 + self._measure(node.selection_set, inner, size)
        times = rows if name in _ROWS and "pageInfo" in parent.fields else size
        return 1 + times * (1 + self._measure(node.selection_set, inner, 1))

    def _page_size(self, node: FieldNode, field: GraphQLField) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in _SIZES:
            if name not in field.args:
                continue
            value = given.get(name)
            size = field.args[name].default_value
            if isinstance(value, IntValueNode):
                size = int(value.value)
            elif isinstance(value, VariableNode):
                size = self._variables.get(value.name.value, size)
            if isinstance(size, int):
                return max(0, min(size, MAX_PAGE_SIZE))
        return 1


class LimitCost(SchemaExtension):
    """Refuses operations over the limit, and reports what each costs in `extensions.cost`.

    Put it last: it needs a document that is valid.
    """

    def __init__(self, limit: int = MAX_COST) -> None:
        self.limit = limit
        self.cost: int | None = None

    def on_validate(self) -> Iterator[None]:
        """Validate a document that has not been yet, then measure it."""
        context = self.execution_context
        if context.graphql_document is not None:
            if context.pre_execution_errors is None:
                context.pre_execution_errors = validate(
                    context.schema._schema, context.graphql_document, context.validation_rules
                )
            if not context.pre_execution_errors:
                self._check(context, context.graphql_document)
        yield

    def _check(self, context: ExecutionContext, document: DocumentNode) -> None:
        operation = _find_operation(document, context.operation_name)
        if operation is None:
            return
        meter = CostMeter(context.schema._schema, document, context.variables or {})
        self.cost = meter.measure(operation)
        if self.cost > self.limit:
            context.pre_execution_errors = [_too_expensive(operation, self.cost, self.limit)]

    def get_results(self) -> dict[str, Any]:
        """Return the cost and its limit."""
        if self.cost is None:
            return {}
        return {"cost": {"requested": self.cost, "limit": self.limit}}


def _find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name and node.name.value == name), None)


def _too_expensive(operation: OperationDefinitionNode, cost: int, limit: int) -> GraphQLError:
    return GraphQLError(
        f"The operation costs {cost:,}; at most {limit:,} is allowed. Ask for smaller pages or "
        "fewer fields: each field of a list costs as much as the list has rows.",
        operation,
        extensions={
            "code": str(ErrorCode.BAD_USER_INPUT),
            "cost": cost,
            "limit": limit,
        },
    )
