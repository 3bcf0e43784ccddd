"""Results of GraphQL operations as JSON documents, the same for every transport."""

import json
from collections.abc import Collection
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.http import process_result
from strawberry.types import ExecutionResult

from app.config.request_id import current_request_id
from schema.core.errors import ErrorCode, internal_error, is_exception, mask_error


def encode_json(data: object) -> bytes:
    """Encode as strict JSON, on one line."""
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError:  # a lone surrogate, which JSON can only escape
        return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()


def to_document(result: ExecutionResult) -> dict[str, Any]:
    """Return the response as specified: without `data` if nothing was executed."""
    result.errors = [_masked(error) for error in result.errors or ()]
    document: dict[str, Any] = {**process_result(result)}
    if result.data is None and result.errors and all(e.path is None for e in result.errors):
        del document["data"]
    return document


def status_of(codes: Collection[object], *, is_executed: bool) -> int:
    """Return the HTTP status of a result without data, for clients that accept one with errors."""
    if ErrorCode.SERVICE_UNAVAILABLE in codes:
        return 503
    if is_executed:
        return 200
    return 500 if ErrorCode.INTERNAL in codes else 400


def internal_document() -> Any:
    """Return the error that hides an unexpected one."""
    return internal_error(current_request_id()).formatted


def _masked(error: GraphQLError) -> GraphQLError:
    """Mask an error that `ErrorCodes` did not see because another extension failed first."""
    if error.original_error is None or not is_exception(error):
        return error
    return mask_error(error, error.original_error, current_request_id())
