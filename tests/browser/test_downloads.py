"""Download files from the pages, as a person does."""

import csv
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import findings
from support.packed_files import to_xlsx
from support.workbench import drop, sign_in


def test_my_file_with_genres_has_the_rows_that_were_sent(
    page: Page, tracks_csv: Path, tmp_path: Path
) -> None:
    sign_in(page)
    drop(page, tracks_csv)
    job = page.get_by_role("article", name="tracks.csv")
    expect(job).to_contain_text("done")
    job.get_by_text("Download", exact=True).click()
    assert findings(page) == []

    with page.expect_download() as started:
        job.get_by_role("button", name="My file with genres your rows").click()

    started.value.save_as(tmp_path / "with-genres.csv")
    with (
        tracks_csv.open(newline="") as file,
        (tmp_path / "with-genres.csv").open(newline="") as got,
    ):
        sent, rows = list(csv.DictReader(file)), list(csv.DictReader(got))
    assert started.value.suggested_filename == "tracks with genres.csv"
    assert [{name: row[name] for name in sent[0]} for row in rows] == sent
    assert all(row["genre"] for row in rows)


def test_a_workbook_comes_back_as_a_workbook(page: Page, tracks_csv: Path, tmp_path: Path) -> None:
    workbook = tmp_path / "tracks.xlsx"
    workbook.write_bytes(to_xlsx(tracks_csv.read_bytes()))
    sign_in(page)
    drop(page, workbook)
    job = page.get_by_role("article", name="tracks.xlsx")
    expect(job).to_contain_text("done")
    job.get_by_text("Download", exact=True).click()

    with page.expect_download() as started:
        job.get_by_role("button", name="My file with genres your rows").click()

    assert started.value.suggested_filename == "tracks with genres.xlsx"
    assert started.value.path().read_bytes().startswith(b"PK")


def test_the_report_on_a_batch_is_a_page_that_everyone_can_read(
    page: Page, watch: Any, tracks_csv: Path, tmp_path: Path
) -> None:
    watch.expect("file://")
    sign_in(page)
    drop(page, tracks_csv)
    job = page.get_by_role("article", name="tracks.csv")
    expect(job).to_contain_text("done")
    job.get_by_text("Download", exact=True).click()

    with page.expect_download() as started:
        job.get_by_role("button", name="Report").click()

    started.value.save_as(tmp_path / "report.html")
    assert started.value.suggested_filename == "Report on tracks.html"
    for scheme in ("light", "dark"):
        report = page.context.new_page()
        report.emulate_media(color_scheme=scheme)
        report.goto((tmp_path / "report.html").as_uri())
        expect(report.get_by_role("heading", level=1)).to_have_text("Report on tracks.csv")
        expect(report.get_by_role("img", name="Map of 300 tracks by sound")).to_be_visible()
        assert findings(report) == []
    report.set_viewport_size({"width": 375, "height": 740})
    assert report.evaluate("document.documentElement.scrollWidth") == 375


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_menu_works_by_keyboard_and_fits_a_phone(page: Page, catalogue: str) -> None:
    page.set_viewport_size({"width": 375, "height": 740})
    sign_in(page)
    page.get_by_role("navigation").get_by_role("link", name="Batches").click()
    page.get_by_role("link", name="tracks.csv").first.click()
    menu = page.locator(".downloads summary").first
    menu.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Parquet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Parquet")).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as started:
        page.keyboard.press("Enter")

    assert started.value.suggested_filename.endswith(".csv")
