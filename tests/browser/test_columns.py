"""Files whose columns have other names, or lack some: a person checks them before they are sent."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings
from support.workbench import drop, sign_in

PHONE = {"width": 375, "height": 740}


@pytest.fixture
def renamed(tracks_csv: Path, tmp_path: Path) -> Path:
    header, rows = tracks_csv.read_text().split("\n", 1)
    path = tmp_path / "renamed.csv"
    path.write_text(header.replace("trackID,title", "Track ID,Heading") + "\n" + rows)
    return path


@pytest.fixture
def only_words(tmp_path: Path) -> Path:
    path = tmp_path / "words.csv"
    path.write_text('trackID,title,tags\n770001,Road Song,"guitar, road, train"\n')
    return path


def test_maps_a_column_by_keyboard(page: Page, renamed: Path) -> None:
    sign_in(page)
    drop(page, renamed)
    job = page.get_by_role("article", name="renamed.csv")
    expect(job).to_contain_text("1 column not found, 1 column found under another name")
    title = job.get_by_label("Your column for title")
    expect(job.get_by_label("Your column for trackID")).to_have_value("Track ID")
    expect(job.get_by_role("listitem").first).to_contain_text("title")
    expect(job.get_by_role("button", name="Classify")).to_be_disabled()
    expect(job).to_contain_text("Still needed: title.")

    title.focus()
    page.keyboard.type("Heading")
    expect(title).to_have_value("Heading")
    expect(job.get_by_role("button", name="Classify")).to_be_enabled()
    job.get_by_role("button", name="Classify").press("Enter")

    expect(job).to_contain_text("done")
    expect(job.locator("dl")).to_contain_text("300")


def test_sends_exact_names_at_once(page: Page, tracks_csv: Path) -> None:
    sign_in(page)
    drop(page, tracks_csv)

    job = page.get_by_role("article", name="tracks.csv")
    expect(job).to_contain_text("done")
    expect(job.get_by_role("button", name="Classify")).to_have_count(0)


def test_allows_rows_with_only_words(page: Page, only_words: Path) -> None:
    sign_in(page)
    drop(page, only_words)
    job = page.get_by_role("article", name="words.csv")
    expect(job.get_by_role("button", name="Classify")).to_be_disabled()
    expect(job.get_by_role("listitem")).to_have_count(12)
    job.get_by_role("button", name="Show 142 more").click()
    expect(job.get_by_role("listitem")).to_have_count(154)

    job.get_by_label("Allow rows with only words or only sound").check()
    job.get_by_role("button", name="Classify").click()

    expect(job).to_contain_text("done")
    page.goto("/#/tracks/770001")
    sign_in_again = page.get_by_role("button", name="Sign in")
    if sign_in_again.is_visible():
        sign_in(page)
        page.evaluate("location.hash = '#/tracks/770001'")
    expect(page.locator(".heading")).to_contain_text("from words alone")


def test_a_file_that_waits_for_a_check_holds_up_no_other(
    page: Page, renamed: Path, tracks_csv: Path
) -> None:
    sign_in(page)
    page.get_by_label("Files of tracks").set_input_files([renamed, tracks_csv])

    expect(page.get_by_role("article", name="tracks.csv")).to_contain_text("done")
    waiting = page.get_by_role("article", name="renamed.csv")
    waiting.get_by_role("button", name="Cancel").click()

    expect(waiting).to_contain_text("cancelled; nothing was stored")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_check_fits_a_phone_and_has_no_serious_finding(
    open_context: Any, renamed: Path, scheme: str
) -> None:
    context = open_context(color_scheme=scheme, viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page)
    drop(page, renamed)
    expect(page.get_by_role("button", name="Classify", exact=True)).to_be_visible()

    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
