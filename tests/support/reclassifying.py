"""Make stored tracks look as if an older model had classified them, and classify them again."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.graphql_client import GraphQLClient
from support.sse_reading import read_events

FIELDS = """id kind fileName status modelVersion rowsReceived rowsRejected rowsStored rowsTotal
  bytesRead bytesTotal error { code }"""
RECLASSIFY = f"mutation ($batchId: ID) {{ reclassify(batchId: $batchId) {{ {FIELDS} }} }}"
CANCEL = f"mutation ($id: ID!) {{ cancelBatch(id: $id) {{ {FIELDS} finishedAt }} }}"
FOLLOW = f"subscription ($id: ID!) {{ batchProgress(id: $id) {{ {FIELDS} }} }}"
BATCH = f"query ($id: ID!) {{ batch(id: $id) {{ {FIELDS} genres {{ name trackCount }} }} }}"
TRACKS = """{ tracks(first: 1000) { nodes {
  trackId title genre predictedGenre correctedGenre confidence modelVersion batch { id }
  probabilities { genre probability }
} } }"""
REJECTS = (
    "query ($id: ID!) { batch(id: $id) { rejects { nodes { line trackId column code message } } } }"
)
AGE = (
    "INSERT INTO model_versions VALUES ('older', '{folk,polka}') ON CONFLICT DO NOTHING",
    "UPDATE tracks SET model_version = 'older', predicted_genre = 'polka', confidence = 0.75, "
    "probabilities = '{0.25,0.75}', classified_at = now() - interval '1 day'",
)
COUNTS_DIFFER = """
SELECT count(*) FROM (
    SELECT genre, count(*) AS tracks FROM tracks GROUP BY genre
    EXCEPT ALL
    SELECT genre, sum(track_count) FROM genre_counts GROUP BY genre
) AS differences
"""


async def change(engine: AsyncEngine, *statements: str, **values: Any) -> None:
    """Change the database behind the service's back."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), values)


async def scalar(engine: AsyncEngine, statement: str) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text(statement))


async def tracks(api: GraphQLClient) -> dict[str, dict[str, Any]]:
    """Return all tracks by id."""
    nodes = (await api.data(TRACKS))["tracks"]["nodes"]
    return {node["trackId"]: node for node in nodes}


async def reclassify(api: GraphQLClient, batch_id: str | None = None) -> dict[str, Any]:
    """Start a reclassification that must be accepted."""
    batch: dict[str, Any] = (await api.data(RECLASSIFY, batchId=batch_id))["reclassify"]
    return batch


async def reclassified(api: GraphQLClient, batch_id: str | None = None) -> dict[str, Any]:
    """Classify stored tracks again, and return the batch when it has ended."""
    return (await follow(api, (await reclassify(api, batch_id))["id"]))[-1]


async def follow(api: GraphQLClient, batch_id: str) -> list[dict[str, Any]]:
    """Return every state of a batch until it has ended."""
    events = read_events(api.http, api.headers, FOLLOW, id=batch_id)
    return [event["data"]["batchProgress"] async for event in events]


async def multiply(engine: AsyncEngine, times: int) -> None:
    """Copy every track and its features under further ids."""
    shift = await scalar(engine, "SELECT max(track_id) FROM tracks")
    await change(engine, _COPY_TRACKS, _COPY_FEATURES, times=times, shift=shift)


_COPY_TRACKS = """
INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence, probabilities,
    model_version, batch_id, line)
SELECT track_id + copy * CAST(:shift AS bigint), title, title_words, predicted_genre, confidence,
    probabilities, model_version, batch_id, line
FROM tracks, generate_series(1, CAST(:times AS bigint) - 1) AS copy
"""
_COPY_FEATURES = """
INSERT INTO track_features (track_id, digest, tags, numbers, spec_id)
SELECT track_id + copy * CAST(:shift AS bigint), digest, tags, numbers, spec_id
FROM track_features, generate_series(1, CAST(:times AS bigint) - 1) AS copy
"""
