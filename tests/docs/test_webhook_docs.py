"""The code on docs/webhooks.md verifies what the service sends, and nothing else."""

import importlib.util
import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from app.webhooks.signature import parse_secrets, sign

FOLDER = Path(__file__).parent / "webhooks"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = f"whsec_{'QUJD' * 8}"
BODY = '{"type":"batch.ended","data":{"fileName":"Öl"}}'.encode()
CASES = [
    pytest.param(SECRET, 0, BODY, True, id="valid"),
    pytest.param(f"{OTHER},{SECRET}", 0, BODY, True, id="one-of-two"),
    pytest.param(OTHER, 0, BODY, False, id="other-secret"),
    pytest.param(SECRET, 0, BODY + b" ", False, id="changed-body"),
    pytest.param(SECRET, -600, BODY, False, id="old"),
    pytest.param(SECRET, 600, BODY, False, id="future"),
]


def headers(secrets: str, age_s: int) -> dict[str, str]:
    timestamp = int(time.time()) + age_s
    return {
        "webhook-id": "batch_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(parse_secrets(secrets), "batch_1", timestamp, BODY),
    }


@pytest.mark.parametrize(("secrets", "age_s", "body", "expected"), CASES)
def test_python_verifies(secrets: str, age_s: int, body: bytes, expected: bool) -> None:
    spec = importlib.util.spec_from_file_location("verify", FOLDER / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.verify(SECRET, headers(secrets, age_s), body) is expected


@pytest.mark.parametrize(("secrets", "age_s", "body", "expected"), CASES)
def test_javascript_verifies(secrets: str, age_s: int, body: bytes, expected: bool) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    arguments = [json.dumps(value) for value in (SECRET, headers(secrets, age_s), body.decode())]
    script = (
        f"const {{ verify }} = await import({json.dumps(str(FOLDER / 'verify.mjs'))});"
        f"console.log(verify({arguments[0]}, {arguments[1]}, Buffer.from({arguments[2]})))"
    )
    command = [node, "--input-type=module", "-e", script]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert json.loads(done.stdout) is expected
