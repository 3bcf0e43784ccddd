"""A prepared cluster for the tests of the embedded server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres_processes import kill, server_pids

from db.embedded.server import embedded_postgres


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a stopped cluster, shared because making one is slow."""
    folder = tmp_path_factory.mktemp("made")
    with embedded_postgres(folder):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    """The shared folder; if the test left its server running, that is killed."""
    yield made
    kill(server_pids(made))
