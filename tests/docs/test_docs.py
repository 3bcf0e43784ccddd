"""The documentation stays true: settings, versions, layout."""

import tomllib
from pathlib import Path

from support.repository import ROOT

import app
import schema
from app.cli.reference import COMMANDS_FILE, DATA_FILE, commands_page, with_columns
from app.config.settings import Settings
from app.config.settings_table import PAGE, env_example, with_table
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest


def test_the_settings_page_and_env_example_name_every_setting() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")

    assert page == with_table(page), "run scripts/settings-table"
    assert page.count("| `GENRE_") == len(Settings.model_fields)
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_pages_on_commands_and_columns_are_current() -> None:
    page = DATA_FILE.read_text(encoding="utf-8")

    assert page == with_columns(page), "run scripts/reference"
    assert COMMANDS_FILE.read_text(encoding="utf-8") == commands_page(), "run scripts/reference"


def test_the_guide_gives_the_accuracy_of_the_shipped_model() -> None:
    page = (ROOT / "docs/guides/data-scientist.md").read_text(encoding="utf-8")
    guide = " ".join(page.split())
    manifest = Manifest.read(SHIPPED_MODEL_DIR)

    expected, by_group = manifest.expected, manifest.metrics.accuracy
    assert expected is not None
    accuracy, low, high = expected.accuracy, expected.low, expected.high
    assert f"expect **{accuracy:.2f}** right ({low:.2f} to {high:.2f})" in guide
    assert f"it gets {by_group:.2f}" in guide


def test_no_dependency_shadows_our_packages() -> None:
    assert Path(schema.__file__).is_relative_to(ROOT)
    assert Path(app.__file__).is_relative_to(ROOT)


def test_lock_files_name_no_address() -> None:
    locks = [*ROOT.glob("*.lock"), *ROOT.glob("tests/clients/package-lock.json")]

    assert len(locks) >= 2
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert '"resolved"' not in text
        assert "--index-url" not in text
        assert "pythonhosted" not in text


def test_files_stay_short() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for package in ("app", "schema", "ml", "db", "tests")
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 310
    }

    assert too_long == {}


def test_the_version_is_in_one_place() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    elsewhere = [
        str(path.relative_to(ROOT))
        for package in ("app", "schema", "ml", "db")
        for path in (ROOT / package).rglob("*.py")
        if f'"{version}"' in path.read_text(encoding="utf-8")
    ]

    assert elsewhere == []
