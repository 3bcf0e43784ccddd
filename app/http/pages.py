"""Pages for browsers: the workbench at `/`, GraphiQL at the API's path, and their assets.

Everything here is public: constant files of the package and made-up tracks, with no data or
secrets. The pages call the API with credentials that the user enters. The files are built from
`web/` (docs/adr/0010-web-build.md).
"""

import gzip
import hashlib
import io
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.media_types import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, read_accept
from ml.sampling.generator import write_sample_csv

STATIC = Path(__file__).parents[1] / "static"
SHARED_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
)
WORKBENCH_POLICY = SHARED_POLICY + (
    "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# Monaco, the editor inside GraphiQL, runs workers and writes style elements.
GRAPHIQL_POLICY = SHARED_POLICY + "style-src 'self' 'unsafe-inline'; worker-src 'self'"
# A worker gets its policy from its script.
ASSET_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
IMMUTABLE = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
SAMPLE_SEED, DEFAULT_SAMPLE_ROWS, MAX_SAMPLE_ROWS = 7, 400, 1_000

Endpoint = Callable[[Request], Awaitable[Response]]


def page_routes() -> list[Route]:
    """Return the routes of the workbench and of both pages' assets."""
    return [
        Route("/", make_page("index.html", WORKBENCH_POLICY)),
        Route("/assets/{name}", make_assets(STATIC / "assets")),
        Route("/sample.csv", make_sample()),
    ]


def make_page(name: str, policy: str) -> Endpoint:
    """Read a page once; the endpoint sends it, or 304 if the browser has it."""
    body = (STATIC / name).read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": policy,
        "etag": etag,
        "vary": "Accept",
    }

    async def page(request: Request) -> Response:
        known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        if etag in known or f"W/{etag}" in known:
            return Response(None, 304, headers)
        return Response(body, 200, headers, "text/html; charset=utf-8")

    return page


def is_navigation(scope: Scope) -> bool:
    """Return whether a person is opening an address in a browser."""
    if scope["method"] not in ("GET", "HEAD"):
        return False
    accept = ",".join(Request(scope).headers.getlist("accept"))
    named = {entry.media_type for entry in read_accept(accept) if entry.weight}
    return "text/html" in named and named.isdisjoint({JSON, GRAPHQL_RESPONSE, EVENT_STREAM})


def make_assets(folder: Path) -> Endpoint:
    """Serve a folder of files with hashes in their names, most of them stored gzipped."""
    files = {path.name.removesuffix(".gz"): path for path in sorted(folder.glob("*"))}

    async def asset(request: Request) -> Response:
        name: str = request.path_params["name"]
        path = files.get(name)
        if path is None or not path.is_file():  # upgrading a running service removes files
            raise HTTPException(404)
        headers = {
            "cache-control": IMMUTABLE,
            "content-security-policy": ASSET_POLICY,
            "vary": "Accept-Encoding",
        }
        media_type = MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
        if path.suffix != ".gz":
            return FileResponse(path, 200, headers, media_type)
        if takes_gzip(request):
            headers["content-encoding"] = "gzip"
            return FileResponse(path, 200, headers, media_type)
        body = await anyio.to_thread.run_sync(lambda: gzip.decompress(path.read_bytes()))
        return Response(body, 200, headers, media_type)

    return asset


def takes_gzip(request: Request) -> bool:
    """Return whether the client accepts gzip, as every browser does."""
    codings = request.headers.get("accept-encoding", "").lower().split(",")
    pairs = (coding.partition(";") for coding in codings)
    return any(
        name.strip() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0")
        for name, _, weight in pairs
    )


def make_sample() -> Endpoint:
    """Generate made-up tracks on the first request; `?rows=` sets how many to send."""
    drawing = anyio.Lock()
    drawn: list[str] = []

    def draw() -> None:
        text = io.StringIO(newline="")
        write_sample_csv(text, MAX_SAMPLE_ROWS, SAMPLE_SEED)
        drawn.extend(text.getvalue().splitlines(keepends=True))

    async def sample(request: Request) -> Response:
        rows = request.query_params.get("rows", str(DEFAULT_SAMPLE_ROWS))
        if not (rows.isdecimal() and len(rows) <= 4 and 1 <= int(rows) <= MAX_SAMPLE_ROWS):
            return PlainTextResponse(f"rows must be from 1 to {MAX_SAMPLE_ROWS:,}.", 400)
        async with drawing:
            if not drawn:
                await anyio.to_thread.run_sync(draw)
        headers = {"content-disposition": 'attachment; filename="sample.csv"'}
        return Response("".join(islice(drawn, int(rows) + 1)), 200, headers, "text/csv")

    return sample


class GraphiQLMiddleware:
    """Sends GraphiQL to browsers that open the API's path; mount before the credentials check.

    This is safe without credentials: it sends one constant page, runs no GraphQL and reads no body.
    Only GET and HEAD requests that accept `text/html` and none of the API's types get the page, as
    from a browser's address bar. All others continue to the credentials check.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path
        self.page = make_page("graphiql.html", GRAPHIQL_POLICY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page or pass on the request."""
        if scope["type"] != "http" or not self.is_opened(scope):
            return await self.app(scope, receive, send)
        response = await self.page(Request(scope))
        return await response(scope, receive, send)

    def is_opened(self, scope: Scope) -> bool:
        """Return whether a person is opening the path in a browser."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return path == self.path and is_navigation(scope)
