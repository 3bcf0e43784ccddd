"""Parse and validate each document once, no matter how often clients send it.

These are Strawberry's caches with three differences. Long documents are not cached: 128 of them
would take gigabytes. A document that cannot be parsed or validated is left to Strawberry, which
raises its errors where `ErrorCodes` expects them. A document that `LimitQueries` has refused is
not validated.
"""

from collections.abc import Iterator
from contextlib import suppress

from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

MAX_CACHED_CHARS = 10_000
"""Much longer than people write; a typical frontend query has a few hundred."""


def is_cached(context: ExecutionContext) -> bool:
    """Return whether an operation's document is short enough to cache."""
    return context.query is not None and len(context.query) <= MAX_CACHED_CHARS


class ShortParserCache(ParserCache):
    """Cache parsed documents by their text."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query and is_cached(context):
            with suppress(GraphQLError, RecursionError):
                context.graphql_document = self.cached_parse_document(
                    context.query, **context.parse_options
                )
        yield


class ShortValidationCache(ValidationCache):
    """Cache the validation errors of documents, including documents that have none."""

    def on_validate(self) -> Iterator[None]:
        """Take the errors from the cache, unless an earlier step has reported some."""
        context = self.execution_context
        if context.pre_execution_errors is None and is_cached(context):
            with suppress(RecursionError):
                errors = self.cached_validate_document(
                    context.schema._schema, context.graphql_document, context.validation_rules
                )
                context.pre_execution_errors = [*errors]
        yield
