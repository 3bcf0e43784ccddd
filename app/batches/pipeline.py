"""The use case: classify one CSV file and store the result, chunk by chunk.

Reading and predicting run in threads of their own: while a chunk is stored, the next one is
classified and the one behind it read. One waits at most between two stages, so memory does not grow
with the file.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import BinaryIO

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.classified import to_classified, to_model_version
from app.runtime.threads import ComputeThreads
from db.batches.repository import INTERRUPTED, BatchRepository
from db.batches.writer import BatchWriter, open_writer
from db.records import BatchRecord, ClassifiedTracks, ModelVersion, RejectRecord, ResumePoint
from db.tracks.copy import TrackRows
from ml.errors import CsvError
from ml.model.genre_model import GenreModel
from ml.reading.compression import ContentLimits, TrackContent
from ml.reading.tracks_csv import read_tracks, resume_tracks
from ml.track import FilePosition, Reject, TrackChunk

CHECKED_BYTES = 65_536
"""How much of a file is read to see that it is a CSV file of tracks with at least one row."""
Prepare = Callable[[ClassifiedTracks], TrackRows]
Progress = Callable[[int, int], None]
"""Called after each stored chunk with the rows and bytes read so far; may raise to stop."""
Begin = Callable[[uuid.UUID, ModelVersion], Awaitable[bool]]
"""Sets a batch that waited RUNNING; False if it must not run any more."""
CANCELLED_MESSAGE = (
    "The client went away, or the service was told to stop. What was stored stays; send the file "
    "again."
)


@dataclass(frozen=True, slots=True)
class ClassifiedChunk:
    """A chunk ready to be stored."""

    tracks: TrackRows
    rejects: list[RejectRecord]
    rows_read: int
    end: ResumePoint


@dataclass(frozen=True, slots=True)
class BatchPipeline:
    """Classify uploaded files: read, predict, save."""

    genre_model: GenreModel
    engine: AsyncEngine
    batches: BatchRepository
    threads: ComputeThreads
    chunk_bytes: int
    keep_features: bool
    """Whether what the model saw is stored too."""
    content_limits: ContentLimits
    """How much may come out of a compressed file."""

    async def __call__(
        self,
        file: BinaryIO,
        file_name: str,
        client_id: str | None = None,
        progress: Progress = lambda rows, size: None,
    ) -> BatchRecord:
        """Classify `file` and return its batch, DONE or FAILED.

        Raises
        ------
        CsvError
            The file cannot be read as tracks at all; no batch is made of it.
        StorageUnavailableError
            The database went away; a batch that had begun is marked as FAILED once it is back.
        """
        chunks = self.read(file)
        # The first chunk is read before anything is written: a file that is no CSV leaves no trace.
        first = await self._next(chunks)
        chunks = chain([first] if first else [], chunks)
        batch_id = uuid.uuid4()
        async with open_writer(self.engine, batch_id, self.model) as writer:
            await self.batches.open_batch(batch_id, file_name, self.model, client_id)
            await self._run(writer, chunks, progress)
        return (await self.batches.find_batches([batch_id]))[batch_id]

    async def run_waiting(self, batch_id: uuid.UUID, file: BinaryIO, begin: Begin) -> None:
        """Classify the file of a batch that is recorded and has waited, if `begin` says so."""
        async with open_writer(self.engine, batch_id, self.model) as writer:
            if await begin(batch_id, self.model):
                await self._run(writer, self.read(file), lambda rows, size: None)

    @property
    def model(self) -> ModelVersion:
        """The model that classifies."""
        return to_model_version(self.genre_model)

    async def _run(
        self,
        writer: BatchWriter,
        chunks: Iterator[TrackChunk],
        progress: Progress,
    ) -> None:
        try:
            await self.store_all(writer, chunks, progress)
        except CsvError as error:
            await writer.fail(error.code, str(error))
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await writer.fail(INTERRUPTED, CANCELLED_MESSAGE)
            raise
        except Exception:
            with anyio.CancelScope(shield=True):
                await writer.fail("INTERNAL", "Internal error; what was stored stays.")
            raise
        else:
            await writer.finish()

    async def store_all(
        self,
        writer: BatchWriter,
        chunks: Iterator[TrackChunk],
        progress: Progress,
    ) -> None:
        """Classify and store chunks as they are read; what is stored stays if one cannot be."""
        to_classify = anyio.create_memory_object_stream[TrackChunk](1)
        send, receive = anyio.create_memory_object_stream[ClassifiedChunk](1)
        rows = 0
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._read, to_classify[0], chunks)
                tasks.start_soon(self._classify, to_classify[1], send, writer.prepare)
                async with receive:
                    async for chunk in receive:
                        await writer.save_chunk(chunk.tracks, chunk.rejects, chunk.end)
                        rows += chunk.rows_read
                        progress(rows, chunk.end.byte)
        except* Exception as group:
            # One error is what the caller can use; the task group wraps even a single one.
            raise _first_error(group) from None

    async def _read(
        self, send: MemoryObjectSendStream[TrackChunk], chunks: Iterator[TrackChunk]
    ) -> None:
        async with send:
            while (chunk := await self._next(chunks)) is not None:
                await send.send(chunk)

    async def _classify(
        self,
        receive: MemoryObjectReceiveStream[TrackChunk],
        send: MemoryObjectSendStream[ClassifiedChunk],
        prepare: Prepare,
    ) -> None:
        classify = partial(
            classify_chunk, self.genre_model, prepare, keep_features=self.keep_features
        )
        async with receive, send:
            async for chunk in receive:
                await send.send(await self.threads.run(classify, chunk))

    async def _next(self, chunks: Iterator[TrackChunk]) -> TrackChunk | None:
        return await self.threads.run(next, chunks, None)

    def read(self, file: BinaryIO, start: ResumePoint | None = None) -> Iterator[TrackChunk]:
        """Read chunk by chunk, from the first row or from where a worker stopped."""
        content = TrackContent(file, self.content_limits)
        if start is None:
            return read_tracks(content, chunk_bytes=self.chunk_bytes)
        position = FilePosition(start.byte, start.line)
        return resume_tracks(content, position, chunk_bytes=self.chunk_bytes)

    def check(self, file: BinaryIO) -> None:
        """Read the header and the first rows as `read` will, then go back to the start.

        Raises
        ------
        CsvError
            They are not those of a CSV file of tracks.
        """
        next(read_tracks(TrackContent(file, self.content_limits), chunk_bytes=CHECKED_BYTES))
        file.seek(0)


def classify_chunk(
    model: GenreModel, prepare: Prepare, chunk: TrackChunk, *, keep_features: bool
) -> ClassifiedChunk:
    """Predict the genres of a chunk, in the form that is stored."""
    predictions = model.predict(chunk.tracks)
    return ClassifiedChunk(
        tracks=prepare(to_classified(chunk.tracks, predictions, keep_features=keep_features)),
        rejects=[to_record(reject) for reject in chunk.rejects],
        rows_read=chunk.rows_read,
        end=ResumePoint(chunk.end.byte, chunk.end.line),
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
