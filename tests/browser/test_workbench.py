"""Send files on the workbench, as a person does."""

import csv
import gzip
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.packed_files import to_xlsx
from support.workbench import drop, sign_in, slow_down


def test_wrong_secret_is_refused_and_the_right_one_then_taken(page: Page, watch: Any) -> None:
    watch.expect("401")

    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Wrong client id or secret")
    page.get_by_label("Client secret").fill("test")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()


def test_credentials_are_nowhere_but_in_memory(page: Page) -> None:
    sign_in(page)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()

    stored = page.evaluate(
        "[document.cookie, JSON.stringify({...localStorage, ...sessionStorage})]"
    )
    page.reload()

    assert stored == ["", "{}"]
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_uploads_a_file_and_shows_its_genres(page: Page, tracks_csv: Path) -> None:
    sign_in(page)
    drop(page, tracks_csv)

    job = page.get_by_role("article", name="tracks.csv")
    expect(job).to_contain_text("done")
    expect(
        job.get_by_role("list", name="Tracks by genre").get_by_role("listitem")
    ).not_to_have_count(0)
    expect(job.locator("dl")).to_contain_text("300")


def test_sample_needs_no_file(page: Page) -> None:
    sign_in(page)
    page.get_by_role("button", name="Try the sample").click()

    expect(page.get_by_role("article", name="sample.csv")).to_contain_text("done")


def test_rejected_rows_are_shown_and_can_be_downloaded(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    page.get_by_role("button", name="Sample with mistakes").click()
    table = page.get_by_role("region", name="Rejected rows")
    expect(table.get_by_role("row")).to_have_count(6)
    expect(table).to_contain_text("vect_148")

    with page.expect_download() as rows_download:
        page.get_by_role("button", name="Rejected rows").click()
    with page.expect_download() as report_download:
        page.get_by_role("button", name="Report").click()

    rows_download.value.save_as(tmp_path / "rows.csv")
    report_download.value.save_as(tmp_path / "report.csv")
    with (tmp_path / "rows.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as file:
        report = list(csv.DictReader(file))
    assert rows[0][0] == "trackID"
    assert [row[0] for row in rows[1:]] == ["8", "21", "34", "55", "1"]
    assert [entry["line"] for entry in report] == ["9", "22", "35", "56", "61"]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_rejected_rows_come_back_as_they_are_in_the_file(
    page: Page, tracks_csv: Path, tmp_path: Path, suffix: str
) -> None:
    header, *rows = tracks_csv.read_text(encoding="utf-8").splitlines(keepends=True)[:9]
    broken = [
        '3,"Two\n""lines"", one title"' + rows[2][rows[2].index('",') + 1 :].rstrip() + "x\n",
        rows[6][: rows[6].rindex(",")] + ",\r\n",
    ]
    rows[2], rows[6] = broken
    path = tmp_path / f"broken.csv{suffix}"
    content = "".join([header, "\n", *rows]).encode()
    path.write_bytes(gzip.compress(content) if suffix else content)
    sign_in(page)
    drop(page, path)
    expect(page.get_by_role("region", name="Rejected rows").get_by_role("row")).to_have_count(3)

    with page.expect_download() as download:
        page.get_by_role("button", name="Rejected rows").click()

    download.value.save_as(tmp_path / "rows.csv")
    assert download.value.suggested_filename == "broken.rejected.csv"
    assert (tmp_path / "rows.csv").read_bytes() == "".join([header, *broken]).encode()


def test_a_file_that_the_browser_cannot_read_is_classified_all_the_same(
    page: Page, tracks_csv: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.csv.zst"
    path.write_bytes(
        pa.compress(tracks_csv.read_bytes() + b"short,row\n", codec="zstd", asbytes=True)
    )
    sign_in(page)

    drop(page, path)

    expect(page.get_by_role("article", name=path.name)).to_contain_text("done")
    expect(page.get_by_role("button", name="Report")).to_be_visible()
    expect(page.get_by_role("button", name="Rejected rows")).to_have_count(0)


def test_long_file_shows_progress_and_rate(page: Page, long_csv: Path) -> None:
    sign_in(page)
    slow_down(page)
    drop(page, long_csv)

    job = page.get_by_role("article", name="long.csv")
    expect(job).to_contain_text(re.compile(r"[1-9]\d?% sent"))
    expect(job).to_contain_text("Time left", timeout=120_000)
    expect(job).to_contain_text("done", timeout=300_000)
    expect(job.locator("dl")).to_contain_text(re.compile(r"\d+,\d{3}"))


def test_sending_can_be_cancelled_and_leaves_nothing(page: Page, long_csv: Path) -> None:
    sign_in(page)
    slow_down(page)
    drop(page, long_csv)
    job = page.get_by_role("article", name="long.csv")
    expect(job).to_contain_text(re.compile(r"[1-9]\d?% sent"))

    job.get_by_role("button", name="Cancel").click()

    expect(job).to_contain_text("cancelled; nothing was stored")
    expect(job.get_by_role("button", name="Send again")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("tracks.csv", b"artist,album\n1,Blue\n", "loudness", id="missing columns"),
        pytest.param("tracks.csv", b"", "no tracks", id="empty"),
        pytest.param("notes.pdf", b"%PDF-1.7\n", "Send CSV, XLSX or Parquet", id="other type"),
    ],
)
def test_refused_file_says_why(
    page: Page, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    sign_in(page)
    drop(page, path)

    expect(page.get_by_role("article", name=name).get_by_role("alert")).to_contain_text(reason)


def test_uploads_a_workbook_and_says_how_it_was_read(
    page: Page, tracks_csv: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.xlsx"
    path.write_bytes(to_xlsx(tracks_csv.read_bytes()))

    sign_in(page)
    drop(page, path)
    job = page.get_by_role("article", name="tracks.xlsx")
    expect(job).to_contain_text("done", timeout=60_000)
    job.get_by_role("link").first.click()

    expect(page.get_by_text("Read as an XLSX workbook")).to_be_visible()
