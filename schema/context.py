"""What resolvers may use: ports to the rest of the service, filled in by `app`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import strawberry
from starlette.datastructures import UploadFile
from strawberry.dataloader import DataLoader

from db.batches import BatchRepository
from db.corrections import CorrectionRepository
from db.records import BatchRecord, TrackRecord
from db.tracks import TrackRepository
from ml.ensemble import GenrePredictions
from ml.manifest import Manifest
from ml.track_input import RawTrack


class BatchClassifier(Protocol):
    """Classifies an uploaded file and stores the result."""

    async def __call__(self, upload: UploadFile, client_id: str | None) -> BatchRecord:
        """Return the batch once it is done or has failed; a file that is no CSV raises."""


class TrackClassifier(Protocol):
    """Classifies tracks that came in a request."""

    async def __call__(self, tracks: Sequence[RawTrack], *, store: bool) -> GenrePredictions:
        """Return the genres in the order of `tracks`; a wrong value raises."""


class ModelPort(Protocol):
    """The model that answers now."""

    @property
    def manifest(self) -> Manifest:
        """What the model is, and how good."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What lives as long as the service."""

    classify_batch: BatchClassifier
    tracks: TrackRepository
    batches: BatchRepository
    model: ModelPort
    classify_tracks: TrackClassifier
    corrections: CorrectionRepository


@dataclass(frozen=True, slots=True)
class Loaders:
    """What lives as long as a request: looks records up once, many at a time."""

    batch: DataLoader[uuid.UUID, BatchRecord | None]
    track: DataLoader[int, TrackRecord | None]


@dataclass(frozen=True, slots=True)
class Context:
    """One request: who asks, and what may be used."""

    ports: Ports
    loaders: Loaders
    client_id: str | None


Info = strawberry.Info[Context, None]
K = TypeVar("K")
V = TypeVar("V")


def make_context(ports: Ports, client_id: str | None) -> Context:
    """Make the context of one request."""

    async def load_batches(ids: list[uuid.UUID]) -> Sequence[BatchRecord | None]:
        return _in_order(ids, await ports.batches.find_batches(ids))

    async def load_tracks(ids: list[int]) -> Sequence[TrackRecord | None]:
        return _in_order(ids, await ports.tracks.find_tracks(ids))

    loaders = Loaders(batch=DataLoader(load_batches), track=DataLoader(load_tracks))
    return Context(ports=ports, loaders=loaders, client_id=client_id)


def _in_order(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    return [found.get(key) for key in keys]
