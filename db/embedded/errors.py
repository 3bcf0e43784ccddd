"""Errors of the embedded server."""

import contextlib
from pathlib import Path


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot run; the message says what failed, where and what to do."""

    def __init__(self, problem: str, folder: Path, *, advice: str) -> None:
        log = ""
        with contextlib.suppress(OSError):
            lines = (folder / "postgres" / "server.log").read_text(errors="replace").splitlines()
            log = "\n".join(["", "Last lines of its log:", *lines[-10:]])
        super().__init__(f"Embedded Postgres: {problem}\nFolder: {folder}\n{advice}{log}")
