"""Error responses for requests that never reach GraphQL, in the format of GraphQL errors."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from schema.core.errors import ErrorCode

NO_HEADERS: Mapping[str, str] = {}
RETRY_AFTER: Mapping[str, str] = {"retry-after": "2"}
"""How long a client should wait, in seconds, before it sends a request again."""


class RefusedRequestError(Exception):
    """A request that gets an error document instead of a result."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: ErrorCode = ErrorCode.BAD_USER_INPUT,
        headers: Mapping[str, str] | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.extensions = {"retryable": True} if retryable else {}
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers


class ErrorResponse(JSONResponse):
    """An HTTP response with one GraphQL error."""

    def __init__(
        self,
        status: int,
        message: str,
        code: ErrorCode,
        *,
        headers: Mapping[str, str] | None = None,
        media_type: str = "application/json",
        **extensions: Any,
    ) -> None:
        document = {
            "errors": [{"message": message, "extensions": {"code": str(code), **extensions}}]
        }
        super().__init__(document, status, headers, f"{media_type}; charset=utf-8")


async def refuse_unread(
    response: ErrorResponse,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    linger_s: float = 2.0,
) -> None:
    """Send a response to a client that may still be sending, then close the connection.

    Closing with unread data resets the connection, and the reset can overtake the response. So
    incoming data is read and dropped for a moment after the response, except from a client that
    waits for `100 Continue`, because reading would tell it to continue.
    """
    response.headers["connection"] = "close"
    waits = any(name == b"expect" for name, _ in scope["headers"])

    async def send_and_linger(message: Message) -> None:
        if message["type"] != "http.response.body" or waits:
            return await send(message)
        await send({**message, "more_body": True})
        try:
            async with asyncio.timeout(linger_s):
                while (await receive()).get("more_body", False):
                    pass
        except TimeoutError:
            pass
        return await send({"type": "http.response.body", "body": b""})

    await response(scope, receive, send_and_linger)
