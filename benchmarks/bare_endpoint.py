"""The service with an extra endpoint that returns pages of titles without GraphQL.

It makes the same repository calls and returns the same JSON text as the GraphQL endpoint, so the
difference between the two is the cost of GraphQL. Run by `benchmarks.graphql_overhead`.
"""

import json
from typing import Any

import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.config.settings import read_settings
from app.main import create_app
from app.server import make_server
from db.records import TitleRecord, TrackRecord, Window
from db.tracks.filters import TrackFilter, TrackOrder
from schema.tracks.lists import TITLE_CURSORS

TITLES = ("trackId", "title")
SCALARS = (
    *TITLES,
    *("genre", "predictedGenre", "confidence", "correctedGenre", "modelVersion", "classifiedAt"),
)
SHAPES = {"titles": TITLES, "scalars": SCALARS, "probabilities": (*SCALARS, "probabilities")}


async def bare_page(request: Request) -> Response:
    """Answer `{"genre": ..., "first": ..., "shape": ...}` like GraphQL."""
    arguments: dict[str, Any] = json.loads(await request.body())
    window: Window[tuple[str, int]] = Window(arguments["first"])
    tracks = request.state.ports.tracks
    shape = arguments["shape"]
    wanted = TrackFilter(arguments["genre"])
    if shape == "titles":
        page = await tracks.list_titles(wanted, window)
    else:
        page = await tracks.list_tracks(wanted, TrackOrder.TITLE, window)
    nodes = [_node(item, shape) for item in page.items]
    last = page.items[-1]
    info = {
        "hasNextPage": page.has_next,
        "endCursor": TITLE_CURSORS.encode((last.title, last.track_id)),
    }
    document = {"data": {"titlesByGenre": {"nodes": nodes, "pageInfo": info}}}
    return Response(orjson.dumps(document), media_type="application/json")


def _node(item: TitleRecord | TrackRecord, shape: str) -> dict[str, Any]:
    node: dict[str, Any] = {"trackId": str(item.track_id), "title": item.title}
    if isinstance(item, TitleRecord):
        return node
    node |= {
        "genre": item.genre,
        "predictedGenre": item.predicted_genre,
        "confidence": item.confidence,
        "correctedGenre": item.corrected_genre,
        "modelVersion": item.model_version,
        "classifiedAt": item.classified_at.isoformat(),
    }
    if shape == "probabilities":
        shares = item.probabilities
        node["probabilities"] = [{"genre": g, "probability": p} for g, p in shares]
    return node


def main() -> None:
    """Serve until stopped."""
    settings = read_settings()
    server: uvicorn.Server = make_server(settings)
    app = create_app(settings)
    app.router.routes.insert(0, Route("/bare", bare_page, methods=["POST"]))
    server.config.app = app
    server.run()


if __name__ == "__main__":
    main()
