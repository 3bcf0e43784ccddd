"""The views of the workbench: catalogue, tracks, batches, model; and their accessibility."""

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.workbench import drop, go_to, sign_in, tracks_table

SCROLL_TO_ROW = """(index) => {
  const scroller = document.querySelector(".track-scroll");
  scroller.scrollTo(0, scroller.scrollHeight);
  return scroller.querySelector(`[data-index="${index}"]`) !== null;
}"""


def test_catalogue_searches_titles_and_scrolls_on(page: Page, catalogue: str) -> None:
    sign_in(page)
    go_to(page, "Catalogue")
    genres = page.get_by_role("list", name="Tracks by genre").get_by_role("link")
    genres.first.click()
    titles = tracks_table(page).locator(".title a")
    expect(titles).not_to_have_count(0)
    word = max(re.findall(r"\w+", titles.first.inner_text()), key=len)

    page.get_by_role("searchbox").fill(word)

    expect(titles.first).to_contain_text(word)
    expect(page).to_have_url(re.compile("search="))
    page.get_by_role("searchbox").fill("zzzzzz")
    expect(page.get_by_text("No title matches")).to_be_visible()


def test_endless_scroll_shows_every_title(page: Page, catalogue: str, long_csv: Path) -> None:
    sign_in(page)
    drop(page, long_csv)
    expect(page.get_by_role("article", name="long.csv")).to_contain_text("done", timeout=300_000)
    go_to(page, "Catalogue")
    page.get_by_role("list", name="Tracks by genre").get_by_role("link").first.click()
    body = tracks_table(page).locator(".tracks-body")
    expect(page.locator("[data-index='0']")).to_be_visible()

    page.wait_for_function(SCROLL_TO_ROW, arg=399)  # a page has 200 titles

    assert body.get_by_role("row").count() < 60


def test_genre_of_a_track_can_be_corrected_and_uncorrected(page: Page, catalogue: str) -> None:
    sign_in(page)
    page.goto("/#/tracks/2")
    sign_in_again(page)
    expect(
        page.get_by_role("list", name="Probability by genre").get_by_role("listitem")
    ).to_have_count(8)
    genre = page.get_by_role("combobox")
    expect(genre.locator("option")).to_have_count(8)  # a separate request loads them
    before = genre.input_value()
    other = next(text for text in genre.locator("option").all_inner_texts() if text != before)

    genre.select_option(other)
    page.get_by_role("button", name="Correct genre").click()

    expect(page.get_by_text(f"Saved: {other}.")).to_be_visible()
    expect(page.locator(".facts-line")).to_contain_text(f"the model said {before}")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".facts-line")).to_contain_text("confident")


def sign_in_again(page: Page) -> None:
    """A reload forgets the credentials; a change after `#` does not."""
    if page.get_by_role("button", name="Sign in").is_visible():
        page.get_by_label("Client id").fill("test")
        page.get_by_label("Client secret").fill("test")
        page.get_by_role("button", name="Sign in").click()


def test_track_is_explained(page: Page, catalogue: str, fields: set[str]) -> None:
    if "Track.explanation" not in fields:
        pytest.skip("this service does not explain")
    sign_in(page)
    page.goto("/#/tracks/3")
    sign_in_again(page)

    expect(page.locator(".reasons-summary")).to_contain_text(re.compile("^(For|Against) "))
    expect(page.get_by_role("list", name="Reasons")).to_contain_text("Timbre")
    numbers = page.get_by_role("list", name="Contributions")
    expect(numbers).to_be_hidden()
    page.get_by_text("The strongest features in numbers").click()
    expect(numbers.get_by_role("listitem")).to_have_count(12)


def test_batch_history_leads_to_a_batch(page: Page, catalogue: str) -> None:
    sign_in(page)
    go_to(page, "Batches")
    page.get_by_role("region", name="Batches").get_by_role("link", name="tracks.csv").first.click()

    expect(page.get_by_role("heading", name="tracks.csv")).to_be_visible()
    expect(page.get_by_role("list", name="Tracks by genre").first).to_be_visible()


def test_model_page_shows_its_card(page: Page) -> None:
    sign_in(page)
    go_to(page, "Model")

    expect(page.get_by_text("on artists it hasn't heard")).to_contain_text(
        "Right about half the time on artists it hasn't heard: 0.39 to 0.60"
    )
    measured = page.locator(".measured")
    expect(measured).to_contain_text("external")
    expect(measured).to_contain_text("0.51 (0.46 to 0.56) on 428 tracks")
    expect(page.get_by_text("Accuracy by group")).to_be_hidden()
    page.get_by_text("Scores on held-out groups").click()
    expect(page.get_by_text("Accuracy by group")).to_be_visible()
    expect(page.get_by_role("region", name="Confusion matrix").get_by_role("row")).to_have_count(9)
    expect(page.get_by_role("img", name="Calibration curve")).to_be_visible()
    expect(  # fewer than without a calibration curve next to them
        page.get_by_role("list", name="Importance of features").get_by_role("listitem")
    ).to_have_count(8)


def test_as_graphql_hands_query_and_credentials_over(page: Page, catalogue: str) -> None:
    sign_in(page)
    go_to(page, "Catalogue")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="as GraphQL").click()

    graphiql = opened.value
    expect(graphiql.get_by_text("Signed in as test")).to_be_visible()
    expect(graphiql.locator(".graphiql-query-editor")).to_contain_text("tracks(")
    expect(graphiql.locator(".result-window[data-mode-id]")).to_be_visible()
    graphiql.get_by_role("button", name=re.compile("Execute")).click()
    expect(graphiql.locator(".result-window")).to_contain_text('"tracks"')


def test_says_when_the_service_is_unavailable_and_when_it_is_back(page: Page, watch: Any) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()

    page.context.set_offline(True)
    go_to(page, "Batches")
    expect(page.get_by_text("can't be reached").first).to_be_visible()
    page.context.set_offline(False)

    expect(page.get_by_text("The service is back.")).to_be_visible()
    expect(page.get_by_text("can't be reached")).to_have_count(0)


def test_signing_out_forgets_the_files(page: Page, tracks_csv: Path) -> None:
    sign_in(page)
    drop(page, tracks_csv)
    expect(page.get_by_role("article", name="tracks.csv")).to_contain_text("done")

    page.get_by_role("button", name="Sign out").click()
    sign_in_again(page)

    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def test_can_be_used_by_keyboard(page: Page, catalogue: str) -> None:
    page.goto("/")
    expect(page.get_by_label("Client id")).to_be_focused()  # before that, keys go nowhere
    page.keyboard.type("test")
    page.keyboard.press("Tab")
    page.keyboard.type("test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()

    page.get_by_role("link", name="Catalogue").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Catalogue", exact=True)).to_be_focused()
    page.get_by_role("list", name="Tracks by genre").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_visible()


def test_follows_the_system_into_the_dark_and_back(open_context: Any) -> None:
    page = open_context(color_scheme="dark").new_page()
    sign_in(page)

    dark = background_of(page)
    page.get_by_role("button", name="Colours: system").click()

    assert dark < 60 < 200 < background_of(page)


def background_of(page: Page) -> int:
    """Return how bright the page is, 0 to 255."""
    color = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return max(int(part) for part in re.findall(r"\d+", color)[:3])


@pytest.mark.parametrize(
    "place", ["", "catalogue", "tracks/2", "review", "batches", "model", "models"]
)
def test_fits_a_phone(open_context: Any, catalogue: str, place: str) -> None:
    page = open_context(viewport={"width": 375, "height": 740}).new_page()
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.evaluate(f"location.hash = '#/{place}'")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") == 375
