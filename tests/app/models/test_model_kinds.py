"""Serve a kind of model that `ml` does not know, from its folder to every response."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.booster_kind import BOOSTER, numbers_of, read_booster, train_booster
from support.csv_files import write_csv
from support.model_site import USE, Running
from support.reclassifying import reclassified
from support.track_inputs import track_input

from app.models.source import registry_of
from ml.columns import NUMBER_COLUMNS
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.kinds import register_kind
from ml.store.manifest import Manifest

pytestmark = pytest.mark.asyncio

TRACK = """query ($id: ID!) {
  track(trackId: $id) {
    predictedGenre modelVersion confidence uncertain probabilities { genre probability }
    explanation(first: 200) { feature value contribution }
  }
}"""
MODEL = """{ model {
  version genres trainingRows accuracy uncertainBelow requiredColumns
  topFeatures(first: 200) { feature importance } genreScores { genre } calibration { share }
} }"""
CLASSIFY = """mutation ($tracks: [TrackInput!]!) {
  classifyTracks(tracks: $tracks) {
    genre confidence explanation(first: 3) { feature contribution }
  }
}"""


@pytest.fixture(scope="session")
def booster_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    register_kind(BOOSTER)
    folder = tmp_path_factory.mktemp("booster") / "model"
    train_booster(folder)
    return folder


@pytest.fixture
def booster(running: Running, booster_folder: Path) -> Manifest:
    """A booster that an operator can choose."""
    manifest, _ = registry_of(running.settings).add(booster_folder)
    return manifest


async def test_a_file_is_classified_by_a_kind_from_outside(
    running: Running,
    booster: Manifest,
    booster_folder: Path,
    sample: bytes,
    sample_rows: list[dict[str, str]],
) -> None:
    expected = np.asarray(read_booster(booster_folder).predict(numbers_of(sample_rows)))
    await running.operator.data(USE, version=booster.version)

    batch = await running.client.classify(sample)

    assert (batch["status"], batch["rowsStored"]) == ("DONE", len(sample_rows))
    assert batch["modelVersion"] == booster.version
    for row, probabilities in zip(sample_rows[:5], expected[:5], strict=True):
        track = (await running.client.data(TRACK, id=row["trackID"]))["track"]
        found = {pair["genre"]: pair["probability"] for pair in track["probabilities"]}
        assert [found[genre] for genre in booster.genres] == pytest.approx(probabilities, abs=1e-6)
        assert track["predictedGenre"] == booster.genres[probabilities.argmax()]
        assert track["uncertain"] == (probabilities.max() < booster.uncertain_below)


async def test_the_reasons_are_those_of_the_kind(
    running: Running,
    booster: Manifest,
    booster_folder: Path,
    sample: bytes,
    sample_rows: list[dict[str, str]],
) -> None:
    await running.operator.data(USE, version=booster.version)
    await running.client.classify(sample)
    await running.operator.data(USE, version="shipped")

    row = sample_rows[0]
    stored = (await running.client.data(TRACK, id=row["trackID"]))["track"]
    await running.operator.data(USE, version=booster.version)
    sent = await running.client.data(CLASSIFY, tracks=[track_input(row)])

    assert stored["modelVersion"] == booster.version
    reasons = stored["explanation"]
    shap = read_booster(booster_folder).predict(numbers_of([row]), pred_contrib=True)
    scores = np.asarray(shap).reshape(len(booster.genres), -1)
    expected = (scores - scores.mean(axis=0))[booster.genres.index(stored["predictedGenre"])]
    found = {reason["feature"]: reason["contribution"] for reason in reasons}
    assert [found[name] for name in NUMBER_COLUMNS] == pytest.approx(expected[:-1])
    (prediction,) = sent["classifyTracks"]
    assert prediction["genre"] == stored["predictedGenre"]
    assert prediction["explanation"] == [
        {name: reason[name] for name in ("feature", "contribution")} for reason in reasons[:3]
    ]


async def test_the_model_query_describes_any_kind(running: Running, booster: Manifest) -> None:
    shipped = (await running.client.data(MODEL))["model"]
    await running.operator.data(USE, version=booster.version)

    model: dict[str, Any] = (await running.client.data(MODEL))["model"]

    assert model["version"] == booster.version
    assert model["genres"] == list(booster.genres)
    assert model["trainingRows"] == booster.training_rows
    assert model["accuracy"] == pytest.approx(booster.metrics.accuracy)
    assert model["uncertainBelow"] == booster.uncertain_below
    assert {top["feature"] for top in model["topFeatures"]} == set(NUMBER_COLUMNS)
    assert model["requiredColumns"] == shipped["requiredColumns"], "any kind reads any file"


async def test_a_changed_file_of_any_kind_is_refused(running: Running, booster: Manifest) -> None:
    folder = registry_of(running.settings).find(booster.version)
    with (folder / "booster.txt").open("ab") as file:
        file.write(b"\n")

    error = await running.operator.error(USE, version=booster.version)

    assert error["extensions"]["code"] == "MODEL_UNUSABLE"
    assert "booster.txt: expected sha256" in error["message"]


async def test_an_unknown_kind_is_refused_and_named(running: Running) -> None:
    folder = registry_of(running.settings).folder / "unknown"
    shutil.copytree(SHIPPED_MODEL_DIR, folder)
    manifest = Manifest.read(folder).model_copy(update={"kind": "onnx", "version": "unknown"})
    manifest.write(folder)

    error = await running.operator.error(USE, version="unknown")

    assert error["extensions"]["code"] == "MODEL_UNUSABLE"
    assert "kind 'onnx'" in error["message"]


async def test_a_kind_that_needs_whole_tracks_says_so(
    running: Running, booster: Manifest, sample: bytes
) -> None:
    await running.operator.data(USE, version=booster.version)
    upload = """mutation ($csvFile: Upload!) {
      classifyBatch(csvFile: $csvFile, allowMissing: true) { id }
    }"""

    (error,) = (await running.client.upload(sample, query=upload))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith(
        f"Model {booster.version} needs the words and all numbers of a track."
    )


async def test_reclassifying_by_such_a_kind_rejects_partial_tracks(
    running: Running, booster: Manifest, sample_rows: list[dict[str, str]]
) -> None:
    upload = """mutation ($csvFile: Upload!) {
      classifyBatch(csvFile: $csvFile, allowMissing: true) { id status rowsStored }
    }"""
    first = {**sample_rows[0], **dict.fromkeys(NUMBER_COLUMNS, "")}
    await running.client.upload(write_csv([first, *sample_rows[1:]]), query=upload)
    await running.operator.data(USE, version=booster.version)

    batch = await reclassified(running.operator)

    assert (batch["status"], batch["rowsRejected"], batch["rowsStored"]) == ("DONE", 1, 59)
