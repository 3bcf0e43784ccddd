"""`GET /export.csv`: stream all tracks as a file. The middleware checks the credentials."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response

from app.exports.stream import ExportResponse, read_ahead
from app.exports.tables import csv_parts
from app.http.errors import ErrorResponse
from app.service import Service
from db.errors import StorageUnavailableError
from db.tracks.exports import ExportFilter
from schema.core.errors import ErrorCode
from schema.inputs import argument_problem

PARAMETERS = ("genre", "corrected", "raw")
FLAGS = {"true": True, "1": True, "false": False, "0": False}
HEADERS = {
    "content-disposition": 'attachment; filename="tracks.csv"',
    "content-type": "text/csv; charset=utf-8; header=present",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


class BadParameterError(Exception):
    """A parameter is invalid; the message names it and what is allowed."""


async def export_csv(request: Request) -> Response:
    """Send the tracks; the query parameters are `genre`, `corrected` and `raw`."""
    try:
        return await _export(request, *read_parameters(request))
    except BadParameterError as error:
        return ErrorResponse(400, str(error), ErrorCode.BAD_USER_INPUT)
    except StorageUnavailableError:
        message = "The database cannot be reached. Try again in a moment."
        return ErrorResponse(503, message, ErrorCode.SERVICE_UNAVAILABLE, retryable=True)


async def _export(request: Request, wanted: ExportFilter, raw: bool) -> Response:
    service: Service = request.state.service
    known = sorted(await _known_genres(service))
    if wanted.genre is not None and wanted.genre not in known:  # a typo must not give an empty file
        message = f"There is no such genre. Known genres: {', '.join(known)}."
        return ErrorResponse(400, message, ErrorCode.UNKNOWN_GENRE, knownGenres=known)
    if request.method == "HEAD":  # no body is sent
        return Response(headers=HEADERS)
    tracks = csv_parts(service.exports.read_tracks(wanted), raw=raw)
    parts = read_ahead(tracks, service.exporting)
    first = await anext(parts)  # an error here is still reported; a later one breaks the connection
    return ExportResponse(_rejoin(first, parts), HEADERS)


async def _known_genres(service: Service) -> set[str]:
    stored = await service.tracks.list_genres()
    return {count.genre for count in stored} | set(service.model.manifest.genres)


def read_parameters(request: Request) -> tuple[ExportFilter, bool]:
    """Parse the query string.

    Raises
    ------
    BadParameterError
        A parameter is unknown, repeated or invalid.
    """
    given = request.query_params
    for name, _ in given.multi_items():
        if name not in PARAMETERS:
            raise BadParameterError(f"Unknown parameter; allowed are {', '.join(PARAMETERS)}.")
        if len(given.getlist(name)) > 1:
            raise BadParameterError(f"{name} is given twice.")
    genre = given.get("genre")
    problem = None if genre is None else argument_problem(genre)
    if problem:
        raise BadParameterError(f"genre {problem}.")
    wanted = ExportFilter(genre, corrected=_flag(given.get("corrected", "false"), "corrected"))
    return wanted, _flag(given.get("raw", "false"), "raw")


def _flag(text: str, name: str) -> bool:
    if text not in FLAGS:
        raise BadParameterError(f"{name} must be true or false.")
    return FLAGS[text]


async def _rejoin(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for part in rest:
            yield part
