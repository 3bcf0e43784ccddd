"""Relay against the schema: the compiler checks it, the runtime uses the result."""

import json
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

FOLDER = Path(__file__).parent
SDL_FILE = FOLDER.parents[1] / "schema" / "schema.graphql"
COMPILER = FOLDER / "node_modules" / ".bin" / "relay-compiler"


@pytest.fixture
def compiled(node: object, tmp_path: Path) -> Path:
    """Compile the documents; the compiler refuses connections and ids that Relay cannot use."""
    shutil.copytree(FOLDER / "relay", tmp_path / "src")
    shutil.copy(SDL_FILE, tmp_path)
    output = tmp_path / "compiled"
    output.mkdir()
    config = {
        "src": "src",
        "schema": SDL_FILE.name,
        "language": "javascript",
        "artifactDirectory": "compiled",
        "eagerEsModules": True,
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    result = subprocess.run(
        [COMPILER, "relay.config.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return output


async def test_relay_pages_refetches_and_normalises(
    api: GraphQLClient,
    address: str,
    node: Callable[..., Awaitable[Any]],
    compiled: Path,
    sample: bytes,
    sample_file: str,
) -> None:
    batch = await api.classify(sample)
    genre = max(batch["genres"], key=lambda entry: int(entry["trackCount"]))

    seen = await node("relay.mjs", address, str(compiled), genre["name"], sample_file)

    assert len(set(seen["ids"])) == 3
    assert seen["page"]["totalCount"] == genre["trackCount"]
    assert seen["node"]["__typename"] == "Track"
    assert seen["node"]["id"] == seen["ids"][0]
    assert seen["stored"] == seen["expected"]
    assert seen["code"] == "UNKNOWN_GENRE"
    assert seen["queued"]["status"] == "QUEUED"
    assert {state["id"] for state in seen["progress"]} == {seen["queued"]["id"]}
    assert (seen["progress"][-1]["status"], seen["progress"][-1]["rowsStored"]) == ("DONE", 60)
