"""Nobody else can hold the locks of a data folder, and one that is held is named."""

import fcntl
import stat
import sys
from pathlib import Path

import pytest

from db.embedded import files
from db.embedded.account import MARK
from db.embedded.errors import EmbeddedPostgresError
from db.embedded.server import embedded_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs flock")


def test_only_the_owner_may_open_the_locks(folder: Path) -> None:
    for name in (MARK, "postgres.lock"):
        (folder / name).chmod(0o644)  # as earlier releases left them

    with embedded_postgres(folder):
        pass

    for name in (MARK, "postgres.lock"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_lock_that_stays_held_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", 0.1)
    monkeypatch.setattr(files, "LOCK_TIMEOUT_S", 0.3)
    path = folder / "postgres.lock"
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.raises(EmbeddedPostgresError, match="another process has held"),
            embedded_postgres(folder),
        ):
            pass

    assert f"Waiting for {path}" in caplog.text
