"""The model as clients see it: anyone may read which is in use, operators may choose another."""

from dataclasses import dataclass

from app.models.current import CurrentModel
from app.models.source import COMMAND_LINE
from ml.store.manifest import Manifest
from schema.core.access import Permissions, Role


@dataclass(frozen=True, slots=True)
class OperatedModel:
    """`schema.core.context.ModelPort`."""

    current: CurrentModel
    permissions: Permissions

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
            The version does not exist or is broken; the old one stays in use.
        """
        self.check_operator(client_id)
        return await self.current.use(version, f"client {client_id}")

    async def roll_back(self, client_id: str | None) -> Manifest:
        """Return to the model that was in use before.

        Raises
        ------
        GraphQLError
            FORBIDDEN: the client is not an operator.
        ModelPinnedError, NothingToRollBackError
            There is nothing to go back to.
        ArtefactError
            That model does not exist or is broken; the current one stays in use.
        """
        self.check_operator(client_id)
        return await self.current.roll_back(f"client {client_id}")

    def check_operator(self, client_id: str | None) -> None:
        """Refuse a client that may not choose the model, by FORBIDDEN."""
        self.permissions.require(client_id, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class CommandLineModel:
    """The model for whoever runs commands on this machine, and so may do anything."""

    current: CurrentModel

    @property
    def manifest(self) -> Manifest:
        """What is known about the model in use."""
        return self.current.manifest

    async def use(self, version: str, client_id: str | None) -> Manifest:
        """Choose the model to use from now on; one that cannot be loaded raises."""
        return await self.current.use(version, COMMAND_LINE)

    def check_operator(self, client_id: str | None) -> None:
        """Refuse nobody."""
