"""Answer requests that carry a signed link, and count forged links as failed sign-ins."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.exports.links import ForgedLinkError
from app.http.download_answers import REFUSALS, refuse_export
from app.http.sign_ins import SignIns, TooManyFailuresError, refuse_sign_in


async def answer_link(
    request: Request, send_file: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Return the file, or why there is none."""
    try:
        return await send_file(request)
    except ForgedLinkError as error:
        sign_ins: SignIns = request.state.sign_ins
        try:
            sign_ins.fail(request.scope, "the holder of a forged link")
        except TooManyFailuresError as too_many:
            return refuse_sign_in(too_many)
        return refuse_export(error)
    except REFUSALS as error:
        return refuse_export(error)
