"""A pipeline for each batch, bound to one model from the first chunk to the last.

Ask for one when a batch begins, not when the service starts: the model may be another by then.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.batches.pipeline import BatchPipeline
from app.models.current import CurrentModel
from ml.model.genre_model import GenreModel


@dataclass(frozen=True, slots=True)
class Pipelines:
    """Makes pipelines that share threads, limits and connections."""

    model: CurrentModel
    make: Callable[[GenreModel], BatchPipeline]

    @property
    def current(self) -> BatchPipeline:
        """A pipeline on the model that answers now."""
        return self.make(self.model.model)

    async def find(self, version: str) -> BatchPipeline | None:
        """Return a pipeline on a version, for a batch that began with it.

        None if this disk has that version no more: the batch then starts anew with `current`,
        since one batch must not have tracks of two models.
        """
        model = await self.model.find(version)
        return None if model is None else self.make(model)
