"""Compare uploads classified by a learned model with those by its parent, through the service.

    python -m benchmarks.learned_uploads --rows 42800 --answers 1000

The same made-up file is uploaded by both in turn; the medians are compared.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.running_service import HEADERS, RunningService, running_service
from ml.sampling.generator import write_sample_csv

REPEATS = 3
TRACKS = "{ tracks(first: 1000) { nodes { trackId predictedGenre } } }"
CORRECT = """mutation ($corrections: [CorrectionInput!]!) {
  correctGenres(corrections: $corrections) { trackId }
}"""
LEARN = "mutation { learnFromCorrections(use: true, force: true) { answers } }"
SHIPPED = 'mutation { useModel(version: "shipped") { version } }'


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_800)
    parser.add_argument("--answers", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_service() as service:
        file = Path(folder) / "tracks.csv"
        with file.open("w", newline="") as stream:
            write_sample_csv(stream, rows=options.rows, seed=1)
        with httpx.Client(timeout=120) as client:
            parent, learned = measure(service, client, file, options.answers)
    print(f"parent  {options.rows / parent:8,.0f} rows/s")
    print(f"learned {options.rows / learned:8,.0f} rows/s from {options.answers:,} answers")
    print(f"ratio   {parent / learned:8.2f}")


def measure(
    service: RunningService, client: httpx.Client, file: Path, answers: int
) -> tuple[float, float]:
    """Return the median seconds of an upload by the parent and by the learned model."""
    service.upload(file)
    nodes = service.ask(client, TRACKS)["tracks"]["nodes"][:answers]
    corrections = [{"trackId": n["trackId"], "genre": n["predictedGenre"]} for n in nodes]
    body = {"query": CORRECT, "variables": {"corrections": corrections}}
    client.post(f"{service.address}/graphql", json=body, headers=HEADERS).raise_for_status()
    parent, learned = [], []
    for _ in range(REPEATS):
        for choice, seconds in ((SHIPPED, parent), (LEARN, learned)):
            service.ask(client, choice)
            began = time.perf_counter()
            service.upload(file)
            seconds.append(time.perf_counter() - began)
    return statistics.median(parent), statistics.median(learned)


if __name__ == "__main__":
    main()
