"""Train and evaluate as a person does."""

import json
from pathlib import Path

import pandas as pd
import pytest
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
