"""The model as clients see it: anyone may read which is in use, operators may choose another."""

from collections.abc import Set
from dataclasses import dataclass

from app.models.current import CurrentModel
from ml.store.manifest import Manifest
from schema.core.errors import ErrorCode, coded_error


@dataclass(frozen=True, slots=True)
class OperatedModel:
    """`schema.core.context.ModelPort`."""

    current: CurrentModel
    operators: Set[str]

    @property
    def manifest(self) -> Manifest:
        """What is known about the model in use."""
        return self.current.manifest

    async def use(self, version: str, client_id: str | None) -> Manifest:
        """Choose the model to use from now on.

        Raises
        ------
        GraphQLError
            FORBIDDEN: the client is not an operator.
        ModelPinnedError
            A setting pins the model.
        ArtefactError
            The version is not there or broken; the old one stays in use.
        """
        if client_id not in self.operators:
            message = "Only an operator may choose the model; GENRE_OPERATORS names them."
            raise coded_error(message, ErrorCode.FORBIDDEN)
        return await self.current.use(version, f"client {client_id}")
