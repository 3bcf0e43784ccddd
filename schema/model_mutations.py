"""What can be changed about the model: which one answers."""

from typing import Annotated

import strawberry

from schema.core.context import Info
from schema.model import Model


@strawberry.type
class ModelMutation:
    """Part of `Mutation`."""

    @strawberry.mutation(
        description="Let another version answer from now on, in every replica; batches that have "
        "begun finish on theirs. For operators, others get FORBIDDEN. A version that is not there "
        "is NOT_FOUND, a broken one MODEL_UNUSABLE; the old one then goes on."
    )
    async def use_model(
        self,
        info: Info,
        version: Annotated[
            strawberry.ID,
            strawberry.argument(
                description="As `genre model list` shows it; `shipped` for the one that comes "
                "with the release."
            ),
        ],
    ) -> Model:
        """Choose the model."""
        context = info.context
        return Model.from_manifest(await context.ports.model.use(version, context.client_id))
