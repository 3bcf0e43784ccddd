"""Run the operations of one WebSocket, a bounded number at a time."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Generic

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.http.typevars import Context
from strawberry.schema import BaseSchema

from app.config.request_id import REQUEST_ID, current_request_id
from app.http.request_body import Operation
from app.http.results import internal_document, to_document
from app.http.sockets.channel import Channel, CloseCode, CloseSocketError
from schema.core.errors import ErrorCode, coded_error

logger = logging.getLogger("genre.graphql")


class Operations(Generic[Context]):
    """The running operations, by the ids that the client gave them.

    Parameters
    ----------
    build_context
        Makes the resolvers' context of an operation; each has its own.
    tasks
        Runs the operations. One that cannot send ends all, and the WebSocket with them.
    """

    def __init__(
        self,
        channel: Channel,
        schema: BaseSchema,
        build_context: Callable[[], Context],
        tasks: asyncio.TaskGroup,
        limit: int,
    ) -> None:
        self._channel = channel
        self._schema = schema
        self._build_context = build_context
        self._tasks = tasks
        self._limit = limit
        self._by_id: dict[str, asyncio.Task[None]] = {}
        self._unfinished: set[asyncio.Task[None]] = set()
        self.idle, self.busy = asyncio.Event(), asyncio.Event()
        self.idle.set()

    async def start(self, key: str, operation: Operation) -> None:
        """Run an operation beside the others.

        Raises
        ------
        CloseSocketError
            Another one has the same id.
        """
        if key in self._by_id:
            raise CloseSocketError(
                CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {key} already exists"
            )
        if len(self._unfinished) >= self._limit:
            await self._channel.send("error", id=key, payload=[_too_many(self._limit)])
            return
        task = self._tasks.create_task(self._run(key, operation))
        self._by_id[key] = task
        self._unfinished.add(task)
        task.add_done_callback(self._forget)
        self.idle.clear()
        self.busy.set()

    def stop(self, key: str) -> None:
        """Cancel an operation; its id is free at once. One that has ended is no error."""
        task = self._by_id.pop(key, None)
        if task is not None:
            task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._unfinished.discard(task)
        if not self._unfinished:
            self.busy.clear()
            self.idle.set()

    async def _run(self, key: str, operation: Operation) -> None:
        REQUEST_ID.set(uuid.uuid4().hex)  # errors and logs name the operation
        try:
            errors = await self._send_results(key, operation)
        except GraphQLError as error:  # from a failed extension, already masked
            errors = [error.formatted]
        finally:
            self._release(key)
        if errors:
            await self._channel.send("error", id=key, payload=errors)
        else:
            await self._channel.send("complete", id=key)

    def _release(self, key: str) -> None:
        """Free the id before the last message, after which the client may use it again."""
        if self._by_id.get(key) is asyncio.current_task():
            del self._by_id[key]

    async def _send_results(self, key: str, operation: Operation) -> list[Any] | None:
        """Send each result; return the errors of an operation that was not executed at all."""
        try:
            results: Any = await self._schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self._build_context(),
                operation_name=operation.operation_name,
                operation_extensions=operation.extensions,
            )
            async with aclosing(results):
                async for result in results:
                    document = to_document(result)
                    if "data" not in document:
                        return list(document["errors"])
                    await self._channel.send("next", id=key, payload=document)
        except (GraphQLError, WebSocketDisconnect):
            raise
        except Exception:
            logger.exception("Unexpected error in an operation (request %s)", current_request_id())
            return [internal_document()]
        return None


def _too_many(limit: int) -> Any:
    message = f"At most {limit} operations may run on a connection at the same time."
    return coded_error(message, ErrorCode.SERVICE_UNAVAILABLE, retryable=True).formatted
