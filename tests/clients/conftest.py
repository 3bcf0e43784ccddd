"""A real server for clients that are no Python, and Node to run them."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from app.cli.serve import make_server
from app.settings import Settings

FOLDER = Path(__file__).parent
NODE_TIMEOUT_S = 120
Node = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(scope="session")
async def address(settings: Settings, engine: AsyncEngine) -> AsyncIterator[str]:
    """Address of the service behind uvicorn, on the database of the run."""
    server = make_server(settings.model_copy(update={"port": 0, "shutdown_timeout_s": 1}))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn offers no event to wait for
        assert not serving.done(), serving.exception()
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


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
