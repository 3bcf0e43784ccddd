"""Parse and validate a document once, however often clients send it.

Strawberry's caches, with three differences. Long documents are not kept, since 128 of them would
take gigabytes. A document that cannot be parsed or validated is left to Strawberry, whose errors
are raised where `ErrorCodes` expects them. And what `LimitQueries` has refused is not validated.
"""

from collections.abc import Iterator
from contextlib import suppress

from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

MAX_CACHED_CHARS = 10_000
"""Much longer than what people write; a query of a frontend has some hundred."""


def is_cached(context: ExecutionContext) -> bool:
    """Tell whether the document of an operation is short enough to be kept."""
    return context.query is not None and len(context.query) <= MAX_CACHED_CHARS


class ShortParserCache(ParserCache):
    """Keep parsed documents, by text."""

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache."""
        context = self.execution_context
        if context.query and is_cached(context):
            with suppress(GraphQLError, RecursionError):
                context.graphql_document = self.cached_parse_document(
                    context.query, **context.parse_options
                )
        yield


class ShortValidationCache(ValidationCache):
    """Keep what was found wrong with a document, which may be nothing."""

    def on_validate(self) -> Iterator[None]:
        """Take the errors from the cache, unless there are some already."""
        context = self.execution_context
        if context.pre_execution_errors is None and is_cached(context):
            with suppress(RecursionError):
                errors = self.cached_validate_document(
                    context.schema._schema, context.graphql_document, context.validation_rules
                )
                context.pre_execution_errors = [*errors]
        yield
