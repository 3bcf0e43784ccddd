"""Choose another model while the service runs, without disturbing anything else."""

import asyncio
import io
import os
import signal
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.model_folders import break_model, make_model
from support.model_site import USE, Running, client, serving, until

from app.batches.admission import Ticket
from app.batches.runner import GiveWayError
from app.batches.worker import Worker, working
from app.config.access import clients_of, operators_of
from app.config.settings import Settings, SettingsError
from app.models.source import registry_of
from app.service import open_service
from db.batches.records import BatchRecord
from ml.errors import ArtefactError
from ml.sampling.generator import write_sample_csv
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest

pytestmark = pytest.mark.asyncio

MODEL = "{ model { version genres } }"
SHIPPED = Manifest.read(SHIPPED_MODEL_DIR)


async def test_an_operator_swaps_the_model_without_a_restart(
    running: Running, sample: bytes
) -> None:
    before = await running.client.classify(sample)

    answer = await running.operator.data(USE, version=running.other.version)
    after = await running.client.classify(sample)

    assert answer["useModel"]["version"] == running.other.version
    assert await running.client.data(MODEL) == {"model": answer["useModel"]}
    assert before["modelVersion"] == SHIPPED.version
    assert after["modelVersion"] == running.other.version
    assert {genre["name"] for genre in before["genres"]} <= set(SHIPPED.genres)
    assert {genre["name"] for genre in after["genres"]} <= set(running.other.genres)
    ready = (await running.http.get("/readyz")).json()
    assert (ready["modelVersion"], ready["status"]) == (running.other.version, "ok")


async def test_a_track_names_the_model_that_classified_it(running: Running, sample: bytes) -> None:
    lines = sample.splitlines(keepends=True)
    await running.client.classify(lines[0] + lines[1])
    await running.operator.data(USE, version=running.other.version)
    await running.client.classify(lines[0] + lines[2])

    tracks = await running.client.data(
        '{ a: track(trackId: "1") { modelVersion } b: track(trackId: "2") { modelVersion } }'
    )

    assert tracks == {
        "a": {"modelVersion": SHIPPED.version},
        "b": {"modelVersion": running.other.version},
    }


async def test_another_client_may_not_choose(running: Running) -> None:
    error = await running.client.error(USE, version=running.other.version)

    assert error["extensions"]["code"] == "FORBIDDEN"
    assert (await running.client.data(MODEL))["model"]["version"] == SHIPPED.version


@pytest.mark.parametrize("version", ["nothing", "", "../data", "..", "/", "a" * 5_000])
async def test_an_unknown_version_changes_nothing(running: Running, version: str) -> None:
    error = await running.operator.error(USE, version=version)

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert running.other.version in error["extensions"]["knownVersions"]
    assert (await running.client.data(MODEL))["model"]["version"] == SHIPPED.version


async def test_a_broken_model_is_refused_and_the_old_one_goes_on(
    running: Running, sample: bytes
) -> None:
    name = break_model(registry_of(running.settings).find(running.other.version))

    error = await running.operator.error(USE, version=running.other.version)
    batch = await running.client.classify(sample)

    assert error["extensions"]["code"] == "MODEL_UNUSABLE"
    assert name in error["message"]
    assert (batch["status"], batch["modelVersion"]) == ("DONE", SHIPPED.version)


async def test_every_replica_follows(running: Running) -> None:
    async with serving(running.settings) as http:
        await running.operator.data(USE, version=running.other.version)

        await until(http, "modelVersion", running.other.version)


async def test_a_replica_without_the_model_goes_on_and_says_so(
    running: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = running.settings.model_copy(update={"model_registry": tmp_path / "elsewhere"})
    async with serving(elsewhere) as http:
        await running.operator.data(USE, version=running.other.version)

        ready = await until(http, "refusedModel", running.other.version)
        await anyio.sleep(0.3)

        assert (ready["status"], ready["modelVersion"]) == ("ok", SHIPPED.version)
        refusals = [r for r in caplog.records if "stays in use; refused" in r.getMessage()]
        assert len(refusals) == 1, "it is logged once, not on every check"

        registry_of(elsewhere).add(tmp_path / "other")  # once repaired, it takes over
        await until(http, "modelVersion", running.other.version)


async def test_a_service_does_not_start_on_another_model_than_the_chosen(
    running: Running, tmp_path: Path
) -> None:
    await running.operator.data(USE, version=running.other.version)
    elsewhere = running.settings.model_copy(update={"model_registry": tmp_path / "elsewhere"})

    with pytest.raises(ArtefactError, match="was chosen and cannot be used.*genre model add"):
        async with open_service(elsewhere):
            pass


async def test_a_batch_ends_on_the_model_that_it_began_with(site: Settings, tmp_path: Path) -> None:
    make_model(tmp_path / "other", " 2")
    other, _ = registry_of(site).add(tmp_path / "other")
    content = wide_sample()
    async with open_service(site) as service:
        file = PausingFile(content, pause_at=len(content) // 2)
        batch = asyncio.create_task(service.intake.run(file, "long.csv", None))
        await anyio.to_thread.run_sync(file.is_paused.wait)

        await service.model.use(other.version, "test")
        file.may_go_on.set()
        first, second = await batch, await service.intake.run(io.BytesIO(content), "next.csv", None)

        genres = {c.genre for c in await service.batches.list_genres(first.id)}
        assert (first.status, first.model_version) == ("DONE", SHIPPED.version)
        assert genres <= set(SHIPPED.genres)
        assert (second.status, second.model_version) == ("DONE", other.version)
        assert (await service.model.find(SHIPPED.version)) is not None


async def test_a_queued_batch_is_resumed_on_the_model_that_it_began_with(
    site: Settings, tmp_path: Path
) -> None:
    make_model(tmp_path / "other", " 2")
    other, _ = registry_of(site).add(tmp_path / "other")
    async with open_service(site.model_copy(update={"spool_url": str(tmp_path)})) as service:
        queued = await service.intake.enqueue(io.BytesIO(wide_sample()), "long.csv", None)
        await OneChunkWorker(**init_values(service.worker)).run()
        (begun,) = (await service.batches.find_batches([queued.id])).values()
        await service.model.use(other.version, "test")

        async with working(service.worker, timeout_s=20):
            for _ in range(1_000):
                (ended,) = (await service.batches.find_batches([queued.id])).values()
                if ended.status == "DONE":
                    break
                await anyio.sleep(0.02)

        genres = {c.genre for c in await service.batches.list_genres(queued.id)}
        assert 0 < begun.rows_stored < ended.rows_stored == 400
        assert (ended.status, ended.model_version) == ("DONE", SHIPPED.version)
        assert genres <= set(SHIPPED.genres)


async def test_a_hangup_signal_reloads_the_folder_of_a_pinned_model(
    site: Settings, tmp_path: Path
) -> None:
    current = tmp_path / "current"
    make_model(tmp_path / "a", " a")
    b = make_model(tmp_path / "b", " bb")
    current.symlink_to("a")
    async with serving(site.model_copy(update={"model_dir": current})) as http:
        boss = client(http, "boss")
        error = await boss.error(USE, version=b.version)
        current.unlink()
        current.symlink_to("b")
        os.kill(os.getpid(), signal.SIGHUP)

        await until(http, "modelVersion", b.version)

        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "GENRE_MODEL_DIR" in error["message"]


async def test_operators_must_be_clients(site: Settings) -> None:
    wrong = site.model_copy(update={"operators": "boss, bss"})

    assert operators_of(site, clients_of(site)) == {"boss"}
    with pytest.raises(SettingsError, match="GENRE_OPERATORS names .* GENRE_CLIENTS: bss"):
        operators_of(wrong, clients_of(wrong))


async def test_who_has_the_development_credentials_is_an_operator() -> None:
    assert operators_of(Settings(), clients_of(Settings())) == {"test"}


class OneChunkWorker(Worker):
    """A worker that is asked to stop while it stores its first chunk."""

    def _give_way_if_asked(self, ticket: Ticket, batch: BatchRecord) -> None:
        self.stop()
        raise GiveWayError


def init_values(worker: Worker) -> dict[str, Any]:
    return {f.name: getattr(worker, f.name) for f in fields(worker) if f.init}


def wide_sample() -> bytes:
    """Tracks for several chunks."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=400, seed=2)
    return stream.getvalue().encode()


class PausingFile(io.BytesIO):
    """A file whose second half can be read only when the test allows it."""

    def __init__(self, content: bytes, pause_at: int) -> None:
        super().__init__(content)
        self.pause_at = pause_at
        self.is_paused, self.may_go_on = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self.pause_at:
            self.is_paused.set()
            assert self.may_go_on.wait(30)
        return super().read(size)
