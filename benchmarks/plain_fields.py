"""What `schema/core/plain_fields.py` saves: pages from two services, one of them without it.

`python -m benchmarks.plain_fields [--requests 200]`
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx

from benchmarks.bare_endpoint import SHAPES
from benchmarks.catalogue import open_catalogue
from benchmarks.graphql_overhead import GENRE, ROWS, query_of, time_requests
from benchmarks.running_service import HEADERS, RunningService, running_service
from db.embedded.server import embedded_postgres

SERVE = "from app.cli import main; main()"
WITHOUT = f"import schema; schema.PlainFieldsExecutor = None; {SERVE}"


def measure(services: list[RunningService], shape: str, first: int, requests: int) -> None:
    """Ask both services in turn, five times each, and print the medians."""
    body = {"query": query_of(shape), "variables": {"genre": GENRE, "first": first}}
    with httpx.Client(headers=HEADERS) as client:

        def ask(service: RunningService) -> httpx.Response:
            return client.post(f"{service.address}/graphql", json=body)

        with_it, without = services
        assert ask(with_it).json() == ask(without).json()
        rounds = [
            [time_requests(service, lambda: ask(service), requests) for service in services]  # noqa: B023
            for _ in range(5)
        ]
    cpu, clock = [
        [statistics.median(times[index][kind] for times in rounds) for index in range(2)]
        for kind in range(2)
    ]
    print(
        f"{first:>5} {shape:<13}{cpu[0]:>8.2f}{cpu[1]:>9.2f}{cpu[1] / cpu[0]:>7.1f}x"
        f"{clock[0]:>10.2f}{clock[1]:>9.2f}{clock[1] / clock[0]:>7.1f}x"
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="in each of five rounds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        asyncio.run(open_catalogue(url, ROWS))
        with ExitStack() as stack:
            services = [
                stack.enter_context(
                    running_service([sys.executable, "-c", code, "serve"], GENRE_DATA_DIR=folder)
                )
                for code in (SERVE, WITHOUT)
            ]
            print("page               server CPU, ms           clock p50, ms")
            print("                   with  without  ratio     with  without  ratio")
            for first in (100, 1000):
                for shape in SHAPES:
                    measure(services, shape, first, max(arguments.requests * 100 // first, 20))


if __name__ == "__main__":
    main()
