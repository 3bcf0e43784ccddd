"""How the built pages are sent: types, caching, compression and content negotiation."""

import gzip
import re

import httpx
import pytest
from support.repository import ROOT

ASSETS = ROOT / "app" / "static" / "assets"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MAX_FIRST_LOAD_BYTES = 200_000
pytestmark = pytest.mark.asyncio


async def test_pages_are_revalidated_and_strict(server: httpx.AsyncClient) -> None:
    for address in ("/", "/graphql"):
        page = await server.get(address, headers=BROWSER)
        again = await server.get(
            address, headers={**BROWSER, "if-none-match": page.headers["etag"]}
        )

        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-cache"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "'unsafe-eval'" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param(None, id="nothing"),
        pytest.param("*/*", id="anything, as curl"),
        pytest.param("application/json", id="json"),
        pytest.param("text/html, application/json", id="json and html"),
        pytest.param("text/event-stream, text/html", id="events and html"),
    ],
)
async def test_api_still_wants_credentials(server: httpx.AsyncClient, accept: str | None) -> None:
    headers = {} if accept is None else {"accept": accept}
    query = {"query": "{ __typename }"}

    assert (await server.get("/graphql", params=query, headers=headers)).status_code == 401
    assert (await server.post("/graphql", json=query, headers=headers)).status_code == 401


async def test_browser_never_gets_an_answer_of_the_api(server: httpx.AsyncClient) -> None:
    query = {"query": "{ __typename }"}

    got = await server.get("/graphql", params=query, headers=BROWSER)
    posted = await server.post("/graphql", json=query, headers=BROWSER)

    assert "__typename" not in got.text
    assert posted.status_code == 401


async def test_files_are_immutable_and_compressed(server: httpx.AsyncClient) -> None:
    for path in sorted(ASSETS.iterdir()):
        name = path.name.removesuffix(".gz")

        packed = await server.get(f"/assets/{name}", headers={"accept-encoding": "gzip"})
        plain = await server.get(f"/assets/{name}", headers={"accept-encoding": "identity"})

        assert re.search(r"-[\w-]{8}\.\w+$", name), "no hash in the name"
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert packed.headers["vary"].startswith("Accept-Encoding")
        assert packed.headers["content-type"].split(";")[0] in (
            "text/javascript",
            "text/css",
            "image/svg+xml",
            "font/ttf",
            "font/woff2",
        )
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content, "httpx unpacks"
        if path.suffix == ".gz":
            assert packed.headers["content-encoding"] == "gzip"
            assert plain.content == gzip.decompress(path.read_bytes())


@pytest.mark.parametrize("name", ["nothing.js", "..%2findex.html", "index.html", "%00"])
async def test_other_names_are_not_found(server: httpx.AsyncClient, name: str) -> None:
    assert (await server.get(f"/assets/{name}")).status_code == 404


async def test_first_load_is_small(server: httpx.AsyncClient) -> None:
    page = (await server.get("/", headers=BROWSER)).text
    names = re.findall(r'(?:src|href)="\./assets/([^"]+)"', page)
    font = next(path for path in ASSETS.iterdir() if path.name.startswith("inter-latin-wght"))

    sizes = [
        (ASSETS / f"{name}.gz" if (ASSETS / f"{name}.gz").is_file() else ASSETS / name)
        .stat()
        .st_size
        for name in names
    ]

    assert names
    assert sum(sizes) + font.stat().st_size + len(page) < MAX_FIRST_LOAD_BYTES


async def test_no_file_names_another_host(server: httpx.AsyncClient) -> None:
    page = (await server.get("/", headers=BROWSER)).text
    graphiql = (await server.get("/graphql", headers=BROWSER)).text

    assert "http://" not in page + graphiql
    assert "https://" not in page + graphiql


@pytest.mark.parametrize(
    ("rows", "lines"),
    [pytest.param("", 401, id="default"), pytest.param("?rows=3", 4, id="few")],
)
async def test_sample_has_as_many_rows_as_asked(
    server: httpx.AsyncClient, rows: str, lines: int
) -> None:
    response = await server.get(f"/sample.csv{rows}")

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(response.text.splitlines()) == lines


@pytest.mark.parametrize("rows", ["0", "1001", "-1", "x", "1e3", "99999999999"])
async def test_sample_refuses_other_numbers(server: httpx.AsyncClient, rows: str) -> None:
    assert (await server.get("/sample.csv", params={"rows": rows})).status_code == 400
