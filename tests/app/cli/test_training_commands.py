"""Train and evaluate as a person does."""

import json
from pathlib import Path

import pytest
from support.labelled_files import QUICK, write_labelled_files
from typer.testing import CliRunner

from app.cli.program import program


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
    assert "On held-out groups: accuracy" in trained.stdout
    assert 'no track has the genre "punk"' in trained.stderr
    assert evaluated.exit_code == 0, evaluated.output
    found = json.loads(evaluated.stdout)
    assert found["tracks"] == 30
    assert 0.5 < found["accuracy"] <= 1
    assert {"macro_f1", "log_loss", "ece"} <= set(found)
    assert set(found["per_genre"]) == {"folk", "metal"}
    assert "was trained on this file" in evaluated.stderr
