"""Ask for links to downloads, and follow them as a browser would: without credentials."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from asgi_lifespan import LifespanManager
from support.graphql_client import GraphQLClient

from app.config.settings import Settings
from app.main import create_app

LINK = """mutation (
  $format: ExportFormat!, $search: String, $genre: String, $batchId: ID, $uncertain: Boolean,
  $corrected: Boolean, $minConfidence: Float, $maxConfidence: Float
) {
  exportLink(
    format: $format, search: $search, genre: $genre, batchId: $batchId, uncertain: $uncertain,
    corrected: $corrected, minConfidence: $minConfidence, maxConfidence: $maxConfidence
  ) { url expiresAt fileName }
}"""


FILE_LINK = """mutation ($batchId: ID!, $format: ExportFormat! = CSV) {
  fileWithGenresLink(batchId: $batchId, format: $format) { url expiresAt fileName }
}"""


async def file_with_genres(api: GraphQLClient, batch_id: str, format: str = "CSV") -> bytes:
    """Return the file of a batch with genres."""
    data = await api.data(FILE_LINK, batchId=batch_id, format=format)
    response = await follow(api, data["fileWithGenresLink"])
    assert response.status_code == 200, response.text
    return response.content


async def ask_link(api: GraphQLClient, format: str = "CSV", **wanted: Any) -> dict[str, str]:
    """Return a link to the tracks that the conditions select."""
    link: dict[str, str] = (await api.data(LINK, format=format, **wanted))["exportLink"]
    return link


async def follow(api: GraphQLClient, link: dict[str, str]) -> httpx.Response:
    """Fetch the file of a link."""
    return await api.http.get(f"/{link['url']}")


async def download(api: GraphQLClient, format: str = "CSV", **wanted: Any) -> bytes:
    """Return the file that has the wanted tracks."""
    response = await follow(api, await ask_link(api, format, **wanted))
    assert response.status_code == 200, response.text
    return response.content


@asynccontextmanager
async def replica(
    settings: Settings, later_by: timedelta, **changes: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Run another service on the same database, whose clock is ahead."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC) + later_by  # noqa: E731
    app = create_app(settings.model_copy(update={"worker": False, **changes}), clock=clock)
    async with (
        LifespanManager(app) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        yield http
