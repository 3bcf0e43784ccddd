"""The notebooks run on made-up tracks, and their committed pages belong to them and are public."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from support.repository import REAL_TRACKS, REAL_TRACKS_VARIABLE, ROOT

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.py") if path.stem != "render")
HEADING = re.compile(r"^#{1,2} .+$", re.MULTILINE)
CODE = re.compile(r"```.*?```", re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_on_made_up_tracks(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "notebooks.render", name, "--quick", "--made-up"]
    environment = {k: v for k, v in os.environ.items() if k != REAL_TRACKS_VARIABLE}

    ran = subprocess.run(
        [*command, "--out", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-3_000:]
    page = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    assert "made-up tracks" in page
    assert page.count("**Observations**") >= 8
    assert "nan" not in re.findall(r"\w+", page)
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page):
        assert (tmp_path / picture).exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_page_has_the_sections_of_the_notebook(name: str) -> None:
    source = (ROOT / "notebooks" / f"{name}.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    sections = re.findall(r"^# (#{1,2} .+)$", source, re.MULTILINE)

    assert HEADING.findall(CODE.sub("", page)) == sections
    assert "labelled tracks" in page


@pytest.mark.skipif(not REAL_TRACKS.exists(), reason="needs the real tracks")
@pytest.mark.parametrize("name", NAMES)
def test_the_committed_page_names_no_title(name: str) -> None:
    page = (ROOT / "docs" / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    titles = pd.read_csv(REAL_TRACKS / "labelled_features.csv")["title"]
    long_enough = titles[titles.str.len() > 14]

    assert len(long_enough) > 100
    assert [title for title in long_enough if title in page] == []
