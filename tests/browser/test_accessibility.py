"""axe-core on every view."""

from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect
from support.axe import AXE, findings

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 740}
VIEWS = ["", "catalogue", "catalogue/{genre}", "tracks/2", "review", "batches", "model", "models"]

pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Classify tracks")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_views_have_no_serious_finding(
    open_context: Any, catalogue: str, scheme: str, viewport: dict[str, int]
) -> None:
    page = open_context(color_scheme=scheme, viewport=viewport, reduced_motion="reduce").new_page()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    found = {"sign-in": findings(page)}
    sign_in(page)
    for view in VIEWS:
        page.evaluate("(view) => { location.hash = `#/${view}` }", view.format(genre="folk"))
        page.wait_for_timeout(300)
        expect(page.locator(".skeleton")).to_have_count(0)
        found[view] = findings(page)

    assert {view: problems for view, problems in found.items() if problems} == {}


def test_job_with_rejects_has_no_serious_finding(open_context: Any) -> None:
    page = open_context(reduced_motion="reduce").new_page()
    sign_in(page)
    page.get_by_role("button", name="Sample with mistakes").click()
    expect(page.get_by_role("region", name="Rejected rows")).to_be_visible()

    assert findings(page) == []


def test_our_parts_of_graphiql_have_no_serious_finding(open_context: Any) -> None:
    page = open_context(reduced_motion="reduce").new_page()
    page.goto("/graphql")
    expect(page.get_by_label("File for $csvFile")).to_be_attached()
    page.evaluate(AXE.read_text(encoding="utf-8"))

    violations = page.evaluate(
        "axe.run({include: [['.bar'], ['.files']]}).then((result) => result.violations)"
    )

    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
