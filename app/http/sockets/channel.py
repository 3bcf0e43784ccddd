"""The messages of a WebSocket: what arrives is checked, what is sent may not wait for ever."""

import asyncio
from enum import IntEnum
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.http.errors import RefusedRequestError
from app.http.request_body import parse_json
from app.http.results import encode_json

MAX_REASON_BYTES = 120
"""WebSockets allow 123."""


class CloseCode(IntEnum):
    """Why the service closes a WebSocket; those from 4400 are defined by the protocol."""

    NORMAL = 1000
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429


class CloseSocketError(Exception):
    """Raised to close the WebSocket."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Channel:
    """Receives and sends the JSON messages of one WebSocket.

    Parameters
    ----------
    send_timeout_s
        How long a message may wait because the client does not read; then the WebSocket is given
        up. At most one message waits in each running operation.
    """

    def __init__(self, socket: WebSocket, *, send_timeout_s: float) -> None:
        self._socket = socket
        self._send_timeout_s = send_timeout_s

    async def receive(self) -> dict[str, Any]:
        """Return the next message.

        Raises
        ------
        CloseSocketError
            It is not one of the protocol.
        WebSocketDisconnect
            The client has closed the WebSocket, or it was lost.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        if text is None:
            raise CloseSocketError(CloseCode.BAD_REQUEST, "Messages must be text.")
        try:
            document = parse_json(text, "The message")
        except RefusedRequestError as error:
            raise CloseSocketError(CloseCode.BAD_REQUEST, error.message) from None
        if not isinstance(document, dict) or not isinstance(document.get("type"), str):
            raise CloseSocketError(CloseCode.BAD_REQUEST, "A message is an object with a `type`.")
        return document

    async def send(self, kind: str, **values: Any) -> None:
        """Send a message.

        Raises
        ------
        WebSocketDisconnect
            The client is gone, or has not read for too long.
        """
        if self._socket.application_state is WebSocketState.DISCONNECTED:  # another send failed
            raise WebSocketDisconnect(1006)
        text = encode_json({"type": kind, **values}).decode()
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await self._socket.send_text(text)
        except TimeoutError:
            raise WebSocketDisconnect(1006, "The client does not read.") from None

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close the WebSocket from this side."""
        short = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        async with asyncio.timeout(self._send_timeout_s):
            await self._socket.close(code, short)
