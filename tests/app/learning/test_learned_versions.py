"""Learned models among the versions of the model."""

import pytest
from support.graphql_client import GraphQLClient

from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest

pytestmark = pytest.mark.asyncio

MODELS = "{ models { version origin answers parentVersion createdAt } }"
CHANGES = """query ($version: ID!) {
  modelChanges(version: $version) { sampledTracks changedTracks }
}"""
SHIPPED = Manifest.read(SHIPPED_MODEL_DIR)


async def test_learned_version_names_its_parent_and_its_answers(
    learning_api: GraphQLClient, sample: bytes
) -> None:
    await learning_api.classify(sample)
    await learning_api.data('mutation { correctGenre(trackId: "2", genre: "metal") { trackId } }')
    learned = await learning_api.data("mutation { learnFromCorrections { version } }")
    version = learned["learnFromCorrections"]["version"]

    models = (await learning_api.data(MODELS))["models"]
    changes = (await learning_api.data(CHANGES, version=version))["modelChanges"]

    (found,) = [model for model in models if model["origin"] == "LEARNED"]
    assert found["version"] == version
    assert (found["parentVersion"], found["answers"]) == (SHIPPED.version, 1)
    assert changes["sampledTracks"] == 59
