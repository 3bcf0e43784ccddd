"""Plot what `query_latency --json` and `graphql_overhead --json` wrote.

`python -m benchmarks.plot_queries LATENCY.json OVERHEAD.json FOLDER`
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first

QUERIES = (
    "genres",
    "first page, titles",
    "deep page, titles",
    "first page, all fields",
    "search, common word",
    "search, rare word",
    "totalCount, common word",
)


def plot_latency(tables: dict[str, dict[str, list[float]]], file: Path) -> None:
    """Draw the median of some queries by number of tracks."""
    figure, axes = plt.subplots(figsize=(6, 3.6), dpi=90)
    sizes = [int(rows) for rows in tables]
    for name in QUERIES:
        axes.plot(sizes, [table[name][0] for table in tables.values()], marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="tracks", ylabel="p50 over HTTP, ms")
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(file)


def plot_overhead(table: list[dict[str, Any]], file: Path) -> None:
    """Draw the server's CPU time of each page next to that of the bare endpoint."""
    figure, axes = plt.subplots(figsize=(6, 3), dpi=90)
    names = [f"{cells['first']} {cells['shape']}" for cells in table]
    places = range(len(names))
    bare = [cells["bare_cpu_ms"] for cells in table]
    axes.barh([p - 0.2 for p in places], bare, 0.4, label="bare endpoint")
    graphql = [cells["graphql_cpu_ms"] for cells in table]
    axes.barh([p + 0.2 for p in places], graphql, 0.4, label="GraphQL")
    axes.set_yticks(list(places), names)
    axes.set(xscale="log", xlabel="CPU of the server, ms a request")
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(file)


def main() -> None:
    """Write both plots."""
    latency, overhead, folder = map(Path, sys.argv[1:4])
    plot_latency(json.loads(latency.read_text()), folder / "query_latency.png")
    plot_overhead(json.loads(overhead.read_text()), folder / "graphql_overhead.png")


if __name__ == "__main__":
    main()
