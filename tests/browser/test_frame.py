"""The frame around the views: signing in, the focus, unknown addresses, and wide tables."""

from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings
from support.workbench import go_to, sign_in

STORED = "JSON.stringify({...sessionStorage, ...localStorage})"
PHONE = {"width": 375, "height": 740}


def test_remembers_the_credentials_in_this_tab_until_signing_out(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    remember = page.get_by_role("checkbox", name="Remember in this tab")
    expect(remember).not_to_be_checked()
    remember.check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_focused()

    page.reload()
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    other = page.context.new_page()
    other.goto("/")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate(STORED) == "{}"
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_remembered_credentials_that_are_refused_are_forgotten(page: Page, watch: Any) -> None:
    watch.expect("401")
    page.goto("/")
    page.evaluate(
        'sessionStorage[\'genre:credentials\'] = \'{"clientId":"test","clientSecret":"old"}\''
    )

    page.reload()

    expect(page.get_by_role("alert")).to_contain_text("You were signed out")
    assert page.evaluate(STORED) == "{}"


def test_focus_goes_to_the_title_after_signing_in_and_after_each_change(
    page: Page, catalogue: str
) -> None:
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_focused()

    go_to(page, "Batches")
    expect(page.get_by_role("heading", name="Batches")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Batches")).to_be_attached()
    page.go_back()

    expect(page.get_by_role("heading", name="Classify tracks")).to_be_focused()


def test_focus_follows_a_question_and_returns_from_it(page: Page, catalogue: str) -> None:
    sign_in(page)
    go_to(page, "Batches")
    page.get_by_role("region", name="Batches").get_by_role("link", name="tracks.csv").first.click()
    delete = page.get_by_role("button", name="Delete")
    delete.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")

    expect(delete).to_be_focused()


def test_focus_stays_near_what_was_dismissed(page: Page) -> None:
    sign_in(page)
    page.get_by_role("button", name="Try the sample").click()
    expect(page.get_by_role("article", name="sample.csv")).to_contain_text("done")

    page.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_focused()


def test_focus_is_on_the_field_after_a_correction(page: Page, catalogue: str) -> None:
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.evaluate("location.hash = '#/tracks/4'")
    genre = page.get_by_role("combobox")
    expect(genre.locator("option")).to_have_count(8)
    before = genre.input_value()
    other = next(text for text in genre.locator("option").all_inner_texts() if text != before)
    genre.select_option(other)

    page.get_by_role("button", name="Correct genre").press("Enter")
    expect(page.get_by_text(f"Saved: {other}.")).to_be_visible()
    expect(genre).to_be_focused()
    page.get_by_role("button", name="Remove").press("Enter")

    expect(page.get_by_text("Correction removed.")).to_be_visible()
    expect(genre).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_unknown_addresses_say_so(
    open_context: Any, catalogue: str, watch: Any, scheme: str
) -> None:
    watch.expect("404")
    page = open_context(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce").new_page()
    assert page.goto("/nothing/here").status == 404
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("There is no page “nothing/here”")).to_be_visible()
    if AXE.is_file():
        assert findings(page) == []
    for place, text in (
        ("batches/nonsense", "There is no such batch"),
        ("batches/00000000-0000-0000-0000-000000000000", "There is no such batch"),
        ("tracks/123456789", "There is no track 123456789"),
        ("tracks/nonsense", "There is no track nonsense"),
        ("tracks", "There is no page “tracks”"),
    ):
        page.evaluate(f"location.hash = '#/{place}'")
        expect(page.get_by_text(text)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Catalogue").click()

    expect(page.get_by_role("heading", name="Catalogue", exact=True)).to_be_focused()
    assert page.url.endswith("/#/catalogue")


def test_address_of_a_view_without_the_hash_leads_to_it(
    page: Page, catalogue: str, watch: Any
) -> None:
    watch.expect("404")
    page.goto("/tracks/2")
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("list", name="Probability by genre")).to_be_visible()
    assert page.url.endswith("/#/tracks/2")


def test_wide_table_shows_that_it_scrolls(open_context: Any) -> None:
    page = open_context(viewport=PHONE).new_page()
    sign_in(page)
    go_to(page, "Model")
    table = page.get_by_role("region", name="Confusion matrix")
    expect(table).to_have_attribute("data-more", "right")

    table.focus()
    expect(table).to_be_focused()
    table.evaluate("(table) => table.scrollTo(table.scrollWidth, 0)")

    expect(table).to_have_attribute("data-more", "left")


def test_table_that_fits_is_no_stop_for_the_keyboard(page: Page, catalogue: str) -> None:
    sign_in(page)
    go_to(page, "Batches")

    table = page.get_by_role("region", name="Batches")

    expect(table).to_have_attribute("data-more", "")
    assert table.get_attribute("tabindex") is None
