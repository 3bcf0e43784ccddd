"""Postgres starts before the imports; it must end with the process, whatever ends that."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres_processes import kill, server_pids

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
# Replaces an import that is slow, or fails, while Postgres starts.
SERVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
from app.cli import main
class Finder:
    def find_spec(name, path=None, target=None):
        if name == "app.server":
            {meanwhile}
sys.meta_path.insert(0, Finder)
sys.argv = ["genre", "serve", "--port", "0"]
main()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


@contextlib.contextmanager
def serve(folder: Path, meanwhile: str) -> "Iterator[subprocess.Popen[str]]":
    code = SERVE.format(meanwhile=meanwhile)
    environment = {**os.environ, "GENRE_DATA_DIR": str(folder)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            kill(server_pids(folder))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_signal_during_the_imports_stops_postgres(number: signal.Signals, tmp_path: Path) -> None:
    wait = "import time; time.sleep(60)"
    with serve(tmp_path, wait) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "postgres" / "postmaster.pid").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert server_pids(tmp_path) == set()

    assert "Traceback" not in errors
    assert process.returncode == (-signal.SIGTERM if number is signal.SIGTERM else 130)


def test_failed_import_stops_postgres(tmp_path: Path) -> None:
    with serve(tmp_path, "raise ImportError('app.server is broken')") as process:
        _, errors = process.communicate(timeout=60)
        assert server_pids(tmp_path) == set()

    assert "app.server is broken" in errors
    assert process.returncode == 1


def test_problem_of_postgres_is_told_by_the_service(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.txt").write_text("years of work")

    done = subprocess.run(
        [*PROGRAM, "serve", "--port", "0"],
        env={**os.environ, "GENRE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "its subfolder `postgres` holds something else" in done.stderr
