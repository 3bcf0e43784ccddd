"""Make the report on a batch from its stored tracks, one at a time per process."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import anyio

from app.models.current import CurrentModel
from app.models.tables import to_table
from app.reports.page import render_report
from app.runtime.threads import ComputeThreads
from db.batches.records import BatchRecord
from db.batches.repository import BatchRepository
from db.batches.samples import PostgresBatchSamples, RawSample
from ml.columns import NUMBER_COLUMNS
from ml.errors import ArtefactError
from ml.report.findings import Collector, Findings
from ml.report.report import make_report
from ml.report.reservoir import SAMPLE
from ml.store.loaded import LoadedModel
from ml.track import Reject, RejectCode
from schema.core.errors import ErrorCode, PortError


class ReportBusyError(Exception):
    """Another report is being made in this process."""


class NoReportError(PortError):
    """There is nothing to report on."""

    code = ErrorCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class StoredReports:
    """Renders reports; the work is done in the threads of batches."""

    model: CurrentModel
    batches: BatchRepository
    samples: PostgresBatchSamples
    threads: ComputeThreads
    clock: Callable[[], datetime]
    _turn: anyio.Lock = field(default_factory=anyio.Lock)

    async def render(self, batch_id: uuid.UUID) -> bytes:
        """Return the page.

        Raises
        ------
        ReportBusyError
            Another report is being made.
        NoReportError
            The batch is gone, has no tracks with features, or its model is gone.
        """
        try:
            self._turn.acquire_nowait()
        except anyio.WouldBlock:
            raise ReportBusyError from None
        try:
            return await self._render(batch_id)
        finally:
            self._turn.release()

    async def _render(self, batch_id: uuid.UUID) -> bytes:
        batch = (await self.batches.find_batches([batch_id])).get(batch_id)
        if batch is None:
            raise NoReportError("This batch does not exist any more.")
        loaded, findings = await self._look(batch)
        counts = await self.samples.count_rejects(batch_id)
        examples = await self.samples.first_rejects(batch_id)
        rejects = [
            Reject(one.line, one.track_id, one.column, RejectCode(one.code), one.message)
            for one in examples
        ]
        findings = replace(findings, rejects=counts, examples=rejects)
        return await self.threads.run(self._page, batch, loaded, findings)

    async def _look(self, batch: BatchRecord) -> tuple[LoadedModel, Findings]:
        """Count the tracks of a sample, of the model that classified most of its first page."""
        loaded, collector = None, None
        async for page in self.samples.read(batch.id, SAMPLE):
            if not page.rows:
                continue
            if loaded is None or collector is None:
                loaded = await self._load(page.versions().most_common(1)[0][0])
                model = loaded.model
                collector = Collector(model.genres, model.uncertain_below)
            await self.threads.run(_add, collector, page, loaded.version)
        if loaded is None or collector is None:
            raise NoReportError(
                "This batch has no tracks whose features were kept (GENRE_STORE_FEATURES)."
            )
        return loaded, collector.end()

    async def _load(self, version: str) -> LoadedModel:
        try:
            return await self.model.load(version)
        except ArtefactError:
            raise NoReportError(
                f"Model {version}, which classified this batch, is no longer available."
            ) from None

    def _page(self, batch: BatchRecord, loaded: LoadedModel, findings: Findings) -> bytes:
        names = loaded.model.feature_names
        found = make_report(batch.file_name, loaded.manifest, names, findings)
        return render_report(found, self.clock(), stored=batch.rows_stored).encode()


def _add(collector: Collector, page: RawSample, version: str) -> None:
    found = page.decode(version, NUMBER_COLUMNS)
    if len(found.track_ids):
        tracks = to_table(found.track_ids.tolist(), found.titles.to_pylist(), [found.features])
        collector.add(tracks, found.probabilities)
