"""Node, to run clients that are no Python."""

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
NODE_TIMEOUT_S = 120
Node = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
def node() -> Node:
    """Run a script of this folder with Node and return the JSON that it prints."""
    program = shutil.which("node")
    if program is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("needs Node and `npm ci` in tests/clients")

    async def run(script: str, *arguments: str) -> Any:
        process = await asyncio.create_subprocess_exec(
            program,
            str(FOLDER / script),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "NODE_NO_WARNINGS": "1"},
        )
        async with asyncio.timeout(NODE_TIMEOUT_S):
            out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode() + out.decode()
        return json.loads(out)

    return run


@pytest.fixture
def sample_file(sample: bytes, tmp_path: Path) -> str:
    """60 made-up tracks in a file."""
    path = tmp_path / "tracks.csv"
    path.write_bytes(sample)
    return str(path)
