"""The code on the pages for frontend developers is the code that tests run."""

import json
import os
from pathlib import Path

import pytest
from support.doc_snippets import pages, renewed, unmarked
from support.repository import ROOT

RENEW = "RENEW_SNIPPETS" in os.environ


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_code_blocks_are_those_of_the_tests(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fresh = renewed(text)
    if RENEW:
        page.write_text(fresh, encoding="utf-8")

    assert RENEW or text == fresh, "run RENEW_SNIPPETS=1 pytest tests/docs/test_snippets.py"
    assert unmarked(text) == 0


def test_the_table_of_clients_names_the_versions_that_were_tested() -> None:
    package = ROOT / "tests" / "clients" / "package.json"
    versions = json.loads(package.read_text(encoding="utf-8"))["dependencies"]
    table = (ROOT / "docs" / "clients" / "README.md").read_text(encoding="utf-8")

    tested = {f"{name} {versions[name]}" for name in set(versions) - {"graphql", "rxjs", "ws"}}

    assert {name for name in tested if name not in table} == set()
