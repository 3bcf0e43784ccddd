"""The table of tracks, in the catalogue and of a batch: sort, narrow, select, correct."""

import csv
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.csv_files import write_csv

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings
from support.workbench import drop, go_to, sign_in, tracks_table

CREDENTIALS = {"client-id": "test", "client-secret": "test"}
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 740}


def open_catalogue(page: Page, query: str = "") -> None:
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.evaluate("(place) => { location.hash = place }", f"#/catalogue{query}")
    expect(row(page, 0)).to_be_visible()


def row(page: Page, index: int) -> Any:
    return page.locator(f"[data-index='{index}']")


def titles(page: Page, count: int = 5) -> list[str]:
    return [row(page, index).locator(".title").inner_text() for index in range(count)]


def cells(page: Page, column: str, count: int = 8) -> list[str]:
    return [row(page, index).locator(f".{column}").inner_text() for index in range(count)]


def answers_of(service: str, *track_ids: str) -> list[str | None]:
    query = "query ($id: ID!) { track(trackId: $id) { correctedGenre } }"
    found = []
    for track_id in track_ids:
        body = {"query": query, "variables": {"id": track_id}}
        answer = httpx.post(f"{service}/graphql", json=body, headers=CREDENTIALS).json()
        found.append(answer["data"]["track"]["correctedGenre"])
    return found


def ids_of(page: Page, *indexes: int) -> list[str]:
    links = [row(page, index).locator(".title a").get_attribute("href") for index in indexes]
    return [str(link).rsplit("/", 1)[1] for link in links]


def test_sorts_by_each_column_in_both_directions(page: Page, catalogue: str) -> None:
    open_catalogue(page)
    table = tracks_table(page)

    for column, key in (("Title", str), ("Genre", str), ("Confidence", to_percent)):
        header = table.get_by_role("columnheader", name=column)
        for direction in ("ascending", "descending"):
            if header.get_attribute("aria-sort") != direction:
                header.get_by_role("button").click()
            expect(header).to_have_attribute("aria-sort", direction)
            expect(row(page, 7)).to_be_visible()
            found = cells(page, column.lower())
            assert found == sorted(found, key=key, reverse=direction == "descending")
    expect(page).to_have_url(re.compile("sort=-confidence"))


def to_percent(cell: str) -> int:
    return int(re.search(r"(\d+)%", cell)[1])  # type: ignore[index]


def test_the_address_holds_the_whole_state(page: Page, catalogue: str) -> None:
    open_catalogue(page, "/folk?uncertain=true&corrected=false&from=10&to=90&sort=-confidence")

    expect(page.get_by_role("heading", name="folk")).to_be_visible()
    genres = page.get_by_role("list", name="Tracks by genre")
    expect(genres.locator("[aria-current]")).to_contain_text("folk")
    for name in ("uncertain", "not answered"):
        choice = page.get_by_role("link", name=re.compile(rf"^{name}"))
        expect(choice).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("From percent")).to_have_value("10")
    expect(page.get_by_label("to percent")).to_have_value("90")
    assert all(cell == "folk" for cell in cells(page, "genre", 2))
    assert all("uncertain" in cell for cell in cells(page, "confidence", 2))


def test_facets_count_what_they_lead_to(page: Page, catalogue: str) -> None:
    open_catalogue(page)
    facet = page.get_by_role("link", name=re.compile(r"^uncertain \d"))
    count = re.search(r"[\d,]+", facet.inner_text())[0]  # type: ignore[index]

    facet.click()

    expect(page.locator(".card-head .hint")).to_have_text(f"{count} tracks")
    expect(tracks_table(page)).to_have_attribute(
        "aria-rowcount", str(int(count.replace(",", "")) + 1)
    )
    page.go_back()
    expect(page.get_by_role("heading", name="All tracks")).to_be_visible()


def test_a_range_is_corrected_together_and_undone(page: Page, catalogue: str) -> None:
    open_catalogue(page, "?corrected=false&sort=-title")
    ids = ids_of(page, 1, 2, 3)
    row(page, 1).get_by_role("checkbox").click()
    row(page, 3).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    for index in (1, 2, 3):
        expect(row(page, index).get_by_role("checkbox")).to_be_checked()

    page.get_by_label("Genre for the selected tracks").select_option("punk")
    page.get_by_role("button", name="Correct", exact=True).click()

    expect(page.get_by_text("3 tracks: punk.")).to_be_visible()
    expect(row(page, 2)).to_contain_text(re.compile("punk.*(corrected|confirmed)"))
    expect(row(page, 2)).not_to_contain_text("%")  # the model's confidence is not the person's
    assert answers_of(catalogue, *ids) == ["punk"] * 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert answers_of(catalogue, *ids) == [None] * 3
    expect(row(page, 2)).to_contain_text("%")


def test_undo_gives_earlier_answers_back(page: Page, catalogue: str) -> None:
    correct = 'mutation { correctGenre(trackId: 5, genre: "metal") { genre } }'
    httpx.post(f"{catalogue}/graphql", json={"query": correct}, headers=CREDENTIALS)
    open_catalogue(page, "?corrected=true")
    row(page, 0).get_by_role("checkbox").click()
    page.get_by_label("Genre for the selected tracks").select_option("folk")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_text("1 track: folk.")).to_be_visible()
    assert answers_of(catalogue, "5") == ["folk"]

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Undone.")).to_be_visible()
    assert answers_of(catalogue, "5") == ["metal"]


def test_the_keyboard_moves_selects_and_confirms(page: Page, catalogue: str) -> None:
    open_catalogue(page, "?corrected=false")
    first = row(page, 0).get_by_role("checkbox")
    first.focus()

    page.keyboard.press("Space")
    expect(first).to_be_checked()
    page.keyboard.press("Shift+ArrowDown")
    expect(row(page, 1).get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("End")
    expect(row(page, 199).get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_text("3 selected")).to_have_count(0)
    page.keyboard.press("Control+a")
    expect(page.get_by_text(re.compile(r"^\d{3} selected$"))).to_be_visible()


def wait_until_deleted(service: str, track_id: str) -> None:
    """The batch is hidden first, then its tracks are deleted."""
    query = f'{{ track(trackId: "{track_id}") {{ trackId }} }}'
    for _ in range(200):
        answer = httpx.post(f"{service}/graphql", json={"query": query}, headers=CREDENTIALS)
        if answer.json()["data"]["track"] is None:
            return
    pytest.fail(f"track {track_id} is still stored")


def test_names_the_tracks_that_are_not_stored_any_more(
    page: Page, service: str, watch: Any, tmp_path: Path, tracks_csv: Path
) -> None:
    with tracks_csv.open(newline="", encoding="utf-8") as file:
        rows = [{**one, "trackID": f"9000000{one['trackID']}"} for one in csv.DictReader(file)][:3]
    path = tmp_path / "soon-deleted.csv"
    path.write_bytes(write_csv(rows))
    sign_in(page)
    drop(page, path)
    expect(page.get_by_role("article", name=path.name)).to_contain_text("done")
    go_to(page, "Batches")
    page.get_by_role("link", name=path.name).click()
    row(page, 0).get_by_role("checkbox").click()
    delete = f'mutation {{ deleteBatch(id: "{page.url.rsplit("/", 1)[1]}") {{ id }} }}'
    answer = httpx.post(f"{service}/graphql", json={"query": delete}, headers=CREDENTIALS)
    assert "errors" not in answer.json()
    wait_until_deleted(service, ids_of(page, 0)[0])

    page.get_by_role("button", name="Confirm").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(ids_of(page, 0)[0])
    alert.get_by_role("button", name="Deselect 1 track").click()
    expect(alert).to_have_count(0)


def test_a_batch_shows_its_tracks(
    page: Page, service: str, tmp_path: Path, tracks_csv: Path
) -> None:
    # Tracks of its own: those of the other files go from batch to batch as they are sent again.
    with tracks_csv.open(newline="", encoding="utf-8") as file:
        rows = [{**one, "trackID": f"8000000{one['trackID']}"} for one in csv.DictReader(file)][:60]
    path = tmp_path / "shown.csv"
    path.write_bytes(write_csv(rows))
    sign_in(page)
    drop(page, path)
    expect(page.get_by_role("article", name=path.name)).to_contain_text("done")
    go_to(page, "Batches")
    page.get_by_role("region", name="Batches").get_by_role("link", name=path.name).click()
    expect(row(page, 0)).to_be_visible()
    tracks_table(page).get_by_role("button", name="Confidence").click()

    page.get_by_label("Only uncertain").check()
    expect(row(page, 0)).to_contain_text(re.compile("uncertain|corrected|confirmed"))
    page.get_by_role("link", name="in the catalogue").click()

    expect(page).to_have_url(re.compile(r"catalogue\?batch=[-\w]+&uncertain=true&sort=confidence"))
    expect(page.get_by_role("link", name="All batches")).to_be_visible()
    (batch_id,) = re.findall(r"batch=([-\w]+)", page.url)
    delete = f'mutation {{ deleteBatch(id: "{batch_id}") {{ id }} }}'  # others count all tracks
    answer = httpx.post(f"{service}/graphql", json={"query": delete}, headers=CREDENTIALS)
    assert "errors" not in answer.json()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_selection_is_accessible_and_fits(
    open_context: Any, catalogue: str, scheme: str, viewport: dict[str, int]
) -> None:
    page = open_context(color_scheme=scheme, viewport=viewport, reduced_motion="reduce").new_page()
    open_catalogue(page)
    row(page, 0).get_by_role("checkbox").click()
    expect(page.get_by_text("1 selected")).to_be_visible()

    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
