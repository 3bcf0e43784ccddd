"""Uploads whose service dies or is busy are sent again by themselves."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, Route, expect
from support.genre_processes import GenreProcesses, free_port, genre_processes
from support.reviewing import ask
from support.workbench import drop, sign_in, slow_down

PORT = free_port()
BATCHES = "{ batches { nodes { status rowsStored } } }"


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GenreProcesses]:
    folder = tmp_path_factory.mktemp("sending")
    folder.chmod(0o711)  # started by root, Postgres runs as another user
    with genre_processes(folder, GENRE_DATA_DIR=str(folder / "data")) as started:
        started.serve(PORT)
        yield started
        for process in started.running:
            if process.poll() is None:
                process.terminate()  # so that it stops its Postgres, too
                process.wait(40)


@pytest.fixture(scope="module")
def service(processes: GenreProcesses) -> str:
    return f"http://127.0.0.1:{PORT}"


def test_upload_goes_on_after_the_service_was_killed(
    page: Page, service: str, processes: GenreProcesses, long_csv: Path, watch: Any
) -> None:
    watch.expect("Failed to load resource")
    sign_in(page)
    slow_down(page)
    drop(page, long_csv)
    job = page.get_by_role("article", name="long.csv")
    expect(job).to_contain_text(re.compile(r"[1-9]\d?% sent"))

    processes.running[-1].kill()
    expect(job).to_contain_text("Waiting for the service")
    expect(job.get_by_role("button", name="Cancel")).to_be_visible()
    processes.serve(PORT)

    expect(job).to_contain_text("done", timeout=120_000)
    found = ask(service, BATCHES)["batches"]["nodes"]
    assert [batch["status"] for batch in found] == ["DONE"]
    assert found[0]["rowsStored"] == int(re.sub(r"\D", "", job.locator("dd").first.inner_text()))


def test_busy_service_is_asked_again_when_it_says(
    page: Page, service: str, tracks_csv: Path, watch: Any
) -> None:
    watch.expect("503")
    refused = 0

    def refuse_once(route: Route) -> None:
        nonlocal refused
        if "multipart" not in route.request.headers.get("content-type", "") or refused:
            return route.fallback()
        refused += 1
        return route.fulfill(status=503, headers={"retry-after": "2"}, body="busy")

    page.route("**/graphql", refuse_once)
    sign_in(page)
    drop(page, tracks_csv)
    job = page.get_by_role("article", name="tracks.csv")

    expect(job).to_contain_text("It is busy")

    expect(job).to_contain_text("done")
    assert refused == 1


def test_waiting_for_the_service_can_be_cancelled(
    page: Page, service: str, tracks_csv: Path, watch: Any
) -> None:
    watch.expect("503")
    page.route(
        "**/graphql",
        lambda route: (
            route.fulfill(status=503, headers={"retry-after": "60"})
            if "multipart" in route.request.headers.get("content-type", "")
            else route.fallback()
        ),
    )
    sign_in(page)
    drop(page, tracks_csv)
    job = page.get_by_role("article", name="tracks.csv")
    expect(job).to_contain_text("Waiting for the service")

    job.get_by_role("button", name="Cancel").click()

    expect(job).to_contain_text("cancelled; nothing was stored")


def test_progress_survives_a_reload(
    page: Page, service: str, processes: GenreProcesses, tracks_csv: Path
) -> None:
    running = processes.running[-1]
    running.terminate()
    running.wait(40)
    processes.serve(PORT, GENRE_WORKER="false")
    sign_in(page)
    drop(page, tracks_csv)
    expect(page.get_by_role("article", name="tracks.csv")).to_contain_text("queued")

    page.reload()
    sign_in(page)
    card = page.locator(".card").filter(has_text="Still being classified")
    expect(card).to_contain_text("Queued. It starts when others before it have ended.")
    expect(card.get_by_role("progressbar")).to_be_visible()
    processes.start("worker")

    expect(card).to_contain_text("300")
    expect(card.get_by_role("progressbar")).to_have_count(0)
