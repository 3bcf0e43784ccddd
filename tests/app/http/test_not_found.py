"""What addresses that do not exist answer, to browsers and to programs."""

import re

import httpx
import pytest

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("path", "up"),
    [
        pytest.param("/nothing", "./", id="beside the pages"),
        pytest.param("/batches/1", ".././", id="one folder down"),
        pytest.param("/a%2Fb/c/", "../.././", id="an encoded slash makes no folder"),
    ],
)
async def test_browser_gets_the_workbench_with_404(
    server: httpx.AsyncClient, path: str, up: str
) -> None:
    answer = await server.get(path, headers=BROWSER)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sources
    for source in sources:
        assert source.startswith(f"{up}assets/")
        found = await server.get(httpx.URL(f"http://test{path}").join(source).path)
        assert found.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        pytest.param("GET", "/nothing", {}, id="a program"),
        pytest.param("GET", "/nothing", {"accept": "application/json"}, id="json"),
        pytest.param("POST", "/nothing", BROWSER, id="a form"),
        pytest.param("GET", "/a" * 40, BROWSER, id="very deep"),
    ],
)
async def test_others_get_two_words(
    server: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await server.request(method, path, headers=headers)

    assert (answer.status_code, answer.text) == (404, "Not Found")
