"""The page of all models: list, compare, use, roll back."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.config.credentials import hash_secret
from ml.sampling.generator import write_sample_csv
from ml.store.registry import ModelRegistry

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings
from support.genre_processes import genre_processes
from support.model_folders import make_model
from support.reviewing import ask, classify
from support.workbench import sign_in

PHONE = {"width": 375, "height": 740}
IN_USE = "{ model { version } }"
LEARN = "mutation { learnFromCorrections { version } }"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with three models, an operator `test`, and a client `listener`."""
    folder = tmp_path_factory.mktemp("models")
    folder.chmod(0o711)  # started by root, Postgres runs as another user
    make_model(folder / "other", " 2")
    ModelRegistry(folder / "registry").add(folder / "other")
    clients = ",".join(f"{name}:{hash_secret(name)}" for name in ("test", "listener"))
    with genre_processes(
        folder,
        GENRE_DATA_DIR=str(folder / "data"),
        GENRE_MODEL_REGISTRY=str(folder / "registry"),
        GENRE_CLIENTS=clients,
        GENRE_OPERATORS="test",
    ) as processes:
        process, address = processes.serve()
        write_sample_csv(folder / "songs.csv", rows=60, seed=11)
        classify(address, folder / "songs.csv")
        ask(address, 'mutation { correctGenre(trackId: "2", genre: "metal") { trackId } }')
        ask(address, LEARN)
        yield address
        process.terminate()  # so that it stops its Postgres, too
        process.wait(40)


def open_models(page: Page, client: str = "test") -> Any:
    """Open the page as a person does, and return the rows of its versions."""
    sign_in(page, client, client_id=client)
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Model").click()
    page.get_by_role("link", name="All versions").click()
    expect(page.get_by_role("heading", name="Models")).to_be_focused()
    return page.get_by_role("region", name="Versions of the model").locator("tbody tr")


def test_lists_where_each_version_comes_from(page: Page, service: str) -> None:
    rows = open_models(page)

    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("in use")
    expect(rows.nth(0)).to_contain_text("Shipped")
    expect(rows.nth(0)).to_contain_text("0.50 (0.39 to 0.60)")
    expect(rows.nth(1)).to_contain_text("Trained")
    expect(rows.nth(2)).to_contain_text("from 1 answer, on top of")


def test_compares_two_side_by_side(page: Page, service: str) -> None:
    rows = open_models(page)
    other = rows.nth(1).locator("code").inner_text()
    page.get_by_role("combobox", name="To", exact=True).select_option(other)

    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_text("About 59 tracks would change")).to_be_visible()
    figures = page.get_by_role("region", name="Figures of both")
    expect(figures.get_by_role("columnheader", name=other)).to_be_visible()
    changes = page.get_by_role("region", name="Tracks that would change").locator("tbody tr")
    expect(changes).to_have_count(50)
    expect(changes.first.get_by_role("link")).to_be_visible()


def test_operator_uses_one_and_rolls_back(page: Page, service: str) -> None:
    before = ask(service, IN_USE)["model"]["version"]
    rows = open_models(page)
    other = rows.nth(1).locator("code").inner_text()

    rows.nth(1).get_by_role("button", name=f"Use {other}").press("Enter")
    expect(page.get_by_role("button", name="Keep the current one")).to_be_focused()
    assert ask(service, IN_USE)["model"]["version"] == before
    page.get_by_role("button", name="Use it").click()

    expect(page.get_by_role("status").filter(has_text=f"{other} classifies")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("in use")
    assert ask(service, IN_USE)["model"]["version"] == other
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("group", name="Roll back").get_by_role("button", name="Roll back").click()

    expect(rows.nth(0)).to_contain_text("in use")
    assert ask(service, IN_USE)["model"]["version"] == before


def test_switch_shows_in_the_other_tab(page: Page, service: str) -> None:
    other_tab = page.context.new_page()
    seen = open_models(other_tab)
    rows = open_models(page)
    other = rows.nth(1).locator("code").inner_text()

    rows.nth(1).get_by_role("button", name=f"Use {other}").click()
    page.get_by_role("button", name="Use it").click()

    expect(seen.nth(1)).to_contain_text("in use")
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("group", name="Roll back").get_by_role("button", name="Roll back").click()
    expect(seen.nth(0)).to_contain_text("in use")


def test_others_may_look_but_not_choose(page: Page, service: str) -> None:
    rows = open_models(page, "listener")

    expect(rows).to_have_count(3)
    expect(page.get_by_text("Only operators can choose")).to_be_visible()
    expect(page.get_by_role("button", name="Use ")).to_have_count(0)
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_fits_and_has_no_serious_finding(
    open_context: Any, service: str, scheme: str, viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = open_context(color_scheme=scheme, reduced_motion="reduce", **options).new_page()
    rows = open_models(page)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("would change")).to_be_visible()
    rows.nth(1).get_by_role("button").click()

    if AXE.is_file():
        assert findings(page) == []
    if viewport:
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
