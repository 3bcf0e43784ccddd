"""Train and evaluate as a person does."""

import json
import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from support.genre_processes import PROGRAM
from support.labelled_files import QUICK, write_labelled_files
from typer.testing import CliRunner

from app.cli.program import program
from ml.store.manifest import Manifest


def test_trains_a_model_that_can_be_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    files = write_labelled_files(tmp_path, genres=("folk", "metal"), tracks_per_genre=15)
    quick = "\n".join(f"{name} = {value}" for name, value in QUICK.model_dump().items())
    (tmp_path / "params.toml").write_text(quick)
    given = ["--features", str(files.features), "--labels", str(files.labels)]
    model = str(tmp_path / "model")

    trained = CliRunner().invoke(
        program,
        ["train", *given, "--lyrics", str(files.lyrics), "--out", model]
        + ["--params", str(tmp_path / "params.toml"), "--seed", "7"],
    )
    evaluated = CliRunner().invoke(program, ["evaluate", *given, "--model", model, "--json"])

    assert trained.exit_code == 0, trained.output
    assert "On artists that it has not heard, expect accuracy" in trained.stdout
    assert "Log loss of the kinds on held-out groups: experts" in trained.stdout
    assert 'no track has the genre "punk"' in trained.stderr
    assert evaluated.exit_code == 0, evaluated.output
    found = json.loads(evaluated.stdout)
    assert found["tracks"] == 30
    assert 0.5 < found["accuracy"] <= 1
    assert {"macro_f1", "log_loss", "ece"} <= set(found)
    assert set(found["per_genre"]) == {"folk", "metal"}
    assert "was trained on this file" in evaluated.stderr


def test_trains_the_kind_that_is_asked_for_by_groups_of_the_labels(tmp_path: Path) -> None:
    files = write_labelled_files(tmp_path, genres=("folk", "metal"), tracks_per_genre=15)
    labels = pd.read_csv(files.labels)
    labels["group"] = [f"artist {number % 5}" for number in range(len(labels))]
    labels.to_csv(files.labels, index=False)
    quick = "\n".join(f"{name} = {value}" for name, value in QUICK.model_dump().items())
    (tmp_path / "params.toml").write_text(quick)

    trained = CliRunner().invoke(
        program,
        ["train", "--features", str(files.features), "--labels", str(files.labels)]
        + ["--params", str(tmp_path / "params.toml"), "--out", str(tmp_path / "model")]
        + ["--kind", "lightgbm"],
    )

    assert trained.exit_code == 0, trained.output
    manifest = Manifest.read(tmp_path / "model")
    assert manifest.kind == "lightgbm"
    assert manifest.validation.groups == 5
    assert manifest.expected is not None
    assert manifest.expected.parts == 5


def test_replaces_a_model_only_by_force(tmp_path: Path) -> None:
    files = write_labelled_files(tmp_path, genres=("folk", "metal"), tracks_per_genre=15)
    quick = "\n".join(f"{name} = {value}" for name, value in QUICK.model_dump().items())
    (tmp_path / "params.toml").write_text(quick)
    folder = tmp_path / "model"
    command = ["train", "--features", str(files.features), "--labels", str(files.labels)]
    command += ["--params", str(tmp_path / "params.toml"), "--kind", "lightgbm"]
    command += ["--out", str(folder)]

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "COLUMNS": "400"}
        return subprocess.run(
            [*PROGRAM, *command, *more], capture_output=True, text=True, env=environment
        )

    first, before = run("--seed", "1"), read_folder(folder)
    refused, kept = run("--seed", "2"), read_folder(folder)
    forced, after = run("--seed", "2", "--force"), read_folder(folder)

    version = json.loads(before["manifest.json"])["version"]
    assert first.returncode == 0, first.stderr
    assert refused.returncode == 1
    assert f"Error: {folder} holds model {version} of kind lightgbm, " in refused.stderr
    assert "trained on 30 tracks at 2" in refused.stderr
    assert "Give another --out, or --force to replace it." in refused.stderr
    assert kept == before
    assert forced.returncode == 0, forced.stderr
    assert json.loads(after["manifest.json"])["version"] != version


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("model/notes.txt", "mine", "exists and is not a model folder.", id="other"),
        pytest.param("model", "mine", "is a file, not a folder.", id="file"),
        pytest.param(
            "model/manifest.json", "{", "holds a model whose manifest cannot be read.", id="broken"
        ),
    ],
)
def test_says_what_is_in_the_way(tmp_path: Path, name: str, content: str, message: str) -> None:
    files = write_labelled_files(tmp_path, genres=("folk", "metal"), tracks_per_genre=15)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)

    trained = CliRunner().invoke(
        program,
        ["train", "--features", str(files.features), "--labels", str(files.labels)]
        + ["--out", str(tmp_path / "model")],
    )

    assert trained.exit_code == 1
    assert message in str(trained.exception)
    assert (tmp_path / name).read_text() == content


def read_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_names_a_genre_with_too_few_groups(tmp_path: Path) -> None:
    files = write_labelled_files(tmp_path, genres=("folk", "metal"), tracks_per_genre=15)
    labels = pd.read_csv(files.labels)
    labels["group"] = ["one", "two", "three"] * 10
    labels.loc[labels["genre"] == "metal", "group"] = "Metallica"
    labels.to_csv(files.labels, index=False)

    trained = CliRunner().invoke(
        program,
        ["train", "--features", str(files.features), "--labels", str(files.labels)]
        + ["--out", str(tmp_path / "model")],
    )

    assert 'Genre "metal" has tracks of 1 groups; at least 3' in str(trained.exception)
