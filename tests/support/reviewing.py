"""What the tests of the review do and look at, in the browser and through the API."""

import json
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect
from support.workbench import sign_in

CREDENTIALS = {"client-id": "test", "client-secret": "test"}


def classify(address: str, path: Path) -> None:
    query = "mutation ($f: Upload!) { classifyBatch(csvFile: $f) { status } }"
    response = httpx.post(
        f"{address}/graphql",
        data={
            "operations": json.dumps({"query": query, "variables": {"f": None}}),
            "map": '{"0": ["variables.f"]}',
        },
        files={"0": (path.name, path.read_bytes(), "text/csv")},
        headers=CREDENTIALS,
        timeout=60,
    )
    assert response.json()["data"]["classifyBatch"]["status"] == "DONE"


def ask(address: str, query: str) -> Any:
    response = httpx.post(
        f"{address}/graphql", json={"query": query}, headers=CREDENTIALS, timeout=60
    )
    return response.json()["data"]


def corrected_genre(address: str, track_id: str) -> str | None:
    track = ask(address, f'{{ track(trackId: "{track_id}") {{ correctedGenre }} }}')["track"]
    genre: str | None = track["correctedGenre"]
    return genre


def count_answers(address: str) -> int:
    answers: int = ask(address, "{ learning { answers } }")["learning"]["answers"]
    return answers


def expect_saved(page: Page, address: str, track_id: str, genre: str | None) -> None:
    """Wait until the service has the answer."""
    for _ in range(60):
        if corrected_genre(address, track_id) == genre:
            return
        page.wait_for_timeout(100)
    assert corrected_genre(address, track_id) == genre


def open_review(page: Page, client: str = "test") -> None:
    sign_in(page, client, client_id=client)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Review").click()
    expect(choices(page)).to_have_count(3)


def choices(page: Page) -> Any:
    return page.get_by_role("group", name="Which genre is it?").locator("button")


def track_id_of(page: Page) -> str:
    link = page.locator(".question h2 a").get_attribute("href")
    assert link
    return link.rpartition("/")[2]


def answer(page: Page, key: str = "1") -> str:
    """Press a key and wait for the next question; return the id of the track it was pressed for."""
    track_id = track_id_of(page)
    page.keyboard.press(key)
    expect(page.locator(f'.question h2 a[href="#/tracks/{track_id}"]')).to_have_count(0)
    expect(choices(page)).to_have_count(3)
    return track_id
