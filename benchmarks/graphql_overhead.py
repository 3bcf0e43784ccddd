"""The cost of GraphQL: pages of titles compared with a bare endpoint with the same SQL and JSON.

`python -m benchmarks.graphql_overhead [--requests 200] [--json FILE]`
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine import make_url

from benchmarks.bare_endpoint import SHAPES
from benchmarks.catalogue import open_catalogue
from benchmarks.running_service import HEADERS, RunningService, running_service
from db.embedded.server import embedded_postgres

GENRE = "classic pop and rock"
ROWS = 10_000
PAGE = """query ($genre: String!, $first: Int) {
  titlesByGenre(genre: $genre, first: $first) {
    nodes { %s }
    pageInfo { hasNextPage endCursor }
  }
}"""
SERVE = [sys.executable, "-m", "benchmarks.bare_endpoint"]


def query_of(shape: str) -> str:
    """Return the query that corresponds to the bare endpoint."""
    fields = " ".join(SHAPES[shape])
    return PAGE % fields.replace("probabilities", "probabilities { genre probability }")


def measure(
    service: RunningService, client: httpx.Client, shape: str, first: int, requests: int
) -> dict[str, Any]:
    """Query both endpoints alternately; return the server's CPU time and the wall time, in ms."""
    body = {"query": query_of(shape), "variables": {"genre": GENRE, "first": first}}
    bare_body = {"genre": GENRE, "first": first, "shape": shape}

    def graphql() -> httpx.Response:
        return client.post(f"{service.address}/graphql", json=body, headers=HEADERS)

    def bare() -> httpx.Response:
        return client.post(f"{service.address}/bare", json=bare_body)

    assert graphql().json() == bare().json()
    size = len(graphql().content)
    rounds = [
        (time_requests(service, graphql, requests), time_requests(service, bare, requests))
        for _ in range(5)
    ]
    cells: dict[str, Any] = {"shape": shape, "first": first, "bytes": size}
    for index, kind in enumerate(("cpu_ms", "clock_ms")):
        theirs = statistics.median(plain[index] for _, plain in rounds)
        ours = statistics.median(full[index] for full, _ in rounds)
        cells |= {f"graphql_{kind}": ours, f"bare_{kind}": theirs, f"{kind}_ratio": ours / theirs}
    return cells


def time_requests(
    service: RunningService, ask: Callable[[], httpx.Response], requests: int
) -> tuple[float, float]:
    """Return processor time and median time of a request, in ms."""
    for _ in range(3):
        ask()
    began, seconds = sum(service.process.cpu_times()[:2]), []
    for _ in range(requests):
        start = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - start)
    cpu = sum(service.process.cpu_times()[:2]) - began
    return 1000 * cpu / requests, 1000 * statistics.median(seconds)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="in each of five rounds")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        asyncio.run(open_catalogue(url, ROWS))
        assert make_url(url).database == "genre"
        with running_service(SERVE, GENRE_DATA_DIR=folder) as service, httpx.Client() as client:
            table = [
                measure(service, client, shape, first, max(arguments.requests * 100 // first, 20))
                for first in (100, 1000)
                for shape in SHAPES
            ]
    print("page               KiB   server CPU, ms           clock p50, ms")
    print("                         GraphQL   bare  ratio    GraphQL   bare  ratio")
    for cells in table:
        print(
            f"{cells['first']:>5} {cells['shape']:<13}{cells['bytes'] / 1024:>4.0f}"
            f"{cells['graphql_cpu_ms']:>10.2f}{cells['bare_cpu_ms']:>7.2f}"
            f"{cells['cpu_ms_ratio']:>6.1f}x"
            f"{cells['graphql_clock_ms']:>10.2f}{cells['bare_clock_ms']:>7.2f}"
            f"{cells['clock_ms_ratio']:>6.1f}x"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
