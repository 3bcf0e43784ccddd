"""Actions of a person on the workbench, for browser tests."""

from pathlib import Path

from playwright.sync_api import Locator, Page

SLOW_BYTES_A_SECOND = 12_000_000


def sign_in(page: Page, client_secret: str = "test", *, client_id: str = "test") -> None:
    page.goto("/")
    page.get_by_label("Client id").fill(client_id)
    page.get_by_label("Client secret").fill(client_secret)
    page.get_by_role("button", name="Sign in").click()


def go_to(page: Page, place: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=place).click()


def drop(page: Page, path: Path) -> None:
    page.get_by_label("Files of tracks").set_input_files(path)


def slow_down(page: Page) -> None:
    """Make uploads slow enough to observe."""
    session = page.context.new_cdp_session(page)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": SLOW_BYTES_A_SECOND,
        },
    )


def tracks_table(page: Page) -> Locator:
    """The table of tracks, of the catalogue or of a batch."""
    return page.get_by_role("grid", name="Tracks")
