"""Links between the documentation and other files of the repository lead somewhere.

`scripts/docs` checks those between pages, but does not know what is outside `docs/`.
"""

import re
from pathlib import Path

import pytest
from support.repository import ROOT

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
IGNORED = {"node_modules", ".venv"}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if not IGNORED & set(page.parts)], ids=lambda page: page.name
)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in LINK.findall(text) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []
