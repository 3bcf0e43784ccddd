"""The part of `genre demo` after the imports: serve, upload a sample, print the results."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx
import typer
from rich.console import Console

from app.cli.tables import genre_table
from app.config.access import DEVELOPMENT_CLIENT, DEVELOPMENT_SECRET
from app.config.settings import Settings
from app.server import make_server
from db.embedded.start import EmbeddedStart
from db.records import GenreCount
from ml.sampling.generator import write_sample_csv

ROWS, SEED = 400, 7
HEADERS = {"client-id": DEVELOPMENT_CLIENT, "client-secret": DEVELOPMENT_SECRET}
CLASSIFY = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile) { id status rowsReceived rowsStored rowsRejected modelVersion }
}"""
GENRES = "{ genres { name trackCount } }"
TITLES = """query ($genre: String!) {
  titlesByGenre(genre: $genre, first: 5) { totalCount nodes { title trackId confidence } }
}"""


async def demonstrate(
    settings: Settings, postgres: EmbeddedStart | None, *, began: float, stop: bool
) -> None:
    """Run the demonstration, then keep serving unless `stop`.

    `began` is when the command started, by `time.perf_counter`.
    """
    console = Console()
    async with _running(settings, postgres) as (serving, address):
        console.print(f"Ready at [bold]{address}[/] after {time.perf_counter() - began:.1f} s.\n")
        async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=120) as client:
            await _show(client, console)
        _show_next_steps(console, address)
        if not stop:
            console.print("\nServing until Ctrl-C.")
            await serving


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, postgres: EmbeddedStart | None
) -> AsyncIterator[tuple[asyncio.Task[None], str]]:
    server = make_server(settings, postgres=postgres)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # uvicorn offers no event to wait for
            if serving.done():
                serving.result()
                raise typer.Exit(1)
            await anyio.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield serving, f"http://{settings.host}:{port}"
    finally:
        server.should_exit = True
        await serving


async def _show(client: httpx.AsyncClient, console: Console) -> None:
    sample = io.StringIO()
    write_sample_csv(sample, ROWS, SEED)
    csv_bytes = sample.getvalue().encode()
    console.print(f"Sending {ROWS} made-up tracks ({len(csv_bytes) / 1e6:.1f} MB) to:")
    console.print(f"[dim]{CLASSIFY}[/]", soft_wrap=True)
    began = time.perf_counter()
    batch = (await _upload(client, csv_bytes))["classifyBatch"]
    took_ms = (time.perf_counter() - began) * 1000
    console.print(
        f"Batch {batch['id']}: {batch['status']} in {took_ms:.0f} ms, "
        f"{batch['rowsStored']} stored, {batch['rowsRejected']} rejected, "
        f"model {batch['modelVersion']}.\n",
        highlight=False,
    )
    genres = (await _ask(client, GENRES))["genres"]
    counts = [GenreCount(genre["name"], genre["trackCount"]) for genre in genres]
    console.print(genre_table(counts, GENRES))
    largest = max(counts, key=lambda count: count.track_count).genre
    page = (await _ask(client, TITLES, genre=largest))["titlesByGenre"]
    console.print(f"\nFirst of {page['totalCount']} titles in [bold]{largest}[/]:")
    for node in page["nodes"]:
        console.print(
            f"  {node['title']}  (track {node['trackId']}, confidence {node['confidence']:.2f})",
            highlight=False,
            markup=False,
        )


def _show_next_steps(console: Console, address: str) -> None:
    console.print(
        f"\nTry it yourself (client-id test, client-secret test):\n"
        f"  curl {address}/graphql -H 'client-id: test' -H 'client-secret: test' \\\n"
        f"    -H 'content-type: application/json' -d '{{\"query\":\"{GENRES}\"}}'",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    console.print(f"Or open {address}/ in a browser.")


async def _upload(client: httpx.AsyncClient, csv_bytes: bytes) -> dict[str, Any]:
    """Send a file according to the GraphQL multipart request specification."""
    operations = {"query": CLASSIFY, "variables": {"csvFile": None}}
    response = await client.post(
        "/graphql",
        data={
            "operations": json.dumps(operations),
            "map": json.dumps({"0": ["variables.csvFile"]}),
        },
        files={"0": ("sample.csv", csv_bytes, "text/csv")},
    )
    return _data(response)


async def _ask(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    return _data(await client.post("/graphql", json={"query": query, "variables": variables}))


def _data(response: httpx.Response) -> dict[str, Any]:
    body = response.json()
    if "errors" in body:
        raise RuntimeError(f"The service answered {body['errors']}")
    data: dict[str, Any] = body["data"]
    return data
