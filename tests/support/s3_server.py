"""An S3 server (moto) as a separate process, and its contents, read over HTTP.

What is looked at here does not go through the client that is tested.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

KEYS = {"AWS_ACCESS_KEY_ID": "spool-test", "AWS_SECRET_ACCESS_KEY": "spool-test"}


@dataclass
class S3Server:
    """The server's address and process."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a user sets to reach it."""
        return {
            **KEYS,
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        httpx.put(f"{self.address}/{bucket}").raise_for_status()

    def deny(self, bucket: str, action: str) -> None:
        """Add a policy that refuses an action on the objects of a bucket."""
        resources = [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"]
        rule = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resources}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
        httpx.put(f"{self.address}/{bucket}?policy", content=policy).raise_for_status()

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Make an object."""
        httpx.put(f"{self.address}/{bucket}/{key}", content=content).raise_for_status()

    def keys(self, bucket: str) -> list[str]:
        """Return the names of the objects."""
        return re.findall(r"<Key>(.*?)</Key>", httpx.get(f"{self.address}/{bucket}").text)

    def unfinished(self, bucket: str) -> list[str]:
        """Return the names of multipart uploads that were neither completed nor aborted."""
        return re.findall(r"<Key>(.*?)</Key>", httpx.get(f"{self.address}/{bucket}?uploads").text)

    def stop(self) -> None:
        """Stop the server, which deletes its contents."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Run a server during the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    server = S3Server(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: S3Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(server.address)
            return
        time.sleep(0.05)
    raise AssertionError("the S3 server does not start")
