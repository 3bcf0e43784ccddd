"""Classify and store the chunks of a batch.

Reading and predicting run in separate threads: while one chunk is stored, the next is being
classified and the one after it read. At most one waits between two stages (back-pressure), so
memory does not grow with the file.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from app.batches.detected import to_detected
from app.models.classified import to_classified
from app.runtime.threads import ComputeThreads
from db.batches.records import BatchRecord, RejectRecord, ResumePoint
from db.records import ClassifiedTracks
from db.tracks.copy import TrackRows
from ml.model.genre_model import GenreModel, takes_partial
from ml.track import Reject, RejectCode, TrackChunk

Prepare = Callable[[ClassifiedTracks], TrackRows]


class Writer(Protocol):
    """Stores the chunks of a batch."""

    def prepare(self, tracks: ClassifiedTracks) -> TrackRows:
        """Bring tracks into the form that is stored, in a thread."""

    async def save_chunk(
        self, rows: TrackRows, rejects: Sequence[RejectRecord], end: ResumePoint
    ) -> BatchRecord:
        """Store a chunk with the counts of its batch and where to go on, or nothing of it.

        Return the batch as it is then.
        """


@dataclass(frozen=True, slots=True)
class PreparedChunk:
    """A classified chunk in the form that is stored."""

    tracks: TrackRows
    rejects: list[RejectRecord]
    end: ResumePoint


Checkpoint = Callable[[BatchRecord], None]
"""Called after each stored chunk; what it raises stops the pipeline there."""


def carry_on(batch: BatchRecord) -> None:
    """Do nothing at a checkpoint."""


@dataclass(frozen=True, slots=True)
class ClassifyPipeline:
    """Classifies with one model from the first chunk to the last."""

    model: GenreModel
    threads: ComputeThreads
    keep_features: bool
    """Whether what the model saw is stored too."""

    async def store_all(
        self,
        chunks: AsyncGenerator[TrackChunk, None],
        writer: Writer,
        checkpoint: Checkpoint,
    ) -> None:
        """Classify and store chunks as they are read; what is stored stays if one fails."""
        read_send, read = anyio.create_memory_object_stream[TrackChunk](1)
        prepared_send, prepared = anyio.create_memory_object_stream[PreparedChunk](1)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._read, chunks, read_send)
                tasks.start_soon(self._classify, read, prepared_send, writer.prepare)
                async with prepared:
                    async for chunk in prepared:
                        checkpoint(await writer.save_chunk(chunk.tracks, chunk.rejects, chunk.end))
        except* Exception as group:
            # One error is what the caller can use; the task group wraps even a single one.
            raise _first_error(group) from None

    async def _read(
        self, chunks: AsyncGenerator[TrackChunk, None], send: MemoryObjectSendStream[TrackChunk]
    ) -> None:
        async with send, aclosing(chunks):
            async for chunk in chunks:
                await send.send(chunk)

    async def _classify(
        self,
        receive: MemoryObjectReceiveStream[TrackChunk],
        send: MemoryObjectSendStream[PreparedChunk],
        prepare: Prepare,
    ) -> None:
        classify = partial(classify_chunk, self.model, prepare, keep_features=self.keep_features)
        async with receive, send:
            async for chunk in receive:
                await send.send(await self.threads.run(classify, chunk))


def classify_chunk(
    model: GenreModel, prepare: Prepare, chunk: TrackChunk, *, keep_features: bool
) -> PreparedChunk:
    """Predict the genres of a chunk, and bring it into the form that is stored."""
    if chunk.tracks.basis is not None and not takes_partial(model):
        chunk = _without_partial(chunk, model)
    predictions = model.predict(chunk.tracks)
    return PreparedChunk(
        tracks=prepare(to_classified(chunk.tracks, predictions, keep_features=keep_features)),
        rejects=[to_record(reject) for reject in chunk.rejects],
        end=ResumePoint(
            chunk.end.byte, chunk.end.line, chunk.bytes_read, to_detected(chunk.detected)
        ),
    )


def _without_partial(chunk: TrackChunk, model: GenreModel) -> TrackChunk:
    """Reject the tracks that lack something, for a model that needs it."""
    is_partial = chunk.tracks.partial
    refused, kept = chunk.tracks.take(is_partial), chunk.tracks.take(~is_partial)
    rejects = [
        Reject(line, str(track_id), None, RejectCode.MISSING_VALUE, needs_whole(model))
        for line, track_id in zip(refused.lines.tolist(), refused.track_ids.tolist(), strict=True)
    ]
    return replace(chunk, tracks=replace(kept, basis=None), rejects=[*chunk.rejects, *rejects])


def needs_whole(model: GenreModel) -> str:
    """Say that a model cannot do without some values."""
    return (
        f"Model {model.version} needs the words and all numbers of a track. Use a model that does "
        "with less, such as the shipped one."
    )


def to_record(reject: Reject) -> RejectRecord:
    """Return a rejected row as it is stored."""
    return RejectRecord(
        line=reject.line,
        track_id=reject.track_id,
        column=reject.column,
        code=reject.code.value,
        message=reject.message,
    )


def _first_error(group: BaseExceptionGroup[Exception]) -> Exception:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Exception)
    return error
