"""A small model, trained once from files."""

from pathlib import Path

import pytest
from support.labelled_files import QUICK, LabelledFiles, write_labelled_files

from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import read_lyric_rows
from ml.training.saving import save_trained
from ml.training.training import train


@pytest.fixture(scope="session")
def labelled_files(tmp_path_factory: pytest.TempPathFactory) -> LabelledFiles:
    return write_labelled_files(tmp_path_factory.mktemp("labelled"))


@pytest.fixture(scope="session")
def trained_model(labelled_files: LabelledFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of 90 made-up tracks and some rows of words."""
    folder = tmp_path_factory.mktemp("model") / "trained"
    data = read_labelled_tracks(labelled_files.features, labelled_files.labels)
    lyrics = read_lyric_rows(labelled_files.lyrics, data.genres)
    save_trained(train(data, QUICK, lyrics=lyrics), data, QUICK, folder, lyrics)
    return folder
