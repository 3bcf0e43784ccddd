"""Messages of libraries go through the service's log."""

import json
import subprocess
import sys

import pytest

PARSE = """
import sys
from python_multipart.multipart import MultipartParser
from app.config.logs import configure_logging
from app.config.settings import Settings

configure_logging(Settings(log_format="json", log_level=sys.argv[1]))
try:
    MultipartParser(b"b").write(b"--b\\r\\nno header\\r\\n")
except Exception:
    pass
"""


@pytest.mark.parametrize(
    ("level", "levels"),
    [
        pytest.param("INFO", ["WARNING"], id="by-default"),
        pytest.param("ERROR", [], id="only-errors"),
    ],
)
def test_warnings_about_multipart_bodies_are_json(level: str, levels: list[str]) -> None:
    command = [sys.executable, "-c", PARSE, level]

    run = subprocess.run(command, capture_output=True, text=True, check=True)

    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["level"] for line in lines] == levels
    assert {line["logger"] for line in lines} <= {"python_multipart.multipart"}
