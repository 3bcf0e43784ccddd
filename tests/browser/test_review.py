"""The review: answer tracks, see what the model learnt, and apply it to the catalogue."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.config.credentials import hash_secret
from ml.sampling.generator import write_sample_csv

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings
from support.genre_processes import genre_processes
from support.reviewing import (
    answer,
    ask,
    choices,
    classify,
    corrected_genre,
    count_answers,
    expect_saved,
    open_review,
    track_id_of,
)
from support.workbench import sign_in

ROWS = 240
PHONE = {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with two clients: `test`, an operator, and `listener`."""
    folder = tmp_path_factory.mktemp("review")
    folder.chmod(0o711)  # started by root, Postgres runs as another user
    clients = ",".join(f"{name}:{hash_secret(name)}" for name in ("test", "listener"))
    with genre_processes(
        folder,
        GENRE_DATA_DIR=str(folder / "data"),
        GENRE_CLIENTS=clients,
        GENRE_OPERATORS="test",
    ) as processes:
        process, address = processes.serve()
        write_sample_csv(folder / "songs.csv", rows=ROWS, seed=11)
        classify(address, folder / "songs.csv")
        yield address
        process.terminate()  # so that it stops its Postgres, too
        process.wait(40)


def test_a_key_answers_and_the_next_question_comes(page: Page, service: str) -> None:
    open_review(page)
    second = choices(page).nth(1).locator(".choice-genre").inner_text()

    track_id = answer(page, "2")

    expect_saved(page, service, track_id, second)
    expect(page.get_by_role("status").filter(has_text=f": {second}.")).to_be_attached()
    expect(page.get_by_text("1 answer", exact=True)).to_be_visible()


def test_undo_takes_the_answer_back_and_asks_again(page: Page, service: str) -> None:
    open_review(page)
    genre = choices(page).first.locator(".choice-genre").inner_text()
    track_id = answer(page, "1")
    expect_saved(page, service, track_id, genre)

    page.keyboard.press("u")

    expect(page.locator(f'.question h2 a[href="#/tracks/{track_id}"]')).to_be_visible()
    expect_saved(page, service, track_id, None)


def test_skipped_and_unsure_tracks_are_not_answered(page: Page, service: str) -> None:
    open_review(page)
    before = count_answers(service)

    passed = {answer(page, "s"), answer(page, "?")}
    answered = answer(page, "1")

    assert answered not in passed
    assert len(passed) == 2
    page.wait_for_timeout(500)
    assert count_answers(service) == before + 1


def test_typing_finds_a_known_genre(page: Page, service: str) -> None:
    open_review(page)
    track_id = track_id_of(page)

    page.keyboard.press("/")
    page.keyboard.type("regg")
    expect(page.get_by_role("option").first).to_have_text("soul and reggae")
    page.keyboard.press("Enter")

    expect_saved(page, service, track_id, "soul and reggae")


def test_typing_can_add_a_genre(page: Page, service: str) -> None:
    open_review(page)
    track_id = track_id_of(page)

    page.keyboard.type("bossa nova")
    page.get_by_role("option", name="Add “bossa nova” as a new genre").click()

    expect_saved(page, service, track_id, "bossa nova")
    expect(choices(page)).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("bossa")
    expect(page.get_by_role("option").first).to_have_text("bossa nova")


def answer_until_offered(page: Page) -> str:
    """Answer until similar tracks are offered, and return the genre that they are offered for."""
    for _ in range(20):
        genre: str = choices(page).first.locator(".choice-genre").inner_text()
        answer(page, "1")
        page.wait_for_timeout(700)
        if page.locator(".offer").count():
            return genre
    raise AssertionError("no track sounds like another")


def test_similar_tracks_get_the_same_answer_together(page: Page, service: str) -> None:
    open_review(page)
    genre = answer_until_offered(page)
    offer = page.get_by_role("heading", name="Sounds like this. Same answer?")
    expect(offer).to_be_visible()
    offered = page.locator(".offered li")
    links = [link.get_attribute("href") for link in offered.get_by_role("link").all()]
    ids = [str(link).rpartition("/")[2] for link in links]
    for box in offered.get_by_role("checkbox").all():
        box.check()

    page.locator(".question h2").click(position={"x": 1, "y": 1})
    page.keyboard.press("a")

    expect(offer).to_have_count(0)
    for track_id in ids:
        expect_saved(page, service, track_id, genre)


def test_similar_tracks_get_the_same_answer_one_by_one(page: Page, service: str) -> None:
    open_review(page)
    genre = answer_until_offered(page)
    first = page.locator(".offered li").first
    track_id = str(first.get_by_role("link").get_attribute("href")).rpartition("/")[2]

    page.keyboard.press("4")

    expect(page.locator(f'.offered a[href="#/tracks/{track_id}"]')).to_have_count(0)
    expect_saved(page, service, track_id, genre)


def test_learns_after_ten_answers_and_says_what_changed(page: Page, service: str) -> None:
    open_review(page)

    for _ in range(10):
        answer(page, "1")

    expect(page.get_by_role("status").filter(has_text=re.compile("Learnt from"))).to_be_visible()


def test_shows_the_estimate_from_twenty_answers_on(page: Page, service: str) -> None:
    open_review(page)
    if count_answers(service) < 20:
        expect(page.get_by_text("An estimate needs 20 answers")).to_be_visible()
        for _ in range(20):
            answer(page, "1")

    curve = page.get_by_role("img", name=re.compile(r"Estimated accuracy against answers: .*%"))
    expect(curve).to_be_visible()
    expect(page.get_by_text("An estimate for the tracks you haven't answered")).to_be_visible()


def test_answers_survive_a_broken_connection_and_a_reload(
    page: Page, service: str, watch: Any
) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    open_review(page)
    track_id = track_id_of(page)
    genre = choices(page).first.locator(".choice-genre").inner_text()

    page.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.get_by_text("1 answer not saved yet")).to_be_visible()
    assert corrected_genre(service, track_id) is None
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(False)
    page.route("**/graphql", lambda route: route.abort())
    watch.expect("ERR_FAILED")
    page.reload()
    page.unroute("**/graphql")
    sign_in(page)

    expect_saved(page, service, track_id, genre)
    page.wait_for_function("!sessionStorage.getItem('genre:answers:test')")


def test_shortcuts_can_be_turned_off(page: Page, service: str) -> None:
    open_review(page)
    track_id = track_id_of(page)

    page.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    page.locator(".question h2").click(position={"x": 1, "y": 1})
    page.keyboard.press("1")

    page.wait_for_timeout(300)
    assert track_id_of(page) == track_id


def test_only_an_operator_applies_what_was_learnt(page: Page, service: str) -> None:
    open_review(page, "listener")

    page.get_by_role("button", name=re.compile("^Preview")).click()

    expect(page.get_by_text("Only operators can change the model in use")).to_be_visible()
    expect(page.get_by_role("button", name="Apply to catalogue")).to_have_count(0)


def test_applies_to_the_catalogue_and_rolls_back(page: Page, service: str) -> None:
    before = ask(service, "{ model { version } }")["model"]["version"]
    open_review(page)
    page.get_by_role("button", name=re.compile("^Preview")).click()
    expect(page.get_by_text("would move.")).to_be_visible()

    page.get_by_role("button", name="Apply to catalogue").click()
    expect(page.get_by_text("Done. The catalogue has its new genres.")).to_be_visible()
    learnt = ask(
        service, "{ model { version } tracks(first: 50) { nodes { modelVersion correctedGenre } } }"
    )
    assert learnt["model"]["version"] != before
    assert {
        track["modelVersion"] for track in learnt["tracks"]["nodes"] if not track["correctedGenre"]
    } == {learnt["model"]["version"]}
    page.get_by_role("button", name="Roll back").click()

    expect(page.get_by_text("Rolled back.")).to_be_visible()
    assert ask(service, "{ model { version } }")["model"]["version"] == before


def test_a_batch_leads_to_its_review(page: Page, service: str) -> None:
    sign_in(page)
    page.get_by_role("region", name="Batches").get_by_role("link", name="songs.csv").click()

    page.get_by_role("link", name="Review this batch").click()

    expect(page.get_by_role("link", name="Only tracks of songs.csv")).to_be_visible()
    expect(choices(page)).to_have_count(3)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_has_no_serious_finding(
    open_context: Any, service: str, scheme: str, viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = open_context(color_scheme=scheme, reduced_motion="reduce", **options).new_page()
    open_review(page)
    found = findings(page)
    answer_until_offered(page)
    found += findings(page)
    page.get_by_role("combobox", name="Another genre").fill("a")
    found += findings(page)
    page.get_by_role("button", name=re.compile("^Preview")).click()
    expect(page.get_by_text("would move.")).to_be_visible()
    found += findings(page)

    assert found == []
    if viewport:
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_arriving_moves_the_focus_to_the_title(page: Page, service: str) -> None:
    open_review(page)

    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_focused()


def test_focus_moves_to_the_next_title(page: Page, service: str) -> None:
    open_review(page)
    track_id = track_id_of(page)

    choices(page).first.focus()
    page.keyboard.press("Enter")

    expect(page.locator(f'.question h2 a[href="#/tracks/{track_id}"]')).to_have_count(0)
    expect(page.locator(".question h2")).to_be_focused()
