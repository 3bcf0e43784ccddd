"""The id of the request that is being answered, for logs and errors.

Apart from the middleware that sets it, as the log is set up before anything large is imported.
"""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """Return the id; None between requests."""
    return REQUEST_ID.get()
