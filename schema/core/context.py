"""What resolvers can use: ports to the rest of the service, filled in by `app`."""

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

import strawberry
from starlette.datastructures import UploadFile
from strawberry.dataloader import DataLoader

from db.batches.notifications import NotificationRecord, NotificationRepository
from db.batches.records import BatchDeletion, BatchRecord, RejectCount, RejectRecord
from db.batches.repository import BatchRepository, RejectKey
from db.records import GenreCount, Page, TrackRecord, Window
from db.tracks.corrections import CorrectionRepository
from db.tracks.repository import TrackRepository
from ml.errors import ExplanationError
from ml.model.explanation import Contribution
from ml.model.predictions import GenrePredictions
from ml.reading.read_options import ReadOptions
from ml.reading.track_input import RawTrack
from ml.store.manifest import Manifest
from schema.core.access import Permissions, Role
from schema.core.allowances import (
    MAX_BASES,
    ComparisonLimit,
    DeletionLimit,
    TrackLimit,
    TrackListLimit,
)
from schema.core.exports import ExportLinker
from schema.core.learning import GenreShares, Learner, Reviewer
from schema.core.models import ModelComparer, ModelVersions


class BatchClassifier(Protocol):
    """Classifies an uploaded file and stores the result."""

    async def classify(
        self,
        upload: UploadFile,
        client_id: str | None,
        options: ReadOptions,
        *,
        wait: bool,
        notify_url: str | None,
    ) -> BatchRecord:
        """Return the batch; without `wait`, before it is read. Raises if the file is not a CSV."""


class BatchFollower(Protocol):
    """Follows the progress of a batch."""

    def follow(
        self, batch_id: uuid.UUID, client_id: str | None = None
    ) -> AsyncGenerator[BatchRecord, None]:
        """Yield the batch after each change, until it has ended or does not exist."""


class BatchReclassifier(Protocol):
    """Classifies stored tracks again with the model in use."""

    async def reclassify(
        self, target_id: uuid.UUID | None, client_id: str | None
    ) -> BatchRecord | None:
        """Return the batch, queued or already open; None if there is no such target."""


class BatchEndings(Protocol):
    """Cancels and deletes batches."""

    async def cancel(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Return the batch, CANCELLED, or None if there is none; raise if it has ended."""

    async def remove(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Return the batch as it was, or None if there is none; raise if it is being read."""

    async def preview_removal(self, batch_id: uuid.UUID) -> BatchDeletion:
        """Count what `remove` would do to the tracks of a batch."""


@dataclass(frozen=True, slots=True)
class RequestPredictions:
    """Predictions for the tracks sent in one request, all by the same model."""

    predictions: GenrePredictions
    uncertain_below: float
    explain: Callable[[int], Awaitable[Sequence[Contribution]]]
    """Explains the prediction of a row, strongest contribution first."""


class TrackClassifier(Protocol):
    """Classifies tracks sent in a request."""

    async def classify(self, tracks: Sequence[RawTrack], *, store: bool) -> RequestPredictions:
        """Return the genres in the order of `tracks`; raise if a value is invalid."""


class TrackExplainer(Protocol):
    """Explains why tracks have their genres."""

    async def explain(
        self, tracks: Sequence[TrackRecord]
    ) -> list[Sequence[Contribution] | ExplanationError]:
        """Return, per track, its contributions (strongest first) or why there are none."""

    async def find_basis(self, tracks: Sequence[TrackRecord]) -> list[int | None]:
        """Return, per track, what it was classified by (`ml.basis`); None if that is unknown."""


class ModelPort(Protocol):
    """The model in use."""

    @property
    def manifest(self) -> Manifest:
        """The description and scores of the model."""

    async def use(self, version: str, client_id: str | None) -> Manifest:
        """Switch to another model; raise if the client may not or it cannot be loaded."""

    async def roll_back(self, client_id: str | None) -> Manifest:
        """Return to the previous model; raise if the client may not or there is none."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that lives as long as the service."""

    uploads: BatchClassifier
    progress: BatchFollower
    endings: BatchEndings
    reclassifier: BatchReclassifier
    tracks: TrackRepository
    batches: BatchRepository
    notifications: NotificationRepository
    model: ModelPort
    versions: ModelVersions
    comparer: ModelComparer
    track_classifier: TrackClassifier
    corrections: CorrectionRepository
    track_explainer: TrackExplainer
    permissions: Permissions
    reviewer: Reviewer
    learner: Learner
    export_linker: ExportLinker


@dataclass(frozen=True, slots=True)
class Loaders:
    """Everything that lives as long as a request: each loader looks records up in batches."""

    batch: DataLoader[uuid.UUID, BatchRecord | None]
    notification: DataLoader[uuid.UUID, NotificationRecord | None]
    track: DataLoader[int, TrackRecord | None]
    explanation: DataLoader[TrackRecord, Sequence[Contribution]]
    suggestion: DataLoader[TrackRecord, GenreShares]
    words: DataLoader[int, Sequence[str]]
    basis: DataLoader[TrackRecord, int | None]
    batch_genres: DataLoader[uuid.UUID, Sequence[GenreCount]]
    rejects: DataLoader[tuple[uuid.UUID, Window[RejectKey]], Page[RejectRecord]]
    reject_count: DataLoader[uuid.UUID, int]
    reject_counts: DataLoader[uuid.UUID, Sequence[RejectCount]]


@dataclass(frozen=True, slots=True)
class Context:
    """One request: its client and what its resolvers can use."""

    ports: Ports
    loaders: Loaders
    client_id: str | None
    track_lists: TrackListLimit = field(default_factory=TrackListLimit)
    deletions: DeletionLimit = field(default_factory=DeletionLimit)

    @property
    def is_operator(self) -> bool:
        """Whether the client may do what affects all others."""
        return self.ports.permissions.has(self.client_id, Role.OPERATOR)

    def require(self, role: Role) -> None:
        """Raise FORBIDDEN unless the client has a role."""
        self.ports.permissions.require(self.client_id, role)

    def owns(self, owner_id: str | None) -> bool:
        """Return whether something is the client's own, or the client is an operator."""
        return self.ports.permissions.owns(self.client_id, owner_id)

    async def require_own_batch(self, batch_id: uuid.UUID | None) -> None:
        """Raise FORBIDDEN if a batch is another client's; an unknown one is left to the caller."""
        ids = [] if batch_id is None or self.is_operator else [batch_id]
        for batch in (await self.ports.batches.find_batches(ids)).values() if ids else ():
            what = "Clients may cancel, delete and reclassify only the batches that they sent."
            self.ports.permissions.require_own(self.client_id, batch.client_id, what)

    explanations: TrackLimit = field(default_factory=partial(TrackLimit, "explanation"))
    suggestions: TrackLimit = field(default_factory=partial(TrackLimit, "suggestions"))
    neighbours: TrackLimit = field(default_factory=partial(TrackLimit, "neighbours"))
    comparisons: ComparisonLimit = field(default_factory=ComparisonLimit)
    bases: TrackLimit = field(default_factory=partial(TrackLimit, "basis", MAX_BASES))


Info = strawberry.Info[Context, None]
K = TypeVar("K")
V = TypeVar("V")


def make_context(ports: Ports, client_id: str | None) -> Context:
    """Make the context of one request."""

    async def load_batches(ids: list[uuid.UUID]) -> Sequence[BatchRecord | None]:
        return _in_order(ids, await ports.batches.find_batches(ids))

    async def load_notifications(ids: list[uuid.UUID]) -> Sequence[NotificationRecord | None]:
        return _in_order(ids, await ports.notifications.find(ids))

    async def load_tracks(ids: list[int]) -> Sequence[TrackRecord | None]:
        return _in_order(ids, await ports.tracks.find_tracks(ids))

    async def load_explanations(
        tracks: list[TrackRecord],
    ) -> Sequence[Sequence[Contribution] | BaseException]:
        return await ports.track_explainer.explain(tracks)

    async def load_suggestions(tracks: list[TrackRecord]) -> Sequence[GenreShares]:
        found = await ports.reviewer.suggest(tracks)
        return [found.get(track.track_id, track.probabilities) for track in tracks]

    async def load_words(ids: list[int]) -> Sequence[Sequence[str]]:
        found = await ports.reviewer.find_words(ids)
        return [found.get(key, ()) for key in ids]

    async def load_batch_genres(ids: list[uuid.UUID]) -> Sequence[Sequence[GenreCount]]:
        found = await ports.batches.list_genres_of(ids)
        return [found[key] for key in ids]

    async def load_reject_counts(ids: list[uuid.UUID]) -> Sequence[int]:
        found = await ports.batches.count_rejects_of(ids)
        return [found[key] for key in ids]

    async def load_reject_codes(ids: list[uuid.UUID]) -> Sequence[Sequence[RejectCount]]:
        found = await ports.batches.count_rejects_by_code(ids)
        return [found[key] for key in ids]

    async def load_rejects(
        keys: list[tuple[uuid.UUID, Window[RejectKey]]],
    ) -> Sequence[Page[RejectRecord]]:
        found = {
            window: await ports.batches.list_rejects_of(
                [key for key, asked in keys if asked == window], window
            )
            for window in {window for _, window in keys}
        }
        return [found[window][key] for key, window in keys]

    loaders = Loaders(
        batch=DataLoader(load_batches),
        notification=DataLoader(load_notifications, cache=False),
        track=DataLoader(load_tracks),
        explanation=DataLoader(load_explanations, cache_key_fn=lambda track: track.track_id),
        suggestion=DataLoader(load_suggestions, cache_key_fn=lambda track: track.track_id),
        words=DataLoader(load_words),
        basis=DataLoader(
            ports.track_explainer.find_basis, cache_key_fn=lambda track: track.track_id
        ),
        batch_genres=DataLoader(load_batch_genres),
        rejects=DataLoader(load_rejects),
        reject_count=DataLoader(load_reject_counts),
        reject_counts=DataLoader(load_reject_codes),
    )
    return Context(ports=ports, loaders=loaders, client_id=client_id)


def _in_order(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    return [found.get(key) for key in keys]
