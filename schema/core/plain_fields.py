"""Read the plain fields of a page without graphql-core's overhead per field.

For each field of each row, graphql-core creates a path, a resolve info and a coroutine check, and
Strawberry creates another info. For fields that only read an attribute, that is most of the time a
page takes. This executor compiles a selection once into a list of functions and runs them for each
row.

A field is plain if it has no arguments and no directives, and its resolver, if any, is a
synchronous function that takes only the object. All other fields go through graphql-core as usual.
So does every object with an unexpected value: a null, a wrong type, an exception. Errors are
therefore graphql-core's; a plain resolver may then run twice.
"""

from collections.abc import Awaitable, Callable
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_leaf_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
Fields = dict[str, Any]
"""The fields selected on an object, by response name, as grouped by graphql-core."""


class UnexpectedValueError(Exception):
    """A value does not match the schema; graphql-core reports it."""


class PlainFieldsExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation; pass it to the schema as `execution_context_class`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[str, int], tuple[dict[str, Read], Fields, Fields]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Fields,
        position_context: Any,
    ) -> Any:
        """Read the plain fields of an object and leave the others to graphql-core."""
        plain, others = self._plan(parent_type, grouped_field_set)
        try:
            values = {name: read(source_value) for name, read in plain.items()}
        except Exception:
            values, others = {}, grouped_field_set
        if not others:
            return values
        rest: Any = super().execute_fields(
            parent_type, source_value, path, others, position_context
        )
        if not values:
            return rest
        if self.is_awaitable(rest):
            return _merge_later(values, rest, grouped_field_set)
        return _merge(values, rest, grouped_field_set)

    def _plan(
        self, parent_type: GraphQLObjectType, grouped_field_set: Fields
    ) -> tuple[dict[str, Read], Fields]:
        """Split fields into plain and other ones; cached, because rows share a selection."""
        key = (parent_type.name, id(grouped_field_set))
        if key not in self._plans:
            readers = {
                name: self._reader(parent_type, details)
                for name, details in grouped_field_set.items()
            }
            plain = {name: read for name, read in readers.items() if read}
            others = {k: v for k, v in grouped_field_set.items() if k not in plain}
            # Keep the selection alive, so that no other one can get its id.
            self._plans[key] = plain, others, grouped_field_set
        return self._plans[key][:2]

    def _reader(self, parent_type: GraphQLObjectType, details: list[Any]) -> Read | None:
        """Return a function that reads a field's result from an object; None if not plain."""
        if self.middleware_manager and self.middleware_manager.middlewares:
            return None  # an extension resolves each field
        if any(detail.node.directives or detail.node.arguments for detail in details):
            return None
        name = details[0].node.name.value
        if name == "__typename":
            return lambda _: parent_type.name
        field = self.schema.get_field(parent_type, name)
        resolve = None if field is None else _plain_resolver(field)
        complete = None if field is None else self._completer(field.type, details)
        if resolve is None or complete is None:
            return None
        return lambda source: complete(resolve(source))

    def _completer(self, type_: GraphQLOutputType, details: list[Any]) -> Read | None:
        """Return a function that converts a resolver's value for the response."""
        if not isinstance(type_, GraphQLNonNull):
            complete = self._completer(GraphQLNonNull(type_), details)
            return complete and _nullable_completer(complete)
        inner = type_.of_type
        if is_leaf_type(inner):
            return _leaf_completer(inner.coerce_output_value)
        if isinstance(inner, GraphQLObjectType):
            return self._object_completer(inner, details)
        if isinstance(inner, GraphQLList) and isinstance(inner.of_type, GraphQLNonNull):
            complete = self._completer(inner.of_type, details)
            return complete and _list_completer(complete)
        return None

    def _object_completer(self, type_: GraphQLObjectType, details: list[Any]) -> Read | None:
        fields, defers, _ = self.collect_subfields(type_, details)
        plain, others = self._plan(type_, fields)
        if others or defers:
            return None
        is_type_of: Any = type_.is_type_of

        def complete(value: Any) -> dict[str, Any]:
            if is_type_of and is_type_of(value, None) is not True:
                raise UnexpectedValueError
            return {name: read(value) for name, read in plain.items()}

        return complete


def _plain_resolver(field: GraphQLField) -> Read | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or field.args or definition.extensions:
        return None
    resolver = definition.base_resolver
    if resolver is None:
        return attrgetter(definition.python_name)
    parameters = resolver.signature.parameters
    takes_self_alone = resolver.self_parameter is not None and len(parameters) == 1
    function: Any = resolver.wrapped_func
    return function if takes_self_alone and not resolver.is_async else None


def _nullable_completer(complete: Read) -> Read:
    return lambda value: None if value is None else complete(value)


def _leaf_completer(serialize: Read) -> Read:
    def complete(value: Any) -> Any:
        if value is None or isinstance(value, Exception):
            raise UnexpectedValueError
        written = serialize(value)
        if written is None or written is Undefined:
            raise UnexpectedValueError
        return written

    return complete


def _list_completer(complete: Read) -> Read:
    def complete_list(values: Any) -> list[Any]:
        if not isinstance(values, list | tuple):
            raise UnexpectedValueError
        return [complete(value) for value in values]

    return complete_list


async def _merge_later(
    values: dict[str, Any], rest: Awaitable[dict[str, Any]], order: Fields
) -> dict[str, Any]:
    return _merge(values, await rest, order)


def _merge(values: dict[str, Any], rest: dict[str, Any], order: Fields) -> dict[str, Any]:
    """Order the fields as in the selection, as the specification requires."""
    both = values | rest
    return {name: both[name] for name in order if name in both}
