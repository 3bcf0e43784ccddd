"""What one tab changes, the others show; a sign-out counts for all."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.workbench import drop, go_to, sign_in


@pytest.fixture
def other(page: Page) -> Page:
    return page.context.new_page()


def open_at(page: Page, place: str, client_secret: str = "test") -> None:
    sign_in(page, client_secret)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.evaluate(f"location.hash = '#/{place}'")


def test_correction_shows_in_the_other_tab(page: Page, other: Page, catalogue: str) -> None:
    open_at(other, "tracks/7")
    open_at(page, "tracks/7")
    genre = page.get_by_role("combobox")
    expect(genre.locator("option")).to_have_count(8)
    before = genre.input_value()
    new = next(text for text in genre.locator("option").all_inner_texts() if text != before)

    genre.select_option(new)
    page.get_by_role("button", name="Correct genre").click()

    expect(other.locator(".facts-line")).to_contain_text(f"the model said {before}")
    page.get_by_role("button", name="Remove").click()
    expect(other.locator(".facts-line")).to_contain_text("confident")


def test_finished_and_deleted_batches_show_in_the_other_tab(
    page: Page, other: Page, catalogue: str, tracks_csv: Path, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.csv"
    header, *rows = tracks_csv.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *(f"9{row}" for row in rows[:20])]), encoding="utf-8")
    open_at(other, "batches")
    table = other.get_by_role("region", name="Batches")
    expect(table).to_be_visible()
    sign_in(page)
    drop(page, path)

    expect(table.get_by_role("row").filter(has_text="elsewhere.csv")).to_contain_text("Done")
    page.get_by_role("link", name="elsewhere.csv").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("group", name="Delete").get_by_role("button", name="Delete").click()
    go_to(page, "Batches")

    expect(table).not_to_contain_text("elsewhere.csv")


def test_signing_out_counts_for_all_tabs(page: Page, other: Page) -> None:
    open_at(other, "batches")
    open_at(page, "")

    page.get_by_role("button", name="Sign out").click()

    expect(other.get_by_role("button", name="Sign in")).to_be_visible()


def test_messages_between_tabs_carry_no_secret(page: Page, other: Page, service: str) -> None:
    other.goto("/")
    other.evaluate(
        "() => { window.heard = []; new BroadcastChannel(`genre ${new URL('.', location)}`)"
        ".onmessage = ({data}) => window.heard.push(data) }"
    )
    sign_in(page)
    page.get_by_role("button", name="Try the sample").click()
    expect(page.get_by_role("article", name="sample.csv")).to_contain_text("done")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    heard: list[dict[str, Any]] = other.evaluate("window.heard")

    assert {"kind": "changed"} in heard
    assert {"kind": "signed out", "clientId": "test"} in heard
    assert "test" not in [
        value for each in heard for key, value in each.items() if key != "clientId"
    ]
    assert {key for each in heard for key in each} == {"kind", "clientId"}
