"""Upload a CSV file of tracks and print its genres: python classify.py FILE [ADDRESS].

The client in `genre_client` is generated from the schema and `operations.graphql`, with types for
every argument and answer: `scripts/example-client`. It needs httpx and pydantic.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from genre_client import GenreClient, GraphQLClientGraphQLMultiError, Upload

HEADERS = {
    "client-id": os.environ.get("CLIENT_ID", "test"),
    "client-secret": os.environ.get("CLIENT_SECRET", "test"),
}


async def classify(path: Path, address: str) -> None:
    """Upload a file, then list the titles of its most frequent genre."""
    async with (
        httpx.AsyncClient(headers=HEADERS, timeout=600) as http,
        GenreClient(f"{address}/graphql", http_client=http) as client,  # type: ignore[arg-type]
    ):
        with path.open("rb") as file:
            upload = Upload(filename=path.name, content=file, content_type="text/csv")
            batch = (await client.classify_batch(upload)).classify_batch
        print(f"{batch.status.value}: {batch.rows_stored} stored, {batch.rows_rejected} rejected")
        for reject in batch.rejects.nodes:
            print(f"  line {reject.line}: {reject.message}")
        genres = (await client.list_genres()).genres
        for genre in genres:
            print(f"{genre.track_count:8,} {genre.name}")
        largest = max(genres, key=lambda genre: genre.track_count)
        titles = (await client.list_titles(largest.name, first=5)).titles_by_genre
        print(f"First of {titles.total_count} titles in {largest.name}:")
        for track in titles.nodes:
            print(f"  {track.title} ({track.confidence:.2f})")


def main() -> None:
    """Run the example."""
    address = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8000"
    try:
        asyncio.run(classify(Path(sys.argv[1]), address))
    except GraphQLClientGraphQLMultiError as error:
        for problem in error.errors:
            print(f"{(problem.extensions or {}).get('code')}: {problem.message}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
