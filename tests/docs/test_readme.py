"""The commands in the README and the guides work as written, except for the port."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import anyio
import pytest
from support.graphql_client import GraphQLClient
from support.repository import ROOT

pytestmark = pytest.mark.asyncio

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
README_ADDRESS = "http://127.0.0.1:8000"


def curl_blocks() -> list[str]:
    """Return the blocks that send requests; blocks that start the service are not run."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
    blocks = [block for page in pages for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return [block for block in blocks if "curl " in block]


def answers(output: str) -> list[dict[str, object]]:
    """Return the JSON documents printed by a block, in order."""
    documents, decoder, position = [], json.JSONDecoder(), 0
    while (start := output.find("{", position)) >= 0:
        document, position = decoder.raw_decode(output, start)
        documents.append(document)
    return documents


async def test_curl_lines_of_the_readme_and_the_guides_are_answered_with_data(
    api: GraphQLClient, address: str, tmp_path: Path
) -> None:
    blocks = curl_blocks()
    assert len(blocks) >= 3
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("needs curl")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)

    for block in blocks:
        script = "set -e\n" + block.replace(README_ADDRESS, address)
        result = await anyio.run_process(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "GENRE_DATA_DIR": str(tmp_path / "data")},
            check=False,
        )
        assert result.returncode == 0, result.stderr.decode()
        output = result.stdout.decode()
        assert len(answers(output)) == block.count("/graphql"), output
        for document in answers(output):
            assert document.get("data"), output
            assert "errors" not in document, output
    stored = (await api.data("{ genres { trackCount } }"))["genres"]
    assert sum(genre["trackCount"] for genre in stored) > 0
