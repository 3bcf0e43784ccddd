"""Classify uploads whose client waits for the answer: at once, or when their turn comes.

One that has to wait is recorded first, with status QUEUED. It holds no connection, and no more of
its file than the request has on the disk anyway.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

import anyio
import anyio.to_thread

from app.batches.admission import Place, Turns
from app.batches.disconnect import client_goes
from app.batches.pipeline import CANCELLED_MESSAGE
from app.batches.pipelines import Pipelines
from db.batches.repository import INTERRUPTED, BatchRepository
from db.batches.waiting import WaitingBatches
from db.errors import StorageUnavailableError
from db.records import BatchRecord
from schema.core.context import UploadRefusedError

CLIENT_WENT = "The client went away before the turn of this file came. Nothing of it was stored."
LOST = "The batch was taken for one whose process is gone."


@dataclass(frozen=True, slots=True)
class DirectBatches:
    """Classifies files while their clients wait."""

    pipelines: Pipelines
    batches: BatchRepository
    waiting: WaitingBatches
    turns: Turns

    async def __call__(self, file: BinaryIO, file_name: str, client_id: str | None) -> BatchRecord:
        """Classify `file` and return its batch, DONE or FAILED.

        Raises
        ------
        CsvError
            The file cannot be read as tracks at all; no batch is made of it.
        UploadRefusedError
            Too many wait already, or the process ends; no batch is made of it either.
        StorageUnavailableError
            The database went away; a batch that was recorded is marked as FAILED once it is back.
        """
        with self.turns.place(is_upload=True) as place:
            if not place.has_turn:
                await anyio.to_thread.run_sync(self.pipelines.current.check, file)
            if place.has_turn:
                return await self.pipelines.current(file, file_name, client_id)
            if place.dismissal:
                raise UploadRefusedError(place.dismissal)
            return await self._wait_and_run(place, file, file_name, client_id)

    async def _wait_and_run(
        self, place: Place, file: BinaryIO, file_name: str, client_id: str | None
    ) -> BatchRecord:
        batch_id = uuid.uuid4()
        async with self.waiting.locks.hold(batch_id, lambda: self.turns.dismiss(place, LOST)):
            if await self._wait(place, batch_id, file_name, client_id):
                # Asked for now: the model may be another than when the upload came.
                await self.pipelines.current.run_waiting(batch_id, file, self.waiting.begin)
        record = (await self.batches.find_batches([batch_id])).get(batch_id)
        if record is None:
            raise StorageUnavailableError("The batch was removed while its upload waited.")
        return record

    async def _wait(
        self, place: Place, batch_id: uuid.UUID, file_name: str, client_id: str | None
    ) -> bool:
        """Show the batch as QUEUED until its turn comes; False if it has FAILED instead."""
        try:
            model = self.pipelines.current.model
            await self.waiting.add(batch_id, file_name, model, client_id)
            async with self._dismissed_without_client(place):
                has_turn = await place.wait()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True), contextlib.suppress(StorageUnavailableError):
                await self.waiting.fail(batch_id, INTERRUPTED, CANCELLED_MESSAGE)
            raise
        if not has_turn:
            await self.waiting.fail(batch_id, INTERRUPTED, place.dismissal or "")
        return has_turn

    @contextlib.asynccontextmanager
    async def _dismissed_without_client(self, place: Place) -> AsyncIterator[None]:
        task = asyncio.create_task(self._dismiss_without_client(place))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _dismiss_without_client(self, place: Place) -> None:
        await client_goes()
        self.turns.dismiss(place, CLIENT_WENT)
