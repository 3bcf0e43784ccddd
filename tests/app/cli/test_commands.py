"""Run `genre` as a person does, in separate processes."""

import csv
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.program import program
from app.config.settings import Settings
from ml.columns import REQUIRED_COLUMNS

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]


def genre(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command with `GENRE_*` settings; colours off, wide lines."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **settings},
        check=False,
    )


@pytest.fixture(scope="session")
def data_dir(settings: Settings, engine: object) -> str:
    """The folder of the embedded server that is already running."""
    return str(settings.data_dir)


def test_help_names_every_command_with_an_example() -> None:
    text = genre("--help").stdout

    for command in ("serve", "demo", "classify", "sample", "train", "migrate", "schema"):
        assert command in text
        # In this process: separate processes would take most of the time of these tests.
        help_text = CliRunner().invoke(program, [command, "--help"]).stdout
        assert "Example" in help_text
        assert "<bool>" not in help_text


def test_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    genre("sample", "--rows", 25, "--seed", 3, "--out", tmp_path / "a.csv")
    printed = genre("sample", "--rows", 25, "--seed", 3).stdout

    text = (tmp_path / "a.csv").read_text()
    assert text == printed
    assert len(list(csv.DictReader(text.splitlines()))) == 25


def test_classify_stores_files_and_shows_rejects(tmp_path: Path, data_dir: str) -> None:
    text = genre("sample", "--rows", 30, "--seed", 5).stdout
    lines = text.splitlines(keepends=True)
    (tmp_path / "tracks.csv").write_text("".join(lines[:20]) + "77,short\n" + "".join(lines[20:]))

    result = genre("classify", tmp_path / "tracks.csv", GENRE_DATA_DIR=data_dir)

    assert result.returncode == 0, result.stderr
    assert "DONE, 31 rows received, 30 stored, 1 rejected" in result.stdout
    assert f"The row has 2 fields; the header has {len(REQUIRED_COLUMNS)}." in result.stdout


def test_classify_takes_columns_by_other_names(tmp_path: Path, data_dir: str) -> None:
    header, rows = genre("sample", "--rows", 30, "--seed", 5).stdout.split("\n", 1)
    other = header.replace("trackID,title", "track_id,Heading")
    (tmp_path / "tracks.csv").write_text(f"{other}\n{rows}")
    run = partial(genre, "classify", tmp_path / "tracks.csv", GENRE_DATA_DIR=data_dir)

    mapped = run("--column", "title=Heading")
    unknown = run("--column", "artist=Heading")
    unfinished = run("--column", "title")

    assert "DONE, 30 rows received, 30 stored" in mapped.stdout, mapped.stderr
    assert 'There is no column "artist"; allowed are trackID, title' in unknown.stderr
    assert '"title" is no mapping; write COLUMN=HEADER' in unfinished.stderr
    assert (unknown.returncode, unfinished.returncode) == (1, 2)


def test_classify_names_what_is_wrong_in_one_line(tmp_path: Path, data_dir: str) -> None:
    (tmp_path / "bad.csv").write_text("trackID,title\n1,a\n")

    result = genre("classify", tmp_path / "bad.csv", GENRE_DATA_DIR=data_dir)

    assert result.returncode == 1
    assert "Missing: tags, loudness, tempo and 152 more" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unreachable_database_is_a_message_not_a_traceback() -> None:
    secret = "p4ssword"
    url = f"postgresql://user:{secret}@127.0.0.1:1/genre"

    result = genre("migrate", GENRE_DATABASE_URL=url)

    assert result.returncode == 1
    assert "Postgres at 127.0.0.1:1, database genre cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
    assert secret not in result.stderr


def test_serve_refuses_development_credentials_on_an_open_address(tmp_path: Path) -> None:
    result = genre("serve", "--host", "0.0.0.0", GENRE_DATA_DIR=str(tmp_path))

    assert result.returncode == 1
    assert "GENRE_CLIENTS is not set" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_changed_model_folder_is_refused(tmp_path: Path) -> None:
    import shutil

    from ml.store.folder import SHIPPED_MODEL_DIR

    folder = tmp_path / "model"
    shutil.copytree(SHIPPED_MODEL_DIR, folder)
    (folder / "fold_2.txt").write_text((folder / "fold_2.txt").read_text() + "\n")

    result = genre(
        "serve", "--port", 0, GENRE_MODEL_DIR=str(folder), GENRE_DATA_DIR=str(tmp_path / "data")
    )

    assert result.returncode != 0
    assert "fold_2.txt" in result.stderr


def test_demo_shows_genres_and_stops_when_told(tmp_path: Path) -> None:
    result = genre("demo", "--stop", "--port", 0, GENRE_DATA_DIR=str(tmp_path))

    assert result.returncode == 0, result.stderr
    assert "DONE" in result.stdout
    assert "400 stored, 0 rejected" in result.stdout
    assert "First of" in result.stdout
