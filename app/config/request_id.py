"""The id of the current request, for logs and errors.

Separate from the middleware that sets it, because logging is configured before large imports.
"""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """Return the id; None outside a request."""
    return REQUEST_ID.get()
