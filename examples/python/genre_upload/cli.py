"""The command `genre-upload`."""

import argparse
import asyncio
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from genre_upload.problems import EXPECTED, REFUSED, explain
from genre_upload.upload import Service, upload


def main() -> None:
    """Send a file; errors are a line and an exit code, never a traceback."""
    arguments = _parser().parse_args()
    service = Service(arguments.address, arguments.timeout)
    try:
        is_done = asyncio.run(upload(arguments.file, service))
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except EXPECTED as error:
        problem = explain(error, arguments.address, arguments.timeout)
        print(problem.message, file=sys.stderr)
        sys.exit(problem.exit_code)
    sys.exit(0 if is_done else REFUSED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="genre-upload",
        description="Send a file of tracks to the genre service and print their genres.",
        epilog="Credentials: CLIENT_ID and CLIENT_SECRET in the environment, else test and test.",
    )
    parser.add_argument("file", type=Path, help="a CSV file of tracks")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000", help="%(default)s")
    parser.add_argument(
        "--timeout", type=_seconds, default=600, help="seconds to wait for an answer (%(default)s)"
    )
    parser.add_argument("--version", action="version", version=f"genre-upload {_version()}")
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e6:
        raise ValueError(text)
    return seconds


def _version() -> str:
    try:
        return version("genre-upload")
    except PackageNotFoundError:
        return "(not installed)"
