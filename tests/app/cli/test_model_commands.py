"""Run `genre model`, also alongside a running service.

The commands run in this process, since each would take a second to start; the service in its own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.booster_kind import BOOSTER, train_booster
from support.model_folders import break_model, make_model
from typer.testing import CliRunner

from app.cli.program import expected_errors, program
from app.config.settings import Settings
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.kinds import register_kind
from ml.store.manifest import Manifest

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
SHIPPED = Manifest.read(SHIPPED_MODEL_DIR).version
HEADERS = {"client-id": "test", "client-secret": "test"}


class Site:
    """A data folder, and the commands on it."""

    def __init__(self, data_dir: Path, registry: Path) -> None:
        self.registry = registry
        self.env = {
            **os.environ,
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "GENRE_DATA_DIR": str(data_dir),
            "GENRE_MODEL_REGISTRY": str(registry),
        }

    def genre(self, *arguments: object, fails: bool = False) -> str:
        """Run a command and return its output, or the error that would be printed."""
        done = CliRunner().invoke(program, [*map(str, arguments)], env=self.env)
        if not fails:
            assert done.exit_code == 0, repr(done.exception)
            return done.stdout
        assert isinstance(done.exception, expected_errors()), done.exception
        return str(done.exception)

    def current(self) -> str:
        version: str = json.loads(self.genre("model", "list", "--json"))["current"]
        return version


@pytest.fixture
def site(settings: Settings, engine: object, tmp_path: Path) -> Iterator[Site]:
    """The embedded server that is already running, and a new registry."""
    site = Site(settings.data_dir, tmp_path / "models")
    yield site
    if site.current() != SHIPPED:  # other tests use the same database
        site.genre("model", "use", "shipped")


def test_add_use_list_show_and_rollback(site: Site, tmp_path: Path) -> None:
    a, b = (make_model(tmp_path / name, suffix) for name, suffix in (("a", " a"), ("b", " bb")))

    assert f"Model {a.version} was added." in site.genre("model", "add", tmp_path / "a")
    assert f"Now using model {b.version};" in site.genre("model", "add", tmp_path / "b", "--use")
    site.genre("model", "use", a.version)

    listed = json.loads(site.genre("model", "list", "--json"))
    assert listed["current"] == a.version
    assert {model["version"] for model in listed["models"]} == {SHIPPED, a.version, b.version}
    assert [choice["version"] for choice in listed["choices"][:2]] == [a.version, b.version]
    assert {choice["chosen_by"] for choice in listed["choices"]} == {"command line"}
    table = site.genre("model", "list")
    assert re.search(rf"→ .*{a.version}", table)
    assert a.version in site.genre("model", "show")
    assert json.loads(site.genre("model", "show", b.version, "--json"))["version"] == b.version
    for expected in (b.version, SHIPPED):  # each rollback goes one further back
        assert f"Now using model {expected};" in site.genre("model", "rollback")
    assert site.current() == SHIPPED


def test_show_leads_with_what_to_expect_on_new_artists(site: Site) -> None:
    table = site.genre("model", "show", "shipped")
    shown = json.loads(site.genre("model", "show", "shipped", "--json"))
    (listed,) = json.loads(site.genre("model", "list", "--json"))["models"]

    expected, by_group = shown["expected"], shown["metrics"]
    assert expected["low"] <= expected["accuracy"] <= expected["high"] < by_group["accuracy"]
    assert listed["metrics"]["accuracy"] == expected["accuracy"]
    assert shown["independent"]["tracks"] == 428
    assert f"{expected['accuracy']:.2f} ({expected['low']:.2f} to" in table
    assert table.index("Expected accuracy") < table.index("By group")


def test_the_commands_work_with_any_kind(site: Site, tmp_path: Path) -> None:
    register_kind(BOOSTER)
    booster = train_booster(tmp_path / "booster")

    site.genre("model", "add", tmp_path / "booster", "--use")

    listed = json.loads(site.genre("model", "list", "--json"))
    assert listed["current"] == booster.version
    assert [model["problem"] for model in listed["models"]] == [None, None]
    assert "booster" in site.genre("model", "show")
    shown = json.loads(site.genre("model", "show", booster.version, "--json"))
    assert shown["kind"] == "booster"
    assert f"Now using model {SHIPPED};" in site.genre("model", "rollback")
    assert f"Now using model {booster.version};" in site.genre("model", "use", booster.version)


def test_what_is_broken_or_unknown_is_refused_in_one_line(site: Site, tmp_path: Path) -> None:
    make_model(tmp_path / "a", " a")
    b = make_model(tmp_path / "b", " bb")
    site.genre("model", "add", tmp_path / "b")
    name = break_model(tmp_path / "a")
    break_model(site.registry / b.version)

    assert name in site.genre("model", "add", tmp_path / "a", fails=True)
    assert "expected sha256" in site.genre("model", "use", b.version, fails=True)
    assert "There is no model 'x' here" in site.genre("model", "use", "x", fails=True)
    assert "broken: " in site.genre("model", "list")
    assert site.current() == SHIPPED

    assert "was added" in site.genre("model", "add", tmp_path / "b")  # repairs the broken one
    site.genre("model", "use", b.version)


def test_a_running_service_follows_the_commands_and_survives_a_broken_folder(
    site: Site, tmp_path: Path
) -> None:
    a, b = (make_model(tmp_path / name, suffix) for name, suffix in (("a", " a"), ("b", " bb")))
    site.env["GENRE_MODEL_POLL_S"] = "3600"  # so that only the signal can cause it
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"],
        env=site.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            address = _address(process)
            site.genre("model", "add", tmp_path / "a", "--use")
            process.send_signal(signal.SIGHUP)
            _wait_for(address, "modelVersion", a.version)

            site.genre("model", "add", tmp_path / "b", "--use")
            break_model(site.registry / b.version)
            process.send_signal(signal.SIGHUP)
            _wait_for(address, "refusedModel", b.version)
            answer = httpx.post(
                f"{address}/graphql", json={"query": "{ model { version } }"}, headers=HEADERS
            )

            assert answer.json()["data"] == {"model": {"version": a.version}}
        finally:
            process.terminate()
            process.communicate(timeout=30)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("the service ended")


def _wait_for(address: str, key: str, version: str) -> None:
    for _ in range(500):
        ready = httpx.get(f"{address}/readyz").json()
        if ready.get(key) == version:
            return
        time.sleep(0.02)
    raise AssertionError(f"{key} is not {version}: {ready}")
