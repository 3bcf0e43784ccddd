"""`GET /export.csv`: stream all tracks as a file. The middleware checks the credentials."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app.exports.encoders import CsvEncoder, encode
from app.exports.stream import ExportResponse, read_ahead
from app.exports.tables import tracks_schema, tracks_tables
from app.http.download_answers import REFUSALS, BadParameterError, refuse_export
from app.http.errors import ErrorResponse
from app.service import Service
from db.tracks.filters import TrackFilter
from schema.core.errors import ErrorCode
from schema.inputs import argument_problem

PARAMETERS = ("genre", "corrected", "raw")
FLAGS = {"true": True, "1": True, "false": False, "0": False}
HEADERS = {
    "content-disposition": 'attachment; filename="tracks.csv"',
    "content-type": "text/csv; charset=utf-8; header=present",
    "cache-control": "no-store",
}


async def export_csv(request: Request) -> Response:
    """Send the tracks; the query parameters are `genre`, `corrected` and `raw`."""
    try:
        return await _export(request, *read_parameters(request))
    except REFUSALS as error:
        return refuse_export(error)


async def _export(request: Request, wanted: TrackFilter, raw: bool) -> Response:
    service: Service = request.state.service
    known = sorted(await _known_genres(service))
    if wanted.genre is not None and wanted.genre not in known:  # a typo must not give an empty file
        message = f"There is no such genre. Known genres: {', '.join(known)}."
        return ErrorResponse(400, message, ErrorCode.UNKNOWN_GENRE, knownGenres=known)
    if request.method == "HEAD":  # no body is sent
        return Response(headers=HEADERS)
    tables = tracks_tables(service.exports.read_tracks(wanted))
    tracks = encode(tables, tracks_schema(), partial(CsvEncoder, raw=raw))
    return await ExportResponse.begin(read_ahead(tracks, service.export_slots), HEADERS)


async def _known_genres(service: Service) -> set[str]:
    stored = await service.tracks.list_genres()
    return {count.genre for count in stored} | set(service.model.manifest.genres)


def read_parameters(request: Request) -> tuple[TrackFilter, bool]:
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
    is_corrected = _flag(given.get("corrected", "false"), "corrected")
    wanted = TrackFilter(genre, corrected=is_corrected or None)
    return wanted, _flag(given.get("raw", "false"), "raw")


def _flag(text: str, name: str) -> bool:
    if text not in FLAGS:
        raise BadParameterError(f"{name} must be true or false.")
    return FLAGS[text]
