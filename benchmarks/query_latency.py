"""How long queries take over HTTP with 10,000, 100,000 and 1,000,000 tracks.

`python -m benchmarks.query_latency [--rows 10000 1000000] [--requests 200] [--json FILE]`
"""

import argparse
import asyncio
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.catalogue import batch_of, open_catalogue, vocabulary
from benchmarks.running_service import HEADERS, RunningService, running_service
from db.embedded.server import embedded_postgres
from schema.tracks.lists import TITLE_CURSORS

GENRE = "classic pop and rock"
PAGES = 1_000
PAGE = "query ($s: String, $a: String) { titlesByGenre(genre: %s, search: $s, after: $a) { %s } }"
TITLES = "nodes { trackId title } pageInfo { hasNextPage endCursor }"
DETAILS = """nodes { trackId title genre predictedGenre confidence correctedGenre modelVersion
  classifiedAt probabilities { genre probability } } pageInfo { hasNextPage endCursor }"""
TRACKS = "query ($s: String, $b: ID) { tracks(%s) { %s } }"
Query = tuple[str, dict[str, str | None]]


def page_of(fields: str, search: str | None = None, after: str | None = None) -> Query:
    """Return a query for 100 titles."""
    return PAGE % (json.dumps(GENRE), fields), {"s": search, "a": after}


def tracks_of(fields: str, conditions: str, **variables: str) -> Query:
    """Return a query of 100 tracks of any genre."""
    return TRACKS % (f"search: $s, batchId: $b, {conditions}", fields), {**variables}


def track_queries(rows: int) -> dict[str, Query]:
    """Return lists of tracks of any genre, in both orders."""
    rare, middle = vocabulary()[-500], vocabulary()[400]
    least, batch = "orderBy: CONFIDENCE", str(batch_of(rows // 2))
    return {
        "tracks by title": tracks_of(DETAILS, "first: 100"),
        "by confidence": tracks_of(DETAILS, least),
        "most certain, 1,000": tracks_of(DETAILS, f"{least}, last: 1000"),
        "uncertain": tracks_of(DETAILS, "uncertain: true"),
        "certain, by confidence": tracks_of(DETAILS, f"uncertain: false, {least}"),
        "of a batch": tracks_of(DETAILS, "first: 100", b=batch),
        "of a batch, by confidence": tracks_of(DETAILS, least, b=batch),
        "of a small genre, by conf.": tracks_of(DETAILS, f'genre: "jazz and blues", {least}'),
        "search, by confidence": tracks_of(DETAILS, least, s="love"),
        "middle word, by confidence": tracks_of(DETAILS, least, s=middle),
        "rare word, by confidence": tracks_of(DETAILS, least, s=rare),
        "two common words, by conf.": tracks_of(DETAILS, least, s="love night"),
        "narrow range, by title": tracks_of(
            DETAILS, "minConfidence: 0.5, maxConfidence: 0.5001, first: 100"
        ),
        "totalCount, uncertain": tracks_of("totalCount", "uncertain: true"),
        "totalCount, two words": tracks_of("totalCount", "first: 100", s="love night"),
    }


def queries(rows: int, deep: str) -> dict[str, Query]:
    """Return the measured queries; `deep` is the cursor after 1,000 pages, or all but one."""
    words = vocabulary()
    rare = words[-500]
    track = f'{{ track(trackId: "{rows // 2}") {{ title genre confidence }} }}'
    batch = f'{{ batch(id: "{batch_of(rows // 2)}") {{ status fileName }} }}'
    return {
        "genres": ("{ genres { name trackCount } }", {}),
        "first page, titles": page_of(TITLES),
        "deep page, titles": page_of(TITLES, after=deep),
        "first page, all fields": page_of(DETAILS),
        "deep page, all fields": page_of(DETAILS, after=deep),
        "search, common word": page_of(TITLES, "love"),
        "search, common, all fields": page_of(DETAILS, "love"),
        "search, word of middle rank": page_of(TITLES, words[400]),
        "search, rare word": page_of(TITLES, rare),
        "search, two letters": page_of(TITLES, "zo"),
        "search, two common words": page_of(TITLES, "love night"),
        "search, common and rare": page_of(TITLES, f"love {rare}"),
        "search, no match": page_of(TITLES, "qqq"),
        "totalCount": page_of("totalCount"),
        "totalCount, common word": page_of("totalCount", "love"),
        "totalCount, rare word": page_of("totalCount", rare),
        "track": (track, {}),
        "batch": (batch, {}),
        **track_queries(rows),
    }


def measure(service: RunningService, rows: int, requests: int) -> dict[str, tuple[float, float]]:
    """Return the median and the 99th percentile of each query, in ms."""
    with httpx.Client(headers=HEADERS) as client:
        deep = find_deep_cursor(service, client)
        return {
            name: percentiles(service, client, query, requests)
            for name, query in queries(rows, deep).items()
        }


def find_deep_cursor(service: RunningService, client: httpx.Client) -> str:
    """Read pages of 1,000 titles, up to page 1,000 or almost to the end of the genre."""
    document = PAGE % (json.dumps(GENRE), "nodes { title trackId } pageInfo { endCursor }")
    document = document.replace("search: $s", "search: $s, first: 1000")
    cursor, after = None, None
    for _ in range(PAGES // 10):
        found = ask(service, client, (document, {"s": None, "a": after}))["titlesByGenre"]
        if len(found["nodes"]) < 1000:
            break
        cursor, after = after, found["pageInfo"]["endCursor"]
    return cursor or TITLE_CURSORS.encode(("", 0))


def percentiles(
    service: RunningService, client: httpx.Client, query: Query, requests: int
) -> tuple[float, float]:
    """Send a query repeatedly, after some warm-up."""
    for _ in range(5):
        ask(service, client, query)
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        ask(service, client, query)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return times[len(times) // 2], times[math.ceil(0.99 * len(times)) - 1]


def ask(service: RunningService, client: httpx.Client, query: Query) -> dict[str, Any]:
    """Run a query that must succeed."""
    document, variables = query
    body = {"query": document, "variables": variables}
    answer = client.post(f"{service.address}/graphql", json=body).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def measure_catalogue(rows: int, requests: int) -> dict[str, tuple[float, float]]:
    """Fill a database, serve it, measure."""
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as url:
        asyncio.run(open_catalogue(url, rows))
        with running_service(GENRE_DATA_DIR=folder) as service:
            return measure(service, rows, requests)


def print_table(tables: dict[int, dict[str, tuple[float, float]]]) -> None:
    """Print p50 and p99 by number of tracks, and the ratio of the last to the first."""
    sizes = list(tables)
    print("p50 / p99, ms".ljust(28), *(f"{rows:>16,}" for rows in sizes), "  ratio of p50")
    for name, (small, _) in tables[sizes[0]].items():
        cells = [f"{'{:.1f} / {:.1f}'.format(*tables[rows][name]):>16}" for rows in sizes]
        print(name.ljust(28), *cells, f"{tables[sizes[-1]][name][0] / small:>13.1f}x")
    largest = tables[sizes[-1]]
    for kind in ("titles", "all fields"):
        ratio = largest[f"deep page, {kind}"][0] / largest[f"first page, {kind}"][0]
        print(f"deep page against first, {kind}, {sizes[-1]:,} tracks: {ratio:.2f}x")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    tables = {rows: measure_catalogue(rows, arguments.requests) for rows in arguments.rows}
    print_table(tables)
    if arguments.json:
        arguments.json.write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
