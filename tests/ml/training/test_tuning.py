"""Tuning: resumable, in a file without pickle, its parameters readable by training."""

import json
from pathlib import Path

import pytest
from support.labelled_files import QUICK, LabelledFiles

from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS
from ml.training.data.training_set import TrainingSet
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters
from ml.training.tuning import TuningResult, tune, write_parameters


@pytest.fixture(scope="module")
def known(labelled_files: LabelledFiles) -> TrainingSet:
    data = read_labelled_tracks(labelled_files.features, labelled_files.labels)
    return prepare(data, NO_LYRIC_ROWS, QUICK)[1]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study") / "study.journal"


@pytest.fixture(scope="module")
def result(known: TrainingSet, journal: Path) -> TuningResult:
    return tune(known, QUICK, journal, seconds=60, trials=2)


def test_every_study_begins_with_the_defaults(result: TuningResult) -> None:
    studies = {trial.study for trial in result.trials}

    assert studies == {"all", "outer 1", "outer 2"}
    for trial in result.trials:
        if trial.number == 0:
            assert trial.parameters["kernel_ridge"] == QUICK.kernel_ridge


def test_goes_on_where_it_stopped(result: TuningResult, known: TrainingSet, journal: Path) -> None:
    again = tune(known, QUICK, journal, seconds=60, trials=2)

    assert again == result


def test_the_time_limit_leaves_one_trial_a_study(known: TrainingSet, tmp_path: Path) -> None:
    short = tune(known, QUICK, tmp_path / "study.journal", seconds=0, trials=50)

    assert [trial.number for trial in short.trials] == [0, 0, 0]
    assert short.tuned == short.defaults
    assert not short.worth_it


def test_the_journal_is_json(result: TuningResult, journal: Path) -> None:
    lines = journal.read_text(encoding="utf-8").splitlines()

    assert all(isinstance(json.loads(line), dict) for line in lines)


def test_training_reads_what_tuning_wrote(result: TuningResult, tmp_path: Path) -> None:
    write_parameters(result, tmp_path / "params.toml")

    found = TrainingParameters.read(tmp_path / "params.toml")

    assert {name: getattr(found, name) for name in result.changed} == result.changed
