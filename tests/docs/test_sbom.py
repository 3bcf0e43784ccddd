"""The list of what the service contains, made from the lock files."""

import json
import re
import subprocess
import sys
from typing import Any

from support.repository import ROOT


def make_list() -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "sbom"], capture_output=True, check=True
    )
    document: dict[str, Any] = json.loads(run.stdout)
    return document


def test_names_every_pinned_package_with_a_hash() -> None:
    components = make_list()["components"]

    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.M | re.I))
    python = [each for each in components if each["purl"].startswith("pkg:pypi/")]
    assert {each["name"] for each in python} == pinned
    assert all(each["properties"] for each in python)
    names = {each["name"] for each in components}
    assert {"preact", "graphql", "graphiql"} <= names
    assert "vite" not in names, "a tool, which is in no page"


def test_the_same_locks_give_the_same_list() -> None:
    assert make_list() == make_list()
