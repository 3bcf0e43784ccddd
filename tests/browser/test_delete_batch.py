"""The question before a batch is deleted says what becomes of its tracks and corrections."""

import json
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect
from support.csv_files import write_csv
from support.factories import row
from support.workbench import drop, sign_in

FIRST_ID = 700_001
HEADERS = {"client-id": "test", "client-secret": "test"}
CORRECT = f'mutation {{ correctGenre(trackId: {FIRST_ID + 2}, genre: "folk") {{ genre }} }}'


def write_tracks(path: Path, first: int, count: int) -> Path:
    rows = [row(trackID=str(first + number), title=f"Song {number}") for number in range(count)]
    path.write_bytes(write_csv(rows))
    return path


def classify(page: Page, path: Path) -> None:
    page.goto("/#/")
    drop(page, path)
    expect(page.get_by_role("article", name=path.name)).to_contain_text("done")


def test_both_counts_are_named_before_anyone_confirms(
    page: Page, service: str, tmp_path: Path
) -> None:
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    classify(page, write_tracks(tmp_path / "earlier.csv", FIRST_ID, 3))
    classify(page, write_tracks(tmp_path / "later.csv", FIRST_ID + 1, 5))
    correct = json.dumps({"query": CORRECT})
    headers = {**HEADERS, "content-type": "application/json"}
    assert "errors" not in httpx.post(f"{service}/graphql", content=correct, headers=headers).json()
    page.evaluate("location.hash = '#/batches'")
    page.get_by_role("link", name="later.csv").click()

    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("group", name="Delete")

    expect(question).to_contain_text(
        "Delete this batch? 3 tracks will be deleted and 2 tracks will go back to an earlier "
        "batch. 1 correction will be kept."
    )
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Batches")).to_be_visible()
    expect(page.get_by_role("link", name="later.csv")).to_have_count(0)
    page.get_by_role("link", name="earlier.csv").click()
    page.get_by_role("button", name="Delete").click()
    expect(question).to_contain_text(
        "3 tracks will be deleted and 0 tracks will go back to an earlier batch. 1 correction"
    )
