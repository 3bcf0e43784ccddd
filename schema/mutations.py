"""What can be changed: batches here, the rest in `track_mutations` and `model_mutations`."""

from typing import Annotated

import strawberry

from schema.batch import Batch
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.scalars import Upload
from schema.model_mutations import ModelMutation
from schema.node import read_batch_id
from schema.track_mutations import TrackMutation


@strawberry.type(description="What can be changed.")
class Mutation(TrackMutation, ModelMutation):
    """What can be changed."""

    @strawberry.mutation(
        description="Classify every track of a CSV file and store the result. Rows with a missing "
        "or wrong value are reported in `rejects`, the others stored; a track that is stored "
        "already is classified anew. With `wait: false` it answers as soon as the file is kept "
        "safe, with status QUEUED; follow it with `batchProgress`. Without, it answers at the end: "
        "while too many others run, the batch is QUEUED until its turn comes, and if too many wait "
        "already, the answer is SERVICE_UNAVAILABLE. A file that is no CSV of tracks is an error "
        "either way."
    )
    async def classify_batch(
        self,
        info: Info,
        csv_file: Annotated[
            Upload,
            strawberry.argument(
                description="CSV in UTF-8 with a header, plain or compressed with gzip or "
                "Zstandard; `model { requiredColumns }` names what it must have."
            ),
        ],
        wait: Annotated[
            bool, strawberry.argument(description="Whether to answer when the batch has ended.")
        ] = True,
    ) -> Batch:
        """Hand the file to the service."""
        classify, client_id = info.context.ports.classify_batch, info.context.client_id
        return Batch.from_record(await classify(csv_file, client_id, wait=wait))

    @strawberry.mutation(
        description="Remove a batch, its rejects, and its tracks (with corrections) that no later "
        "batch has written; a track that it had replaced does not come back. Answers with the "
        "batch as it was. One that is QUEUED is never read then; one that is being read, or whose "
        "client waits for the answer, is BAD_USER_INPUT with its `status`; an unknown one is "
        "NOT_FOUND."
    )
    async def delete_batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> Batch:
        """Remove a batch."""
        key = read_batch_id(id)
        record = None if key is None else await info.context.ports.delete_batch(key)
        if record is None:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
        return Batch.from_record(record)
