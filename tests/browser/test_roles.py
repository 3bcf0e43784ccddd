"""What the workbench offers to clients with other roles."""

from collections.abc import Iterator

import pytest

from app.config.credentials import hash_secret
from ml.sampling.generator import write_sample_csv

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.genre_processes import genre_processes
from support.reviewing import ask, classify
from support.workbench import sign_in

BATCHES = "{ batches { nodes { id } } }"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with an owner `test`, a `listener` and another `writer`."""
    folder = tmp_path_factory.mktemp("roles")
    folder.chmod(0o711)  # started by root, Postgres runs as another user
    names = ("test", "listener", "writer")
    with genre_processes(
        folder,
        GENRE_DATA_DIR=str(folder / "data"),
        GENRE_CLIENTS=",".join(f"{name}:{hash_secret(name)}" for name in names),
        GENRE_ROLES="listener:reader,writer:writer",
    ) as processes:
        process, address = processes.serve()
        write_sample_csv(folder / "songs.csv", rows=20, seed=11)
        classify(address, folder / "songs.csv")
        yield address
        process.terminate()  # so that it stops its Postgres, too
        process.wait(40)


def open_batch(page: Page, service: str, client: str) -> None:
    batch = ask(service, BATCHES)["batches"]["nodes"][0]["id"]
    sign_in(page, client, client_id=client)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.goto(f"#/batches/{batch}")
    expect(page.get_by_role("heading", name="songs.csv")).to_be_visible()


@pytest.mark.parametrize(("client", "shown"), [("test", 1), ("listener", 0), ("writer", 0)])
def test_only_the_owner_can_delete_a_batch(
    page: Page, service: str, client: str, shown: int
) -> None:
    open_batch(page, service, client)

    expect(page.get_by_role("button", name="Delete")).to_have_count(shown)


def test_a_reader_is_not_asked_to_correct_or_send(page: Page, service: str) -> None:
    sign_in(page, "listener", client_id="listener")
    expect(page.get_by_text("Only writers can send files")).to_be_visible()

    page.goto("#/tracks/1")
    expect(page.get_by_text("How likely each genre is")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm genre")).to_have_count(0)

    page.goto("#/review")
    expect(page.get_by_text("Only reviewers can answer")).to_be_visible()
