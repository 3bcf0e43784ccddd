"""examples/page.html in a browser, shown under the service's own origin: no CORS is needed."""

from pathlib import Path

import pytest
from support.repository import ROOT

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

PAGE = ROOT / "examples" / "page.html"


@pytest.fixture
def example(page: Page, service: str) -> Page:
    """The page with the service's address filled in."""
    page.route("**/page.html", lambda route: route.fulfill(path=PAGE))
    page.goto(f"{service}/page.html")
    page.get_by_label("Service").fill(service)
    return page


def test_uploads_a_file_and_lists_genres_and_titles(example: Page, tracks_csv: Path) -> None:
    example.get_by_label("CSV file").set_input_files(tracks_csv)
    example.get_by_role("button", name="Classify").click()

    expect(example.get_by_role("status")).to_have_text("DONE: 300 stored, 0 rejected")
    example.locator("#genres button").first.click()
    expect(example.locator("#titles li").first).to_be_visible()
    assert example.get_by_role("alert").inner_text() == ""


def test_shows_the_code_of_an_error(example: Page, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    example.get_by_label("CSV file").set_input_files(path)
    example.get_by_role("button", name="Classify").click()

    expect(example.get_by_role("alert")).to_contain_text("EMPTY_CSV")
