"""What browsers are told about every response: pages, data, downloads and errors."""

import httpx
import pytest
from support.downloads import follow
from support.graphql_client import GraphQLClient
from support.repository import ROOT

pytestmark = pytest.mark.asyncio

ASSETS = ROOT / "app" / "static" / "assets"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def check(response: httpx.Response, status: int) -> str:
    """Check what all responses have in common; return the content security policy."""
    assert response.status_code == status
    for name, value in EVERYWHERE.items():
        assert response.headers.get_list(name) == [value], name
    assert "camera=()" in response.headers["permissions-policy"]
    (policy,) = response.headers.get_list("content-security-policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    return policy


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/", 200, id="workbench"),
        pytest.param("/graphql", 200, id="graphiql"),
        pytest.param("/batches/none", 404, id="unknown-view"),
    ],
)
async def test_pages_run_only_their_own_scripts(
    server: httpx.AsyncClient, path: str, status: int
) -> None:
    policy = check(await server.get(path, headers=BROWSER), status)

    assert "script-src 'self';" in policy
    assert "form-action 'none'" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/sample.csv", 200, id="sample"),
        pytest.param("/assets/none.js", 404, id="asset"),
        pytest.param("/healthz", 200, id="health"),
        pytest.param("/graphql", 401, id="no-credentials"),
        pytest.param("/export.csv", 401, id="export-without-credentials"),
        pytest.param("/exports/tracks", 403, id="forged-link"),
        pytest.param("/none", 404, id="unknown"),
    ],
)
async def test_everything_else_is_no_page(
    server: httpx.AsyncClient, path: str, status: int
) -> None:
    assert check(await server.get(path), status) == DATA_POLICY


async def test_workers_may_import_their_own_scripts(server: httpx.AsyncClient) -> None:
    worker = next(path for path in ASSETS.iterdir() if ".worker-" in path.name)

    policy = check(await server.get(f"/assets/{worker.name.removesuffix('.gz')}"), 200)

    assert "script-src 'self'" in policy
    assert "sandbox" not in policy


async def test_answers_and_downloads_are_no_pages(api: GraphQLClient) -> None:
    link = (await api.data("mutation { exportLink(format: CSV) { url } }"))["exportLink"]
    answer = await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=api.headers)
    stream = await api.http.get("/export.csv", headers=api.headers)

    assert check(answer, 200) == DATA_POLICY
    assert check(stream, 200) == DATA_POLICY
    assert check(await follow(api, link), 200) == DATA_POLICY


async def test_too_large_a_body_is_no_page(api: GraphQLClient) -> None:
    content = b" " * (2**20 + 1)

    response = await api.http.post("/graphql", content=content, headers=api.headers)

    assert check(response, 413) == DATA_POLICY
