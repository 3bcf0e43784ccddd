"""`GET /exports/file`: a batch's own file with genres, by a signed link."""

import contextlib
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import BinaryIO

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from app.batches.read_options import find_options
from app.exports.annotated import annotate
from app.exports.formats import FORMATS
from app.exports.linker import FILE_PATH, FileGoneError
from app.exports.links import NAME
from app.exports.stream import ExportResponse, read_ahead
from app.http.download_answers import headers_of
from app.http.link_answers import answer_link
from app.service import Service
from app.uploads.spool import SpoolError
from db.errors import StorageUnavailableError
from ml.reading.originals.opening import open_original
from ml.reading.track_file import TrackFile
from schema.core.exports import ExportFormat


async def download_file(request: Request) -> Response:
    """Send the file that the link names."""
    return await answer_link(request, _send_file)


async def _send_file(request: Request) -> Response:
    service: Service = request.state.service
    parameters = await service.links.check(FILE_PATH, request.query_params.multi_items())
    format = ExportFormat(parameters["format"])
    headers = headers_of(parameters[NAME], FORMATS[format].media_type)
    if request.method == "HEAD":  # no body is sent
        return Response(headers=headers)
    parts = _parts(service, uuid.UUID(parameters["batch"]), format)
    return await ExportResponse.begin(read_ahead(parts, service.export_slots), headers)


async def _parts(
    service: Service, batch_id: uuid.UUID, format: ExportFormat
) -> AsyncGenerator[bytes, None]:
    options = await find_options(service.read_options, batch_id)
    with await _open(service, batch_id) as file, contextlib.ExitStack() as opened:
        opening = open_original(TrackFile(file, service.reader.limits), options)
        original = await anyio.to_thread.run_sync(opened.enter_context, opening)
        async with (
            service.annotations.snapshot(batch_id) as reader,
            aclosing(annotate(original, reader, format)) as parts,
        ):
            async for part in parts:
                yield part


async def _open(service: Service, batch_id: uuid.UUID) -> BinaryIO:
    try:
        return await service.originals.open(batch_id)
    except FileNotFoundError:
        with contextlib.suppress(StorageUnavailableError):
            await service.originals.records.forget([batch_id])
        raise FileGoneError from None
    except SpoolError as error:
        raise StorageUnavailableError(str(error)) from error
