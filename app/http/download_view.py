"""`GET /exports/...` and `/reports/...`: downloads by signed links, without credentials."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.exports.encoders import encode
from app.exports.formats import FORMATS
from app.exports.linker import FILE_PATH, REPORT_PATH, TRACKS_PATH
from app.exports.links import NAME
from app.exports.parameters import read_filter
from app.exports.stream import ExportResponse, read_ahead
from app.exports.tables import tracks_schema, tracks_tables
from app.http.download_answers import headers_of
from app.http.file_download import download_file
from app.http.link_answers import answer_link
from app.http.report_view import download_report
from app.service import Service
from schema.core.exports import ExportFormat


def link_routes() -> list[Route]:
    """Return the routes of all downloads."""
    return [
        Route(f"/{TRACKS_PATH}", download_tracks),
        Route(f"/{FILE_PATH}", download_file),
        Route(f"/{REPORT_PATH}", download_report),
    ]


async def download_tracks(request: Request) -> Response:
    """Send the tracks that the link selects."""
    return await answer_link(request, _send_tracks)


async def _send_tracks(request: Request) -> Response:
    service: Service = request.state.service
    parameters = await service.links.check(TRACKS_PATH, request.query_params.multi_items())
    format = FORMATS[ExportFormat(parameters["format"])]
    headers = headers_of(parameters[NAME], format.media_type)
    if request.method == "HEAD":  # no body is sent
        return Response(headers=headers)
    tables = tracks_tables(service.exports.read_tracks(read_filter(parameters)))
    tracks = encode(tables, tracks_schema(), format.make)
    return await ExportResponse.begin(read_ahead(tracks, service.export_slots), headers)
