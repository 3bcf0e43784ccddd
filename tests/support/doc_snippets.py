"""Code blocks of pages that are parts of files which tests run.

A block follows a comment that names its file, `<!-- PATH -->`, or a region of it,
`<!-- PATH REGION -->`. A region is what lies between two lines with `docs: REGION` and `docs: end`,
without its indent.
"""

import re
import textwrap
from pathlib import Path

from support.repository import ROOT

BLOCK = re.compile(
    r"<!-- (?P<path>[\w./-]+\.\w+)(?: (?P<region>[\w-]+))? -->\n"
    r"```(?P<language>\w+)\n(?P<code>.*?)```",
    re.DOTALL,
)
LANGUAGES = ("js", "jsx", "ts", "tsx", "javascript", "python")
ANY_BLOCK = re.compile(rf"^```({'|'.join(LANGUAGES)})\n", re.MULTILINE)


def renewed(page: str) -> str:
    """Return the page with every block as its file has it."""
    return BLOCK.sub(_renew, page)


def unmarked(page: str) -> int:
    """Return how many blocks of code no test runs."""
    marked = [block for block in BLOCK.finditer(page) if block["language"] in LANGUAGES]
    return len(ANY_BLOCK.findall(page)) - len(marked)


def _renew(block: re.Match[str]) -> str:
    text = (ROOT / block["path"]).read_text(encoding="utf-8")
    code = _region(text, block["region"], block["path"]) if block["region"] else text
    head = block[0][: block.start("code") - block.start()]
    return f"{head}{code.strip(chr(10))}\n```"


def _region(text: str, name: str, path: str) -> str:
    pattern = rf"^[^\n]*docs: {re.escape(name)}\n(.+?)^[^\n]*docs: end\n"
    match = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    assert match is not None, f"{path} has no region {name}"
    return textwrap.dedent(match[1])


def pages() -> list[Path]:
    """Return the pages whose code is all taken from tests."""
    return [ROOT / "docs" / "webhooks.md", *sorted((ROOT / "docs" / "clients").glob("*.md"))]
