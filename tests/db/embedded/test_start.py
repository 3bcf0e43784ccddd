"""The embedded server, started while its user does something else."""

import sys
from pathlib import Path

import pytest
from support.postgres_processes import ask, server_pids

from db.embedded.errors import EmbeddedPostgresError
from db.embedded.start import EmbeddedStart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


def test_runs_until_it_is_stopped(folder: Path) -> None:
    start = EmbeddedStart(folder)

    assert ask(start.address(), "SELECT current_database()") == "genre"

    start.stop()
    start.stop()
    assert server_pids(folder) == set()


def test_start_that_nobody_waited_for_is_stopped(folder: Path) -> None:
    EmbeddedStart(folder).stop()

    assert server_pids(folder) == set()


def test_problem_is_raised_to_who_wants_the_address(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    start = EmbeddedStart(tmp_path / "data")

    with pytest.raises(EmbeddedPostgresError, match="exists"):
        start.address()

    start.stop()
