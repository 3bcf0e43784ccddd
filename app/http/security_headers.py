"""Headers that tell browsers to do no more with a response than they must, on all responses."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The content security policy of everything that is no page: data, downloads, errors."""
DEFAULTS = [
    (name.encode(), value.encode())
    for name, value in {**SECURITY_HEADERS, "content-security-policy": NO_PAGE}.items()
]
STARTS = ("http.response.start", "websocket.http.response.start")


class SecurityHeadersMiddleware:
    """Adds the headers that a response lacks; pages set their own content security policy.

    Other origins can still use the API: `Cross-Origin-Resource-Policy` does not apply to
    requests with CORS.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the inner application with these headers on its responses."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in STARTS:
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                missing = [header for header in DEFAULTS if header[0] not in names]
                message = {**message, "headers": given + missing}
            await send(message)

        await self.app(scope, receive, send_with_headers)
