"""Take the README's screenshots from a running service: `take.py http://127.0.0.1:8000`.

Needs Playwright and Debian's chromium. Sends the made-up sample, so use a scratch data folder.
"""

import sys
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

FOLDER = Path(__file__).parent
SIZE = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 780}


def sign_in(context: BrowserContext, address: str) -> Page:
    """Open the workbench with the development credentials."""
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Classify tracks").wait_for()
    return page


def show(page: Page, place: str, wait_for: str) -> None:
    """Go to a view and wait until it is drawn."""
    page.evaluate("(place) => { location.hash = `#/${place}` }", place)
    page.locator(wait_for).first.wait_for()
    page.wait_for_timeout(700)


def take(page: Page, name: str, *, full: bool = False) -> None:
    """Write one picture."""
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=full)


def main(address: str) -> None:
    """Take all of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = sign_in(browser.new_context(viewport=SIZE, reduced_motion="reduce"), address)
        page.get_by_role("button", name="Sample with mistakes").click()
        page.locator(".rejects td").first.wait_for(timeout=60_000)
        page.wait_for_timeout(700)
        take(page, "classify", full=True)
        show(page, "catalogue", "a.bar")
        page.locator("a.bar", has_text="folk").first.click()
        page.get_by_role("grid", name="Tracks").locator(".title a").first.wait_for()
        page.wait_for_timeout(700)
        take(page, "catalogue")
        page.get_by_role("grid", name="Tracks").locator(".title a").nth(8).click()
        page.locator(".facts").wait_for()
        page.wait_for_timeout(1_500)
        take(page, "track", full=True)
        show(page, "batches", ".batches td")
        take(page, "batches")
        show(page, "model", ".matrix")
        take(page, "model", full=True)
        take_review(page, "review", 30)
        take_graphiql(page)
        dark = browser.new_context(viewport=SIZE, color_scheme="dark", reduced_motion="reduce")
        page = sign_in(dark, address)
        show(page, "model", ".matrix")
        take(page, "model-dark")
        take_review(page, "review-dark", 10)
        phone = browser.new_context(viewport=PHONE, reduced_motion="reduce", device_scale_factor=2)
        page = sign_in(phone, address)
        show(page, "catalogue", ".tracks-body a")
        take(page, "catalogue-phone")
        take_review(page, "review-phone", 10)
        browser.close()


def take_review(page: Page, name: str, answers: int) -> None:
    """Give some answers by keyboard, then show the next question."""
    show(page, "review", ".choice")
    for _ in range(answers):
        title = page.locator(".question h2")
        before = title.locator("a").get_attribute("href")
        page.keyboard.press("1")
        page.locator(f".question h2 a:not([href='{before}'])").wait_for()
    page.locator(".offer").wait_for()
    page.wait_for_timeout(2_500)
    take(page, name)


def take_graphiql(page: Page) -> None:
    """Run a query that the workbench hands over."""
    show(page, "catalogue", "a.bar")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="as GraphQL").click()
    graphiql = opened.value
    graphiql.get_by_role("tab", name="ClassifyFile").click()
    sample = graphiql.evaluate("fetch('sample.csv').then((response) => response.text())")
    file = {"name": "sample.csv", "mimeType": "text/csv", "buffer": sample.encode()}
    graphiql.get_by_label("File for $csvFile").set_input_files(file)
    graphiql.locator(".result-window[data-mode-id]").wait_for()  # an earlier click is ignored
    graphiql.get_by_role("button", name="Execute").first.click()
    graphiql.get_by_text('"DONE"').wait_for(timeout=60_000)
    graphiql.wait_for_timeout(1_000)
    take(graphiql, "graphiql")


if __name__ == "__main__":
    main(sys.argv[1])
