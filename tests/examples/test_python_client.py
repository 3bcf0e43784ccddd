"""The Python example as a command: installed, and every problem is a line, not a traceback."""

import asyncio
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.graphql_client import GraphQLClient
from support.repository import ROOT
from support.waiting import until

EXAMPLE = ROOT / "examples" / "python"
VERSION = "0.1.0"
Answer = tuple[int, str, str]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The installed command, and the environment that finds it; dependencies are here already."""
    prefix = tmp_path_factory.mktemp("installed")
    install = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--prefix", str(prefix)]
    command = [sys.executable, "-m", "pip", *install, str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and "No module named" in done.stderr:
        pytest.skip("needs pip and hatchling")
    assert done.returncode == 0, done.stderr
    paths = sysconfig.get_paths("posix_prefix", {"base": str(prefix), "platbase": str(prefix)})
    return Path(paths["scripts"]) / "genre-upload", {"PYTHONPATH": paths["purelib"]}


Run = Callable[..., Awaitable[Answer]]


@pytest.fixture
def run(program: tuple[Path, dict[str, str]], tmp_path: Path) -> Run:
    """Run the command and return its exit code, output and errors."""
    path, environment = program

    async def run(*arguments: object, **variables: str) -> Answer:
        process = await asyncio.create_subprocess_exec(
            path,
            *map(str, arguments),
            cwd=tmp_path,
            env={**os.environ, **environment, **variables},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, errors = await process.communicate()
        assert b"Traceback" not in errors, errors.decode()
        return process.returncode or 0, out.decode(), errors.decode()

    return run


@pytest.fixture
def sample_file(sample: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "tracks.csv"
    path.write_bytes(sample)
    return path


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[str]:
    """Listen, and answer each request with these bytes, or never."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not (await reader.read(65_536)).endswith(b"--\r\n"):
            pass
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def http(status: str, body: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\nconnection: close\r\n\r\n{body}".encode()


@pytest.mark.asyncio
async def test_classifies_a_file(
    api: GraphQLClient, address: str, run: Run, sample_file: Path
) -> None:
    code, out, errors = await run(sample_file, address)

    assert (code, errors) == (0, "")
    assert out.startswith("DONE: 60 stored, 0 rejected\n")


@pytest.mark.asyncio
async def test_a_file_of_which_nothing_is_stored_is_no_crash(
    api: GraphQLClient, address: str, run: Run, sample: bytes, tmp_path: Path
) -> None:
    header = sample.splitlines()[0]
    file = tmp_path / "empty.csv"
    file.write_bytes(header + b"\nx" + b"," * header.count(b",") + b"\n")

    code, out, errors = await run(file, address)

    assert (code, errors) == (0, "")
    assert out.startswith("DONE: 0 stored, 1 rejected\n  line 2: ")


@pytest.mark.asyncio
async def test_tells_its_version_and_how_to_use_it(run: Run) -> None:
    assert await run("--version") == (0, f"genre-upload {VERSION}\n", "")
    code, _, errors = await run()
    assert (code, "the following arguments are required: file" in errors) == (2, True)
    assert (await run("a.csv", "--timeout", "soon"))[0] == 2


@pytest.mark.asyncio
async def test_a_bad_file_is_refused_in_a_line(
    api: GraphQLClient, address: str, run: Run, tmp_path: Path, sample: bytes
) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "wrong.csv").write_bytes(sample.replace(b"tempo", b"speed", 1))

    empty = await run("empty.csv", address)
    wrong = await run("wrong.csv", address)

    assert (empty[0], empty[2].startswith("EMPTY_CSV: ")) == (1, True)
    assert (wrong[0], wrong[2].startswith("INVALID_CSV: "), wrong[2].count("\n")) == (1, True, 1)


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    assert await run("missing.csv") == (2, "", "missing.csv: No such file or directory\n")
    assert await run(tmp_path) == (2, "", f"{tmp_path}: Is a directory\n")


@pytest.mark.asyncio
async def test_wrong_credentials_name_the_variables(
    address: str, run: Run, sample_file: Path
) -> None:
    code, out, errors = await run(sample_file, address, CLIENT_SECRET="wrong")

    assert (code, out) == (3, "")
    assert errors == (
        "the service does not know these credentials; set CLIENT_ID and CLIENT_SECRET\n"
    )


@pytest.mark.asyncio
async def test_a_service_that_is_down_is_said(run: Run, sample_file: Path) -> None:
    async with answering(None) as address:
        pass

    assert await run(sample_file, address) == (
        4,
        "",
        f"{address} cannot be reached: is the service running?\n",
    )


@pytest.mark.asyncio
async def test_a_service_that_does_not_answer_is_given_up(run: Run, sample_file: Path) -> None:
    async with answering(None) as address:
        code, _, errors = await run(sample_file, address, "--timeout", "0.5")

    assert (code, errors) == (
        4,
        f"{address} did not answer within 0.5 s; the batch may go on\n",
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        pytest.param(b"", 4, "was lost", id="connection-lost"),
        pytest.param(http("503 X", "{}"), 4, "answered 503", id="unavailable"),
        pytest.param(http("413 X", "{}"), 1, "UPLOAD_TOO_LARGE", id="too-large"),
        pytest.param(http("404 X", ""), 5, "answered 404: is it the genre", id="not-found"),
        pytest.param(http("200 X", "<html>"), 5, "another service or version", id="no-json"),
        pytest.param(http("200 X", "[]"), 5, "another service or version", id="no-graphql"),
        pytest.param(http("200 X", '{"data":{"a":1}}'), 5, "another service", id="other-data"),
        pytest.param(
            http(
                "200 X",
                '{"errors":[{"message":"Later.","extensions":'
                '{"code":"SERVICE_UNAVAILABLE","retryable":true}}]}',
            ),
            4,
            "SERVICE_UNAVAILABLE: Later.",
            id="retryable",
        ),
    ],
)
async def test_strange_answers_are_said_in_a_line(
    run: Run, sample_file: Path, answer: bytes, code: int, message: str
) -> None:
    async with answering(answer) as address:
        found = await run(sample_file, address)

    assert (found[0], found[1], found[2].count("\n")) == (code, "", 1)
    assert message in found[2]


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://127.0.0.1"])
async def test_a_wrong_address_is_said(run: Run, sample_file: Path, address: str) -> None:
    code, _, errors = await run(sample_file, address)

    assert (code, "must begin with http://" in errors) == (2, True)


@pytest.mark.asyncio
async def test_ctrl_c_is_silent(
    program: tuple[Path, dict[str, str]], sample_file: Path, tmp_path: Path
) -> None:
    arrived, closed = asyncio.Event(), asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        arrived.set()
        await reader.read()
        writer.close()
        closed.set()

    async def has_arrived() -> bool:
        return arrived.is_set()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    process = await asyncio.create_subprocess_exec(
        program[0],
        str(sample_file),
        address,
        env={**os.environ, **program[1]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await until(has_arrived)
    process.send_signal(signal.SIGINT)
    out, errors = await process.communicate()
    await closed.wait()
    server.close()

    assert (process.returncode, out, errors) == (130, b"", b"")
