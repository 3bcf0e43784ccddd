"""`GET /reports/batch`: the report on a batch, by a signed link."""

import uuid

from starlette.requests import Request
from starlette.responses import Response

from app.exports.linker import REPORT_PATH
from app.exports.links import NAME
from app.http.download_answers import headers_of
from app.http.link_answers import answer_link
from app.service import Service

MEDIA_TYPE = "text/html; charset=utf-8"


async def download_report(request: Request) -> Response:
    """Send the report that the link names."""
    return await answer_link(request, _send_report)


async def _send_report(request: Request) -> Response:
    service: Service = request.state.service
    parameters = await service.links.check(REPORT_PATH, request.query_params.multi_items())
    headers = headers_of(parameters[NAME], MEDIA_TYPE)
    if request.method == "HEAD":  # no body is sent
        return Response(headers=headers)
    return Response(await service.reports.render(uuid.UUID(parameters["batch"])), headers=headers)
