"""Decide whether a page of some website may open a WebSocket; browsers do not."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_allowed(headers: Headers, allowed: Collection[str]) -> bool:
    """Return whether a WebSocket comes from this service's pages, an allowed origin or no browser.

    CORS does not apply to WebSockets. Credentials are not cookies, so a foreign page has none to
    ride on; but it might guess some, such as test/test of a service under development.
    """
    origins = headers.getlist("origin")
    if not origins:
        return True
    if len(origins) > 1:
        return False
    return (
        "*" in allowed
        or origins[0] in allowed
        or urlsplit(origins[0]).netloc.lower() == headers.get("host", "").lower()
    )
