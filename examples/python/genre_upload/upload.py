"""Send a file, wait for its batch, and print what the service made of it."""

import os
from dataclasses import dataclass
from pathlib import Path

import httpx
from genre_client import GenreClient, Upload
from genre_client.classify_batch import ClassifyBatchClassifyBatch as Batch

MOST_REJECTS = 20


@dataclass(frozen=True)
class Service:
    """Where the service is, and how long to wait for an answer."""

    address: str
    timeout_s: float

    def open(self) -> httpx.AsyncClient:
        """Return an HTTP client with the credentials of the environment."""
        headers = {
            "client-id": os.environ.get("CLIENT_ID", "test"),
            "client-secret": os.environ.get("CLIENT_SECRET", "test"),
        }
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, 10))
        return httpx.AsyncClient(headers=headers, timeout=timeout)


async def upload(path: Path, service: Service) -> bool:
    """Print the genres of a file's tracks; return whether its batch is DONE."""
    url = f"{service.address.rstrip('/')}/graphql"
    with path.open("rb") as file:
        async with service.open() as http, GenreClient(url, http_client=http) as client:  # type: ignore[arg-type]
            csv = Upload(filename=path.name, content=file, content_type="text/csv")
            batch = (await client.classify_batch(csv)).classify_batch
            _print_batch(batch)
            await _print_genres(client)
    return batch.status.value == "DONE"


def _print_batch(batch: Batch) -> None:
    print(f"{batch.status.value}: {batch.rows_stored} stored, {batch.rows_rejected} rejected")
    if batch.error is not None:
        print(f"  {batch.error.code}: {batch.error.message}")
    for reject in batch.rejects.nodes:
        print(f"  line {reject.line}: {reject.message}")
    if batch.rows_rejected > MOST_REJECTS:
        print(f"  and {batch.rows_rejected - MOST_REJECTS} more")


async def _print_genres(client: GenreClient) -> None:
    genres = (await client.list_genres()).genres
    for genre in genres:
        print(f"{genre.track_count:8,} {genre.name}")
    if not genres:
        return
    largest = max(genres, key=lambda genre: genre.track_count)
    titles = (await client.list_titles(largest.name, first=5)).titles_by_genre
    print(f"First of {titles.total_count} titles in {largest.name}:")
    for track in titles.nodes:
        print(f"  {track.title} ({track.confidence:.2f})")
