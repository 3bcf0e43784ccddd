"""What clients see while something they need is missing: when to come back, with a status."""

import json
import resource

import httpx
import pytest
from support.fault_site import Site
from support.graphql_client import QUEUE, GraphQLClient

pytestmark = pytest.mark.asyncio
MIB = 2**20


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 200), ("application/graphql-response+json", 503)]
)
async def test_says_when_to_try_again(site: Site, accept: str, status: int) -> None:
    await site.api.data("{ genres { name } }")
    site.kill_postgres()
    response = await site.http.post(
        "/graphql",
        json={"query": "{ batches(first: 1) { nodes { id } } }"},
        headers={**site.api.headers, "accept": accept},
    )

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert response.headers["retry-after"] == "2"


async def test_an_upload_that_cannot_be_kept_is_unavailable(
    api: GraphQLClient, server: httpx.AsyncClient
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB, hard))  # as if the disk were full
    try:
        response = await server.post(
            "/graphql",
            data={
                "operations": json.dumps({"query": QUEUE, "variables": {"csvFile": None}}),
                "map": json.dumps({"0": ["variables.csvFile"]}),
            },
            files={"0": ("tracks.csv", b"x" * 4 * MIB, "text/csv")},
            headers=api.headers,
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    (error,) = response.json()["errors"]
    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert error["message"] == "The service cannot keep the upload: file too large."
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
