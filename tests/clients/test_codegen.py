"""Types of documents, made from the SDL by gql.tada, as the pages for frontend developers say."""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.repository import ROOT

FOLDER = Path(__file__).parent / "codegen"
MODULES = ROOT / "web" / "node_modules"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A TypeScript project with the SDL and gql.tada."""
    if shutil.which("node") is None or not (MODULES / "gql.tada").is_dir():
        pytest.skip("needs Node and `npm ci` in web")
    for path in (*FOLDER.iterdir(), ROOT / "schema" / "schema.graphql"):
        shutil.copy(path, tmp_path)
    (tmp_path / "node_modules").symlink_to(MODULES)
    return tmp_path


def run(project: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(MODULES / ".bin" / program), *arguments]
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


def test_documents_have_the_types_of_the_schema(project: Path) -> None:
    made = run(project, "gql.tada", "generate-output")
    checked = run(project, "tsc", "--noEmit")

    assert made.returncode == 0, made.stdout + made.stderr
    assert checked.returncode == 0, checked.stdout


def test_a_wrong_field_and_a_missing_variable_are_type_errors(project: Path) -> None:
    run(project, "gql.tada", "generate-output")
    titles = project / "titles.ts"
    code = titles.read_text(encoding="utf-8")
    titles.write_text(code.replace('{ genre: "folk" }', "{}").replace("?.title", "?.titel"))

    checked = run(project, "tsc", "--noEmit")

    assert checked.returncode != 0
    assert "'genre' is missing" in checked.stdout
    assert "'titel' does not exist" in checked.stdout
