"""Queue batches that classify stored tracks again with the model in use."""

import uuid
from dataclasses import dataclass

from app.models.classified import to_model_version
from app.models.current import CurrentModel
from db.batches.kind import BatchKind
from db.batches.reclassification import PostgresReclassifications
from db.batches.records import BatchRecord, NewBatch
from db.batches.repository import BatchRepository
from db.errors import StorageUnavailableError
from db.tracks.reclassify import NoFeaturesError, PostgresStoredTracks


@dataclass(frozen=True, slots=True)
class Reclassifier:
    """`schema.core.context.BatchReclassifier`."""

    current: CurrentModel
    batches: BatchRepository
    tracks: PostgresStoredTracks
    reclassifications: PostgresReclassifications

    async def reclassify(
        self, target_id: uuid.UUID | None, client_id: str | None
    ) -> BatchRecord | None:
        """Queue a batch for the tracks of another batch, or for all; None if there is no such one.

        Raises
        ------
        NoFeaturesError
            There are tracks, but no features of any.
        """
        name = "reclassification"
        if target_id is not None:
            target = (await self.batches.find_batches([target_id])).get(target_id)
            if target is None:
                return None
            name = f"{name} of {target.file_name}"
        if await self.tracks.lack_features():
            raise NoFeaturesError
        batch = NewBatch(
            id=uuid.uuid4(),
            file_name=name,
            model=to_model_version(self.current.model),
            client_id=client_id,
            kind=BatchKind.RECLASSIFY,
            target_id=target_id,
        )
        return await self._find(await self.reclassifications.enqueue(batch))

    async def _find(self, batch_id: uuid.UUID) -> BatchRecord:
        record = (await self.batches.find_batches([batch_id])).get(batch_id)
        if record is None:
            raise StorageUnavailableError("The batch was removed meanwhile.")
        return record
