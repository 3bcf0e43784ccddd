"""List the versions of the model, and compare two of them."""

import pytest
from support.model_folders import break_model
from support.model_site import USE, Running

from app.models.source import registry_of
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest

pytestmark = pytest.mark.asyncio

MODELS = "{ models { version origin isUsed problem createdAt answers parentVersion } }"
CHANGES = """query ($version: ID!, $to: ID) {
  modelChanges(version: $version, comparedTo: $to) {
    version comparedTo sampledTracks changedTracks
    changes { before after confidence track { trackId predictedGenre } }
  }
}"""
SHIPPED = Manifest.read(SHIPPED_MODEL_DIR)


async def test_lists_every_version_and_marks_the_one_in_use(running: Running) -> None:
    await running.operator.data(USE, version=running.other.version)

    models = (await running.client.data(MODELS))["models"]

    found = {model["version"]: model for model in models}
    assert list(found)[:2] == [SHIPPED.version, running.other.version]
    assert found[SHIPPED.version]["origin"] == "SHIPPED"
    assert found[running.other.version]["origin"] == "TRAINED"
    assert [model["version"] for model in models if model["isUsed"]] == [running.other.version]
    assert found[SHIPPED.version]["createdAt"] == SHIPPED.trained_at.isoformat()
    assert found[SHIPPED.version]["answers"] is None


async def test_broken_version_is_listed_without_its_path(running: Running) -> None:
    folder = registry_of(running.settings).find(running.other.version)
    break_model(folder)

    models = (await running.client.data("{ models { version problem model { version } } }"))[
        "models"
    ]

    (broken,) = [model for model in models if model["problem"]]
    assert broken["version"] == running.other.version
    assert broken["model"] is None
    assert str(folder) not in broken["problem"]


async def test_compares_a_version_with_the_one_in_use(running: Running, sample: bytes) -> None:
    await running.client.classify(sample)

    found = (await running.client.data(CHANGES, version=running.other.version))["modelChanges"]

    assert (found["version"], found["comparedTo"]) == (running.other.version, SHIPPED.version)
    assert found["sampledTracks"] >= 60
    assert found["changedTracks"] == found["sampledTracks"], "every genre has another name"
    assert len(found["changes"]) == 20
    for change in found["changes"]:
        assert change["after"].startswith(change["before"])
        assert change["after"] != change["before"]
    confidences = [change["confidence"] for change in found["changes"]]
    assert confidences == sorted(confidences, reverse=True)


async def test_a_version_does_not_differ_from_itself(running: Running, sample: bytes) -> None:
    await running.client.classify(sample)

    found = await running.client.data(CHANGES, version="shipped", to=SHIPPED.version)

    assert found["modelChanges"]["changedTracks"] == 0
    assert found["modelChanges"]["changes"] == []


@pytest.mark.parametrize("version", ["nothing", "../current", ""])
async def test_unknown_version_is_not_found(running: Running, version: str) -> None:
    error = await running.client.error(CHANGES, version=version)

    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_version_that_cannot_be_loaded_is_unusable(running: Running) -> None:
    break_model(registry_of(running.settings).find(running.other.version))

    error = await running.client.error(CHANGES, version=running.other.version)

    assert error["extensions"]["code"] == "MODEL_UNUSABLE"


async def test_a_request_compares_at_most_twice(running: Running) -> None:
    fields = " ".join(
        f'c{number}: modelChanges(version: "shipped") {{ changedTracks }}' for number in range(3)
    )

    error = await running.client.error(f"{{ {fields} }}")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
