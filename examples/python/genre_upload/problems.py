"""Turn what can go wrong into one line and an exit code."""

import os
from dataclasses import dataclass

import httpx
from genre_client import (
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)
from pydantic import ValidationError

REFUSED, USAGE, CREDENTIALS, UNAVAILABLE, UNEXPECTED = 1, 2, 3, 4, 5
EXPECTED = (
    OSError,
    httpx.HTTPError,
    httpx.InvalidURL,
    ValidationError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)


@dataclass(frozen=True)
class Problem:
    """What to tell, and how to exit."""

    message: str
    exit_code: int


def explain(error: Exception, address: str, timeout_s: float) -> Problem:
    """Return what an error means to the person at the terminal."""
    match error:
        case GraphQLClientGraphQLMultiError():
            return _refused(error)
        case GraphQLClientHttpError():
            return _http(error.status_code, address)
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return Problem(
                f"{address} is no address: it must begin with http:// or https://", USAGE
            )
        case httpx.TimeoutException():
            message = f"{address} did not answer within {timeout_s:g} s; the batch may go on"
            return Problem(message, UNAVAILABLE)
        case httpx.ConnectError():
            message = f"{address} cannot be reached: is the service running?"
            return Problem(message, UNAVAILABLE)
        case httpx.HTTPError():
            message = f"the connection to {address} was lost; send the file again"
            return Problem(message, UNAVAILABLE)
        case OSError():
            return Problem(f"{error.filename}: {os.strerror(error.errno or 0)}", USAGE)
        case _:
            message = (
                f"{address} answers, but not as this client expects: another service or version"
            )
            return Problem(message, UNEXPECTED)


def _refused(error: GraphQLClientGraphQLMultiError) -> Problem:
    extensions = [problem.extensions or {} for problem in error.errors]
    lines = [
        f"{details.get('code')}: {problem.message}"
        for details, problem in zip(extensions, error.errors, strict=True)
    ]
    may_retry = any(details.get("retryable") for details in extensions)
    return Problem("\n".join(lines), UNAVAILABLE if may_retry else REFUSED)


def _http(status: int, address: str) -> Problem:
    if status == 401:
        message = "the service does not know these credentials; set CLIENT_ID and CLIENT_SECRET"
        return Problem(message, CREDENTIALS)
    if status == 413:
        return Problem("UPLOAD_TOO_LARGE: the service does not take files of this size", REFUSED)
    if status >= 500:
        return Problem(f"{address} answered {status}; try again in a moment", UNAVAILABLE)
    return Problem(f"{address} answered {status}: is it the genre service?", UNEXPECTED)
