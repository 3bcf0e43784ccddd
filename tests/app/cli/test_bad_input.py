"""What people get wrong is answered by a sentence that names it and says what to do."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.credentials import hash_secret, parse_clients
from app.config.settings import Settings

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
ENVIRONMENT = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


def genre(
    *arguments: object, cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env={**ENVIRONMENT, **settings},
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_the_version_is_that_of_the_project() -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    assert found is not None

    assert genre("--version").stdout == f"genre {found[1]}\n"


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        pytest.param("no/such/x.csv", "There is no folder no/such. Make it", id="no folder"),
        pytest.param(".", ". is a folder. Name a file.", id="a folder"),
        pytest.param("file/x.csv", "is inside something that is not a folder", id="in a file"),
        pytest.param("/dev/full", "No space is left on the disk.", id="full disk"),
    ],
)
def test_a_path_that_cannot_be_written_is_named(tmp_path: Path, out: str, sentence: str) -> None:
    (tmp_path / "file").touch()

    result = genre("sample", "--rows", 5, "--out", out, cwd=tmp_path)

    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Errno" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read_does_not_keep_the_next_from_being_classified(
    settings: Settings, engine: object, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").touch()
    genre("sample", "--rows", 5, "--out", tmp_path / "good.csv")

    result = genre(
        *("classify", "empty.csv", "good.csv"), cwd=tmp_path, GENRE_DATA_DIR=str(settings.data_dir)
    )

    assert result.returncode == 1
    assert "Error: empty.csv: The file is empty." in result.stderr
    assert "DONE, 5 rows received" in result.stdout


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        pytest.param("127.0.0.1", "is in use, perhaps by another `genre serve`", id="in use"),
        pytest.param("203.0.113.9", "This machine does not have the address", id="other address"),
        pytest.param("no.such.host.invalid", "There is no address no.such.host", id="no address"),
    ],
)
def test_serve_says_why_it_cannot_listen_before_it_starts_anything(
    tmp_path: Path, taken_port: int, host: str, sentence: str
) -> None:
    clients = f"web:{hash_secret('secret')}"

    result = genre(
        *("serve", "--host", host, "--port", taken_port),
        GENRE_DATA_DIR=str(tmp_path),
        GENRE_CLIENTS=clients,
    )

    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Errno" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_hash_secret_prints_a_line_that_a_shell_leaves_alone() -> None:
    line = genre("hash-secret", "web").stdout.splitlines()[-1]

    read = subprocess.run(
        ["sh", "-c", f'{line}; printf %s "$GENRE_CLIENTS"'], capture_output=True, text=True
    ).stdout

    assert line.startswith("GENRE_CLIENTS='web:sha256$")
    assert parse_clients(read).client_ids == ("web",)
    assert parse_clients(line.removeprefix("GENRE_CLIENTS=")).client_ids == ("web",)


@pytest.mark.parametrize("client_id", ["a:b", "", "a b", "é"])
def test_hash_secret_refuses_an_id_that_the_setting_could_not_hold(client_id: str) -> None:
    result = genre("hash-secret", client_id)

    assert result.returncode == 2
    assert "no colon, which separates the id from the hash" in result.stderr
    assert "GENRE_CLIENTS" not in result.stdout


def test_a_hash_that_a_shell_has_eaten_is_recognised() -> None:
    entry = f"web:{hash_secret('secret')}"
    with pytest.raises(ValueError, match="its `\\$` are missing, as when a shell or Compose"):
        parse_clients(re.sub(r"\$\w+", "", entry))


def test_the_demo_leaves_the_database_of_a_real_service_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "GENRE_DATABASE_URL=postgresql://x:y@127.0.0.1:1/production\nGENRE_PORT=1\n"
    )

    result = genre("demo", "--stop", "--port", 0, cwd=tmp_path, GENRE_DATA_DIR=str(tmp_path / "d"))

    assert result.returncode == 0, result.stderr
    assert "Ignored: .env; the demo has a database of its own." in result.stdout
    assert "400 stored" in result.stdout


def test_two_quick_interrupts_end_the_service_in_order(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**ENVIRONMENT, "GENRE_DATA_DIR": str(tmp_path)},
    )
    assert process.stdout is not None
    while "Uvicorn running" not in (line := process.stdout.readline()):
        assert line, "the service has ended"
    process.send_signal(signal.SIGINT)
    time.sleep(0.03)  # two signals at once would arrive as one
    process.send_signal(signal.SIGINT)

    printed, _ = process.communicate(timeout=60)

    assert "Application shutdown complete" in printed
    assert "Traceback" not in printed
    assert process.returncode == 130
