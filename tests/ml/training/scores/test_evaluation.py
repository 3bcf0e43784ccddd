"""`genre evaluate`: the same scores by hand and as JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.labelled_files import LabelledFiles

from ml.errors import TrainingDataError
from ml.store.loaded import load_model
from ml.training.data.labelled import read_labelled_tracks
from ml.training.scores.evaluation import evaluate_model


def test_scores_a_model_on_its_labels(trained_model: Path, labelled_files: LabelledFiles) -> None:
    data = read_labelled_tracks(labelled_files.features, labelled_files.labels)
    loaded = load_model(trained_model)

    found = evaluate_model(loaded, data)

    right = loaded.model.predict(data.tracks).best == data.truth
    assert found.metrics.accuracy == pytest.approx(right.mean())
    assert found.learnt_from
    text = json.loads(json.dumps(found.as_dict()))
    assert {"accuracy", "macro_f1", "log_loss", "ece", "per_genre"} <= set(text)
    assert sum(row["tracks"] for row in text["per_genre"].values()) == len(data)


def test_scores_labels_of_a_part_of_the_genres(
    trained_model: Path, labelled_files: LabelledFiles
) -> None:
    data = read_labelled_tracks(labelled_files.features, labelled_files.labels)
    some = np.flatnonzero(data.truth < 2)

    found = evaluate_model(load_model(trained_model), data.take(some))

    assert [row.tracks for row in found.genres[2:]] == [0]
    assert found.metrics.confusion_matrix[2] == [0, 0, 0]


def test_refuses_a_genre_that_the_model_does_not_know(
    trained_model: Path, labelled_files: LabelledFiles, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(labelled_files.labels.read_text().replace("jazz", "polka"))

    data = read_labelled_tracks(labelled_files.features, labels)

    with pytest.raises(TrainingDataError, match="polka"):
        evaluate_model(load_model(trained_model), data)
