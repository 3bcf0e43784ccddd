"""Run `genre export` alongside a service that uses the same database."""

import csv
import io
import json
import uuid
from pathlib import Path

import anyio.to_thread
import pytest
from click.testing import Result
from pyarrow import parquet
from support.graphql_client import GraphQLClient
from typer.testing import CliRunner

from app.cli.program import program
from app.config.settings import Settings
from ml.training.data.labelled import read_labelled_tracks

pytestmark = pytest.mark.asyncio

CORRECT = """mutation ($id: ID!, $genre: String!) {
  correctGenre(trackId: $id, genre: $genre) { genre }
}"""


@pytest.fixture(autouse=True)
def _same_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENRE_DATA_DIR", str(settings.data_dir))


async def export(*arguments: object) -> Result:
    """Run the command in a thread, because it runs its own event loop."""
    words = ["export", *map(str, arguments)]
    return await anyio.to_thread.run_sync(CliRunner().invoke, program, words)


async def test_writes_csv_to_standard_output(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    result = await export()

    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [row["trackID"] for row in rows] == [str(number) for number in range(1, 61)]


async def test_the_name_of_the_file_tells_the_format(
    api: GraphQLClient, sample: bytes, tmp_path: Path
) -> None:
    await api.classify(sample)
    as_csv, as_parquet, told = (tmp_path / name for name in ("a.csv", "a.parquet", "a.data"))

    for arguments in (
        ["--out", as_csv],
        ["--out", as_parquet],
        ["--out", told, "--format", "parquet"],
    ):
        result = await export(*arguments)
        assert result.exit_code == 0, result.output

    assert as_csv.read_bytes().count(b"\n") >= 61
    assert parquet.read_table(as_parquet).equals(parquet.read_table(told))


async def test_corrections_become_files_to_train_on(
    api: GraphQLClient, sample: bytes, tmp_path: Path
) -> None:
    await api.classify(sample)
    known = (await api.data("{ model { genres } }"))["model"]["genres"]
    for track_id in range(1, 9):
        await api.data(CORRECT, id=track_id, genre=known[track_id % 2])
    features, labels = tmp_path / "tracks.csv", tmp_path / "genres.csv"

    result = await export("--corrected", "--features", features, "--labels", labels)

    assert result.exit_code == 0, result.output
    assert "8 corrected tracks" in result.output
    data = read_labelled_tracks(features, labels)
    assert (len(data), set(data.genres)) == (8, set(known[:2]))


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--format", "parquet"], id="parquet-on-a-terminal"),
        pytest.param(["--features", "a.csv"], id="features-without-labels"),
        pytest.param(["--features", "a", "--labels", "b", "--out", "c"], id="out-and-features"),
        pytest.param(["--format", "xml"], id="unknown-format"),
    ],
)
async def test_options_that_make_no_sense_are_refused(arguments: list[str]) -> None:
    result = await export(*arguments)

    assert result.exit_code == 2


async def test_a_batch_and_a_search_narrow_the_file(api: GraphQLClient, sample: bytes) -> None:
    lines = sample.splitlines(keepends=True)
    await api.classify(sample)
    batch = await api.classify(b"".join(lines[:6]))

    of_batch = await export("--batch", batch["id"], "--format", "jsonl")
    nothing = await export("--search", "zzzzzz")

    assert [json.loads(line)["trackID"] for line in of_batch.stdout.splitlines()] == [1, 2, 3, 4, 5]
    assert (nothing.exit_code, nothing.stdout.count("\n")) == (0, 1)


async def test_a_typo_is_an_error_and_writes_nothing(
    api: GraphQLClient, sample: bytes, tmp_path: Path
) -> None:
    await api.classify(sample)
    known = (await api.data("{ genres { name } }"))["genres"]
    out = tmp_path / "tracks.csv"

    for arguments in (["--genre", "polka"], ["--batch", str(uuid.uuid4())]):
        result = await export(*arguments, "--out", out)
        assert result.exit_code != 0
        assert not out.exists()
        assert "polka" in str(result.exception) or "There is no batch" in str(result.exception)

    polka = str((await export("--genre", "polka")).exception)
    assert all(genre["name"] in polka for genre in known)
