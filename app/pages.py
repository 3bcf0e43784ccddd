"""The page at `/`, for a person who opens the service in a browser."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

_PAGE = (Path(__file__).parent / "static" / "home.html").read_text(encoding="utf-8")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


async def home(request: Request) -> HTMLResponse:
    """Say what this is and where to go."""
    address = str(request.base_url).rstrip("/")
    return HTMLResponse(
        _PAGE.replace("{{address}}", _escape(address)),
        headers={
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "cache-control": "no-cache",
        },
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
