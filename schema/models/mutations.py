"""The mutation that switches models."""

from typing import Annotated

import strawberry

from schema.core.access import Role
from schema.core.context import Info
from schema.core.needs import Needs
from schema.models.model import Model


@strawberry.type
class ModelMutation:
    @strawberry.mutation(
        description="Switch every replica to another model version. Batches that have started "
        "finish with the version they started with. Only operators may do this; other clients get "
        "FORBIDDEN. Fails with NOT_FOUND if there is no such version and MODEL_UNUSABLE if it "
        "cannot be loaded; the current version then stays in use.",
        extensions=[Needs(Role.OPERATOR)],
    )
    async def use_model(
        self,
        info: Info,
        version: Annotated[
            strawberry.ID,
            strawberry.argument(
                description="As shown by `genre model list`; `shipped` is the version included "
                "in the release."
            ),
        ],
    ) -> Model:
        context = info.context
        return Model.from_manifest(await context.ports.model.use(version, context.client_id))

    @strawberry.mutation(
        description="Return to the model that was in use before, in every replica. Operators only, "
        "others get FORBIDDEN. Without an earlier model, BAD_USER_INPUT.",
        extensions=[Needs(Role.OPERATOR)],
    )
    async def rollback_model(self, info: Info) -> Model:
        context = info.context
        return Model.from_manifest(await context.ports.model.roll_back(context.client_id))
