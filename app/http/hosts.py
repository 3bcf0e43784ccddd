"""Refuse requests for hosts that are not ours, against DNS rebinding.

A page of some website can have its own name lead to this service's address; the browser then takes
the two for one. It still sends that name as `Host`.
"""

import ipaddress
from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.errors import ErrorResponse, refuse_unread
from schema.core.errors import ErrorCode

LOOPBACK = "localhost"
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Load balancers ask these by any name, and they tell nothing."""


class HostMiddleware:
    """Lets only requests for known hosts through: loopback, addresses, and those of a setting.

    An address in numbers cannot be rebound. `*` allows any host.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the header before anything else."""
        if scope["type"] not in ("http", "websocket") or self._is_allowed(scope):
            return await self.app(scope, receive, send)
        message = "This host is not served here; GENRE_ALLOWED_HOSTS lists the hosts that are."
        response = ErrorResponse(421, message, ErrorCode.BAD_USER_INPUT)
        if scope["type"] == "http":
            return await refuse_unread(response, scope, receive, send)
        await receive()  # the request to connect
        return await send({"type": "websocket.close", "code": 1008})

    def _is_allowed(self, scope: Scope) -> bool:
        if "*" in self.hosts or scope["path"] in OPEN_PATHS:
            return True
        values = [value for name, value in scope["headers"] if name == b"host"]
        return len(values) == 1 and self._is_ours(values[0].decode("latin-1"))

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host.lower()).rstrip(".")
        if name in self.hosts or name == LOOPBACK or name.endswith(f".{LOOPBACK}"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
