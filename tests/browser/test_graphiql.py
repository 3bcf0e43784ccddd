"""GraphiQL at the API's address, for a browser."""

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

FIRST_TABS = [
    *("ClassifyFile", "Send", "Follow", "StopBatch", "Batches", "Genres", "Titles", "Track"),
    *("Model", "ReviewQueue", "Answer", "Learning", "Learn", "Reclassify"),
]


def open_graphiql(page: Page, client_secret: str = "test", place: str = "/graphql") -> None:
    page.goto(place)
    expect(page.locator(".graphiql-query-editor")).to_be_visible()
    page.get_by_label("client-id").fill("test")
    page.get_by_label("client-secret").fill(client_secret)
    page.get_by_role("button", name="Sign in").click()
    answer = page.get_by_text("Signed in as test").or_(page.get_by_text("Wrong client id"))
    expect(answer).to_be_visible()


def run(page: Page) -> None:
    """Run the operation once the editors exist: GraphiQL ignores earlier clicks."""
    expect(page.locator(".result-window[data-mode-id]")).to_be_visible()
    page.get_by_role("button", name=re.compile("Execute")).click()


def test_first_visit_has_tabs_that_are_ready_to_run(page: Page, catalogue: str) -> None:
    open_graphiql(page)

    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == FIRST_TABS
    page.get_by_role("tab", name="Genres", exact=True).click()
    run(page)

    expect(page.locator(".result-window")).to_contain_text("trackCount")


def test_tab_chosen_while_the_editors_load_is_shown(page: Page) -> None:
    page.goto("/graphql", wait_until="commit")

    page.get_by_role("tab", name="Titles").click()

    expect(page.locator(".graphiql-query-editor")).to_contain_text("titlesByGenre")
    expect(page.get_by_role("tab", name="Titles")).to_have_attribute("aria-selected", "true")


def test_wrong_secret_is_refused(page: Page, watch: Any) -> None:
    watch.expect("401")

    open_graphiql(page, "wrong")

    expect(page.get_by_text("Wrong client id or secret.")).to_be_visible()


def test_asks_for_credentials_before_it_sends(page: Page) -> None:
    page.goto("/graphql")
    page.get_by_role("tab", name="Genres", exact=True).click()
    run(page)

    expect(page.locator(".result-window")).to_contain_text("Enter client-id")


def test_uploads_a_file(page: Page, tracks_csv: Path) -> None:
    open_graphiql(page)
    expect(page.get_by_text("No file chosen")).to_be_visible()
    run(page)
    expect(page.locator(".result-window")).to_contain_text("Choose a file for $csvFile first.")

    page.get_by_label("File for $csvFile").set_input_files(tracks_csv)
    expect(page.get_by_text("tracks.csv")).to_be_visible()
    run(page)

    expect(page.locator(".result-window")).to_contain_text('"DONE"')


def test_upload_shows_percent_and_can_be_cancelled(page: Page, long_csv: Path) -> None:
    open_graphiql(page)
    session = page.context.new_cdp_session(page)
    slow = {
        "offline": False,
        "latency": 0,
        "downloadThroughput": -1,
        "uploadThroughput": 12_000_000,
    }
    session.send("Network.emulateNetworkConditions", slow)
    page.get_by_label("File for $csvFile").set_input_files(long_csv)
    run(page)
    expect(page.get_by_role("region", name="Files of this operation")).to_contain_text(
        re.compile(r"[1-9]\d?% of")
    )

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".result-window")).to_contain_text("The upload was cancelled.")


def test_finds_every_upload_variable(page: Page, service: str) -> None:
    query = (
        "mutation M($one: Upload!, $many: [Upload!]!, $n: Int) {"
        " classifyBatch(csvFile: $one) { id } }"
    )
    page.goto(f"{service}/graphql#query={query}")

    files = page.get_by_role("region", name="Files of this operation")
    expect(files).to_contain_text("$one: Upload!")
    expect(files).to_contain_text("$many: [Upload!]!")
    expect(files.locator("input[type=file]")).to_have_count(2)


def test_subscription_shows_each_event(page: Page, tracks_csv: Path, fields: set[str]) -> None:
    if "Subscription.batchProgress" not in fields:
        pytest.skip("this service has no subscriptions")
    open_graphiql(page)
    page.get_by_label("File for $csvFile").set_input_files(tracks_csv)
    run(page)
    expect(page.locator(".result-window")).to_contain_text('"DONE"')
    batch_id = re.search(r'"id":\s*"([^"]+)"', page.locator(".result-window").inner_text())
    assert batch_id

    query = f'subscription Follow {{ batchProgress(id: "{batch_id[1]}") {{ status rowsStored }} }}'
    open_graphiql(page, place=f"/graphql?again#query={query}")
    run(page)

    expect(page.get_by_role("region", name="Events").get_by_role("listitem").first).to_contain_text(
        '"status":"DONE"'
    )


def test_credentials_are_not_stored(page: Page) -> None:
    open_graphiql(page)

    stored = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")

    assert "secret" not in stored


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_is_drawn_in_the_colours_of_the_system(open_context: Any, scheme: str) -> None:
    page = open_context(color_scheme=scheme).new_page()
    page.goto("/graphql")
    expect(page.locator(".graphiql-query-editor")).to_be_visible()

    color = page.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor")

    brightness = max(int(part) for part in re.findall(r"\d+", color)[:3])
    assert (brightness > 200) == (scheme == "light")
