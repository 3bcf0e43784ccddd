"""Serve a Strawberry schema over HTTP: GraphQL over HTTP, multipart uploads, event streams.

No IDE, no batching; `app.http.sockets` serves WebSockets. The middleware has already checked the
credentials.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any, Generic

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketClose
from strawberry.asgi import GraphQL
from strawberry.http.typevars import Context
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from app.batches.disconnect import request_of
from app.config.request_id import current_request_id
from app.http.errors import NO_HEADERS, RETRY_AFTER, ErrorResponse, RefusedRequestError
from app.http.media_types import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, Negotiated, negotiate
from app.http.middleware import BodyTooLargeError
from app.http.request_body import MultipartLimits, Operation, read_operation
from app.http.results import encode_json, internal_document, status_of, to_document
from app.http.sse import COMPLETE, EventStream, next_event
from schema.core.errors import ErrorCode, coded_error

logger = logging.getLogger("genre.graphql")

READ_OPERATIONS = frozenset({OperationType.QUERY})
WRITE_OPERATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})


class GenreGraphQL(GraphQL[Context, None], Generic[Context]):
    """The ASGI application behind `/graphql`.

    Parameters
    ----------
    schema
        Must have the extension `schema.core.errors.ErrorCodes`, which hides the messages of
        unexpected exceptions.
    build_context
        Builds the resolvers' context from a request.
    allow_queries_via_get
        Whether GET and HEAD run queries; they never run mutations.
    heartbeat_interval_s
        How long an event stream may be silent.
    multipart_limits
        Limits on the parts of a multipart request.
    """

    def __init__(
        self,
        schema: BaseSchema,
        *,
        build_context: Callable[[Request], Context],
        allow_queries_via_get: bool = True,
        heartbeat_interval_s: float = 15.0,
        multipart_limits: MultipartLimits | None = None,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=allow_queries_via_get,
            subscription_protocols=(),
            multipart_uploads_enabled=True,
        )
        self.build_context = build_context
        self.heartbeat_interval_s = heartbeat_interval_s
        self.multipart_limits = multipart_limits or MultipartLimits()
        reads = ("GET", "HEAD") if allow_queries_via_get else ()
        self.allowed_methods = (*reads, "POST", "OPTIONS")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request; websockets are refused."""
        if scope["type"] != "http":
            await WebSocketClose(code=1008)(scope, receive, send)
            return
        request = Request(scope, receive)
        async with AsyncExitStack() as resources:  # uploads are closed after the last byte
            try:
                response = await self.respond(request, resources)
            except ClientDisconnect:
                return
            await response(scope, receive, _without_body(send) if _is_head(request) else send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        assert isinstance(request, Request)
        return self.build_context(request)

    def encode_json(self, data: object) -> bytes:
        return encode_json(data)

    async def respond(self, request: Request, resources: AsyncExitStack) -> Response:
        """Return a response to a request, whatever fails."""
        accepted = negotiate(request.headers.getlist("accept"))
        media_type = accepted.json_type or JSON
        try:
            return await self._respond(request, accepted, resources)
        except RefusedRequestError as refusal:
            return ErrorResponse(
                refusal.status,
                refusal.message,
                refusal.code,
                headers=refusal.headers,
                media_type=media_type,
                **refusal.extensions,
            )
        except (ClientDisconnect, BodyTooLargeError):
            raise
        except Exception:
            request_id = current_request_id()
            logger.exception("Unexpected error outside the schema (request %s)", request_id)
            return self._json_response({"errors": [internal_document()]}, 500, media_type)

    async def _respond(
        self, request: Request, accepted: Negotiated, resources: AsyncExitStack
    ) -> Response:
        allow = {"allow": ", ".join(self.allowed_methods)}
        if request.method not in self.allowed_methods:
            raise RefusedRequestError(405, "The method is not allowed here.", headers=allow)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        if accepted.json_type is None and not accepted.takes_stream:
            offers = f"{JSON}, {GRAPHQL_RESPONSE} or {EVENT_STREAM}"
            raise RefusedRequestError(406, f"Responses are {offers}.")
        operation = await read_operation(request, resources, self.multipart_limits)
        context = await self.get_context(request, Response())
        return await self._run(request, operation, context, accepted)

    async def _run(
        self,
        request: Request,
        operation: Operation,
        context: Context,
        accepted: Negotiated,
    ) -> Response:
        reads_only = request.method != "POST"
        if accepted.prefers_stream and not reads_only:  # with heartbeats during execution
            return await self._stream(operation, context)
        try:
            with request_of(request.receive):
                result = await self.schema.execute(
                    operation.query,
                    variable_values=operation.variables,
                    context_value=context,
                    operation_name=operation.operation_name,
                    allowed_operation_types=READ_OPERATIONS if reads_only else WRITE_OPERATIONS,
                    operation_extensions=operation.extensions,
                )
        except CannotGetOperationTypeError as error:
            message = error.as_http_error_reason()
            result = ExecutionResult(None, [coded_error(message, ErrorCode.BAD_USER_INPUT)])
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.MUTATION:
                message = "A mutation needs a POST."
                raise RefusedRequestError(405, message, headers={"allow": "POST"}) from None
            if not accepted.takes_stream or _is_head(request):
                message = (
                    f"Subscriptions are sent as {EVENT_STREAM} only; add it to the Accept header."
                )
                raise RefusedRequestError(406, message) from None
            return await self._stream(operation, context)
        if accepted.prefers_stream:
            return self._event_stream(_once(result))
        return self._result_response(result, accepted.json_type or JSON)

    async def _stream(self, operation: Operation, context: Context) -> Response:
        results = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
            operation_extensions=operation.extensions,
        )
        return self._event_stream(results)

    def _event_stream(self, results: AsyncGenerator[Any, None]) -> Response:
        return EventStream(self._frames(results), heartbeat_interval_s=self.heartbeat_interval_s)

    async def _frames(self, results: AsyncGenerator[Any, None]) -> AsyncGenerator[str, None]:
        try:
            async with aclosing(results):
                async for result in results:
                    yield self._event(to_document(result))
        except GraphQLError as error:  # from a failed extension, already masked
            yield self._event({"errors": [error.formatted]})
        except Exception:
            logger.exception("Unexpected error in a stream (request %s)", current_request_id())
            yield self._event({"errors": [internal_document()]})
        yield COMPLETE

    def _event(self, document: object) -> str:
        return next_event(encode_json(document).decode())

    def _result_response(self, result: ExecutionResult, media_type: str) -> Response:
        document = to_document(result)
        codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
        status = 200
        if document.get("data") is None and media_type == GRAPHQL_RESPONSE:
            status = status_of(codes, is_executed="data" in document)
        headers = RETRY_AFTER if ErrorCode.SERVICE_UNAVAILABLE in codes else {}
        return self._json_response(document, status, media_type, headers)

    def _json_response(
        self, document: object, status: int, media_type: str, more: Mapping[str, str] = NO_HEADERS
    ) -> Response:
        # Shared caches do not know that the credentials' headers matter.
        headers = {"cache-control": "no-store", "vary": "Accept", **more}
        body = encode_json(document)
        return Response(body, status, headers, f"{media_type}; charset=utf-8")


async def _once(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    yield result


def _is_head(request: Request) -> bool:
    return request.method == "HEAD"


def _without_body(send: Send) -> Send:
    async def send_without_body(message: Any) -> None:
        await send({**message, "body": b""} if "body" in message else message)

    return send_without_body
