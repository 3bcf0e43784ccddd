"""Mutations of batches; the others are in `track_mutations` and `model_mutations`."""

from typing import Annotated

import strawberry

from ml.reading.read_options import ReadOptions
from schema.batches.batch import Batch
from schema.batches.columns import Mappings, read_mappings
from schema.batches.mutations import BatchMutation
from schema.core.access import Role
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.needs import Needs
from schema.core.scalars import Upload
from schema.exports.mutations import ExportMutation
from schema.learning.results import LearningMutation
from schema.models.mutations import ModelMutation
from schema.node import read_batch_id
from schema.tracks.correction_mutations import CorrectionMutation
from schema.tracks.mutations import TrackMutation


@strawberry.type(description="All mutations.")
class Mutation(
    BatchMutation,
    TrackMutation,
    CorrectionMutation,
    ModelMutation,
    LearningMutation,
    ExportMutation,
):
    @strawberry.mutation(
        description="Classify every track in a file and store the results. Rows with a missing "
        "or wrong value are reported in `rejects` and the others are stored; a track that is "
        "already stored is classified again. With `wait: false` the mutation returns with status "
        "QUEUED as soon as the file is safely stored; follow its progress with `batchProgress`. "
        "With `wait: true` it returns when the batch has ended. If too many batches are running, "
        "the batch is QUEUED first; if too many are already waiting, the mutation fails with "
        "SERVICE_UNAVAILABLE. A file that is not one of tracks is an error in both cases.",
        extensions=[Needs(Role.WRITER)],
    )
    async def classify_batch(
        self,
        info: Info,
        csv_file: Annotated[
            Upload,
            strawberry.argument(
                description="A CSV, XLSX or Parquet file, as its content tells. CSV has a header "
                "and commas, semicolons, tabs or bars, in UTF-8, UTF-16 or Windows-1252. It may be "
                "compressed with gzip or Zstandard. `model { requiredColumns }` lists the columns "
                "it must have, and `previewColumns` says which names are recognised."
            ),
        ],
        wait: Annotated[
            bool, strawberry.argument(description="Whether to wait for the batch to end.")
        ] = True,
        columns: Mappings = None,
        allow_missing: Annotated[
            bool,
            strawberry.argument(
                description="Whether to classify rows with only words or only sound too. Only "
                "`trackID` must be there; a number that is missing is the median, and with more "
                "than a quarter of the columns of sound missing, sound does not count. The "
                "confidence reflects it, and `Track.basis` says what there was. A row with "
                "neither is rejected with MISSING_VALUE. BAD_USER_INPUT if the model in use "
                "needs whole tracks."
            ),
        ] = False,
        notify: Annotated[
            str | None,
            strawberry.argument(
                description="A URL that gets a signed POST once the batch has ended "
                "(docs/webhooks.md). Its host must be in GENRE_WEBHOOK_HOSTS; "
                "others are BAD_USER_INPUT."
            ),
        ] = None,
    ) -> Batch:
        uploads, client_id = info.context.ports.uploads, info.context.client_id
        options = ReadOptions(read_mappings(columns), allow_missing)
        return Batch.from_record(
            await uploads.classify(csv_file, client_id, options, wait=wait, notify_url=notify)
        )

    @strawberry.mutation(
        description="Delete a batch and its rejects. A track that only this batch brought is "
        "deleted; one that an earlier batch, or `classifyTracks`, also brought goes back to it, "
        "with the title and prediction that it had then; one that a later batch has written stays "
        "with that. `Batch.deletion` counts them beforehand; a RECLASSIFY batch has no tracks. "
        "Corrections are kept: they apply again when the track is sent again. Returns the batch "
        "as it was. The batch is hidden at once; if it has very many tracks, the last of them "
        "follow within minutes after the answer. A QUEUED batch will not be read. A batch that is "
        "being worked on, or whose client is waiting for the answer, cannot be deleted: "
        "BAD_USER_INPUT with its `status`; cancel it first. An unknown batch is NOT_FOUND, that of "
        "another client FORBIDDEN, except for operators.",
        extensions=[Needs(Role.WRITER)],
    )
    async def delete_batch(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> Batch:
        key = read_batch_id(id)
        await info.context.require_own_batch(key)
        record = None if key is None else await info.context.ports.endings.remove(key)
        if record is None:
            raise coded_error(f'There is no batch "{id}".', ErrorCode.NOT_FOUND)
        return Batch.from_record(record)
