"""Run axe-core on a page; `npm ci` in `web/` installs it."""

from playwright.sync_api import Page
from support.repository import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


def findings(page: Page) -> list[str]:
    """Return what axe finds serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run(document).then((result) => result.violations)")
    return [
        f"{violation['id']}: {node['html'][:120]} ({node['failureSummary'][:300]})"
        for violation in violations
        for node in violation["nodes"]
        if violation["impact"] in ("serious", "critical")
    ]
