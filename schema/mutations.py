"""What can be changed: classify a file; single tracks are in `schema.track_mutations`."""

from typing import Annotated

import strawberry

from schema.batch import Batch
from schema.context import Info
from schema.scalars import Upload
from schema.track_mutations import TrackMutation


@strawberry.type(description="What can be changed.")
class Mutation(TrackMutation):
    """What can be changed."""

    @strawberry.mutation(
        description="Classify every track of a CSV file and store the result. Rows with a missing "
        "or wrong value are reported in `rejects`, the others stored; a track that is stored "
        "already is classified anew."
    )
    async def classify_batch(
        self,
        info: Info,
        csv_file: Annotated[
            Upload,
            strawberry.argument(
                description="CSV in UTF-8 with a header; `model { requiredColumns }` names what "
                "it must have."
            ),
        ],
    ) -> Batch:
        """Hand the file to the service."""
        context = info.context
        return Batch.from_record(await context.ports.classify_batch(csv_file, context.client_id))
