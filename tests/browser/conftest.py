"""A real service in a separate process, and Debian's Chromium to watch the pages.

A page fails its test if it asks another host, breaks its content security policy or writes an error
to the console, unless the test said that it would.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ml.sampling.generator import write_sample_csv

playwright_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START_TIMEOUT_S = 90
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 375, "height": 740}
DESKTOP = {"width": 1280, "height": 860}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests if there is no browser."""
    if CHROMIUM is None:
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="chromium is not installed"))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `genre serve` on an empty data folder; the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("service")
    folder.chmod(0o711)  # started by root, Postgres runs as another user
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GENRE_")}
    environment |= {"GENRE_DATA_DIR": str(folder / "data"), "GENRE_CHUNK_BYTES": "1048576"}
    command = [
        sys.executable,
        "-c",
        "from app.cli import main; main()",
        "serve",
        "--port",
        f"{port}",
    ]
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(process, address, folder / "log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"not ready after {START_TIMEOUT_S} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def fields(service: str) -> set[str]:
    """The fields of the schema, as `Type.field`; optional ones are tested if they exist."""
    query = "{ __schema { types { name fields { name } } } }"
    body = httpx.post(f"{service}/graphql", json={"query": query}, headers=CREDENTIALS).json()
    return {
        f"{kind['name']}.{field['name']}"
        for kind in body["data"]["__schema"]["types"]
        for field in kind["fields"] or ()
    }


CREDENTIALS = {"client-id": "test", "client-secret": "test"}


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright_api.Browser"]:
    """Start Chromium with a new profile.

    Not for the session: while Playwright runs, the thread has a running event loop, and no
    asynchronous test of another folder could run.
    """
    with playwright_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


class Watch:
    """The problems found in the pages of a test."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.problems: list[str] = []
        self.expected: list[str] = []

    def expect(self, part: str) -> None:
        """Ignore messages that contain `part`: Chromium reports a refused request as an error."""
        self.expected.append(part)

    def follow(self, context: "playwright_api.BrowserContext") -> None:
        """Watch every page of a context; policy violations appear as console errors."""
        context.on("request", lambda request: self.check_host(request.url))
        context.on("console", self.check_message)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))

    def check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.problems.append(f"foreign request: {url}")

    def check_message(self, message: "playwright_api.ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(part in problem for part in self.expected)
        ]


@pytest.fixture
def watch(service: str) -> Iterator[Watch]:
    """Collect problems, and fail the test if there are any."""
    found = Watch(service)
    yield found
    assert found.unexpected() == []


OpenContext = Callable[..., "playwright_api.BrowserContext"]


@pytest.fixture
def open_context(
    browser: "playwright_api.Browser", service: str, watch: Watch
) -> Iterator[OpenContext]:
    """Return a function that opens a fresh, watched profile."""
    opened: list[playwright_api.BrowserContext] = []

    def open_one(**options: object) -> "playwright_api.BrowserContext":
        context = browser.new_context(base_url=service, **{"viewport": DESKTOP, **options})
        context.set_default_timeout(20_000)
        watch.follow(context)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: OpenContext) -> "playwright_api.Page":
    """Open an empty page of a fresh profile."""
    return open_context().new_page()


@pytest.fixture(scope="session")
def tracks_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 made-up tracks."""
    path = tmp_path_factory.mktemp("files") / "tracks.csv"
    write_sample_csv(path, rows=300, seed=3)
    return path


@pytest.fixture(scope="session")
def long_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long file; `BROWSER_TEST_ROWS=100000` makes it as long as promised."""
    path = tmp_path_factory.mktemp("files") / "long.csv"
    write_sample_csv(path, rows=int(os.environ.get("BROWSER_TEST_ROWS", "20000")), seed=5)
    return path


@pytest.fixture(scope="session")
def catalogue(service: str, tracks_csv: Path) -> str:
    """Classify `tracks_csv`; return the address of the service."""
    import json

    operations = {
        "query": "mutation ($f: Upload!) { classifyBatch(csvFile: $f) { status } }",
        "variables": {"f": None},
    }
    response = httpx.post(
        f"{service}/graphql",
        data={"operations": json.dumps(operations), "map": '{"0": ["variables.f"]}'},
        files={"0": (tracks_csv.name, tracks_csv.read_bytes(), "text/csv")},
        headers=CREDENTIALS,
        timeout=60,
    )
    assert response.json()["data"]["classifyBatch"]["status"] == "DONE"
    return service
