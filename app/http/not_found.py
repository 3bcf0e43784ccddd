"""Answer 404 for addresses that do not exist.

Browsers get the workbench with that status: it shows the view that the address may mean, or says
that there is none. Everyone else gets two words.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from app.http.pages import STATIC, WORKBENCH_POLICY, is_navigation

MAX_DEPTH = 8
"""Deeper addresses get two words, too; no view has one."""

Handler = Callable[[Request, Exception], Awaitable[Response]]


def make_not_found_handler() -> Handler:
    """Read the workbench's page once; the handler sends it with paths that fit the address."""
    page = (STATIC / "index.html").read_bytes()
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": WORKBENCH_POLICY,
        "vary": "Accept",
    }

    async def not_found(request: Request, error: Exception) -> Response:
        depth = depth_of(request.scope)
        if not is_navigation(request.scope) or depth > MAX_DEPTH:
            return PlainTextResponse("Not Found", 404)
        body = page.replace(b'="./', b'="' + b"../" * depth + b"./")
        return Response(body, 404, headers, "text/html; charset=utf-8")

    return not_found


def depth_of(scope: Scope) -> int:
    """Return how many folders below the root a browser takes the address to be."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.removeprefix(scope.get("root_path", "").encode())
    return max(0, path.count(b"/") - 1)
