"""Bound what one GraphQL document may ask for, before it is validated or executed.

Each fragment is measured once, no matter how often it is spread. The limiters included in
Strawberry follow every spread: 20 levels of `fragment F1 { ...F2 ...F2 }` take them seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any

from graphql import (
    BREAK,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    VisitorAction,
    validate,
)
from strawberry.extensions import SchemaExtension

from schema.core.cache import is_cached
from schema.core.values import find_excess

INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})
COUNT_CAP = 10**9
"""Counts stop here, so that a thousand levels of doubling still give small numbers."""


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """The limits for one operation; a fragment counts at each of its spreads."""

    depth: int = 12
    aliases: int = 30
    fields: int = 500
    directives: int = 50
    root_fields: int = 20


@dataclass(slots=True)
class Cost:
    """What a selection asks for, with the attributes of `QueryLimits`."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0
    root_fields: int = 0

    def add(self, spread: "Spread", cost: "Cost") -> None:
        """Add the cost of a fragment at one of its spreads."""
        self.aliases = min(self.aliases + cost.aliases, COUNT_CAP)
        self.fields = min(self.fields + cost.fields, COUNT_CAP)
        self.directives = min(self.directives + cost.directives, COUNT_CAP)
        if not spread.is_introspection:
            self.depth = max(self.depth, spread.depth + cost.depth)
        if spread.depth == 0 and not spread.is_introspection:
            self.root_fields = min(self.root_fields + cost.root_fields, COUNT_CAP)


@dataclass(frozen=True, slots=True)
class Spread:
    """One use of a fragment: its depth, and whether it is below an introspection field."""

    name: str
    depth: int
    is_introspection: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """The spreads of an operation or fragment, and its cost without them."""

    cost: Cost
    spreads: tuple[Spread, ...]


class CostMeter:
    """Measures the operations of a document without recursion.

    `visited` counts the selections visited: at most the number in the document.
    """

    def __init__(self, document: DocumentNode) -> None:
        self.visited = 0
        self.operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        self._fragments = {
            node.name.value: self._measure(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._totals: dict[str, Cost] = {}

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """Return the total cost of an operation."""
        definition = self._measure(operation)
        for spread in definition.spreads:
            self._total_fragment(spread.name)
        return self._total(definition)

    def _measure(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Definition:
        cost = Cost(directives=len(node.directives or ()))
        for variable in node.variable_definitions or ():
            cost.directives += len(variable.directives or ())
        spreads: list[Spread] = []
        stack: list[tuple[SelectionSetNode, int, bool]] = [(node.selection_set, 0, False)]
        while stack:
            selection_set, depth, is_introspection = stack.pop()
            for selection in selection_set.selections:
                self.visited += 1
                cost.directives += len(selection.directives or ())
                if isinstance(selection, FragmentSpreadNode):
                    spreads.append(Spread(selection.name.value, depth, is_introspection))
                    continue
                inner_depth, inner_introspection = depth, is_introspection
                if isinstance(selection, FieldNode):
                    _count_field(cost, selection, depth, is_introspection)
                    inner_depth = depth + 1
                    inner_introspection |= selection.name.value in INTROSPECTION_FIELDS
                nested: SelectionSetNode | None = getattr(selection, "selection_set", None)
                if nested:
                    stack.append((nested, inner_depth, inner_introspection))
        return Definition(cost, tuple(spreads))

    def _total_fragment(self, root: str) -> None:
        """Compute the totals of a fragment and all fragments it spreads, innermost first.

        Unknown fragments and the closing spread of a cycle cost nothing; other rules report them.
        """
        path = [root]
        pending = {root: self._spread_names(root)}
        while path:
            name = path[-1]
            for inner in pending[name]:
                if inner not in self._totals and inner not in pending:
                    path.append(inner)
                    pending[inner] = self._spread_names(inner)
                    break
            else:
                path.pop()
                if name in self._fragments:
                    self._totals[name] = self._total(self._fragments[name])

    def _spread_names(self, name: str) -> Iterator[str]:
        definition = self._fragments.get(name)
        return iter([spread.name for spread in definition.spreads] if definition else [])

    def _total(self, definition: Definition) -> Cost:
        own = definition.cost
        total = Cost(*(getattr(own, field.name) for field in fields(own)))
        for spread in definition.spreads:
            if spread.name in self._totals:
                total.add(spread, self._totals[spread.name])
        return total


def _count_field(cost: Cost, node: FieldNode, depth: int, is_introspection: bool) -> None:
    cost.fields += 1
    cost.aliases += node.alias is not None
    cost.root_fields += depth == 0
    if not is_introspection:
        cost.depth = max(cost.depth, depth + 1)


@cache
def limits_rule(limits: QueryLimits) -> type[ASTValidationRule]:
    """Return a validation rule that reports each exceeded limit of each operation."""

    class QueryLimitsRule(ASTValidationRule):
        """Reports operations that exceed the limits."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)

        def enter_document(self, document: DocumentNode, *_: Any) -> VisitorAction:
            """Measure the document once, without visiting its nodes."""
            meter = CostMeter(document)
            for operation in meter.operations:
                cost = meter.cost(operation)
                for field in fields(limits):
                    value, limit = (
                        getattr(cost, field.name),
                        getattr(limits, field.name),
                    )
                    if value > limit:
                        self.report_error(_limit_error(operation, field.name, value, limit))
            return BREAK

    return QueryLimitsRule


def _limit_error(node: OperationDefinitionNode, name: str, value: int, limit: int) -> GraphQLError:
    label = name.replace("_", " ")
    return GraphQLError(
        f"The operation exceeds the limit on {label}: {value:,} of at most {limit:,}.",
        node,
        extensions={
            "code": "GRAPHQL_VALIDATION_FAILED",
            "limitName": name,
            "limit": limit,
        },
    )


class LimitQueries(SchemaExtension):
    """Checks the limits before the other rules, which are expensive on a hostile document.

    Strawberry's `AddValidationRules` would run all rules together. Pass a factory:
    `extensions=[..., lambda: LimitQueries(QueryLimits(), max_tokens=5_000)]`.
    """

    def __init__(self, limits: QueryLimits | None = None, *, max_tokens: int = 5_000) -> None:
        self.rule = limits_rule(limits or QueryLimits())
        self.max_tokens = max_tokens

    def on_operation(self) -> Iterator[None]:
        """Make the parser stop at the token limit."""
        self.execution_context.parse_options["max_tokens"] = self.max_tokens
        yield

    def on_validate(self) -> Iterator[None]:
        """Report exceeded limits instead of validating; then those on the variables."""
        context = self.execution_context
        if context.graphql_document is not None and context.pre_execution_errors is None:
            check: Any = _check_once if is_cached(context) else _check
            errors = check(context.schema._schema, context.graphql_document, self.rule)
            excess = None if errors else find_excess(context.variables)
            context.pre_execution_errors = [excess] if excess else [*errors] or None
        yield


def _check(
    schema: GraphQLSchema, document: DocumentNode, rule: type[ASTValidationRule]
) -> list[GraphQLError]:
    return validate(schema, document, [rule])


_check_once = lru_cache(_check)
