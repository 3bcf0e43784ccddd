"""Hand out links to downloads."""

import uuid
from typing import Annotated

import strawberry

from schema.core.access import Role
from schema.core.context import Info
from schema.core.exports import ExportFormat as FileFormat
from schema.core.needs import Needs
from schema.exports.link import ExportFormat, ExportLink, Format
from schema.tracks.lists import (
    Corrected,
    MaxConfidence,
    MinConfidence,
    Search,
    Uncertain,
    make_filter,
)
from schema.tracks.queries import check_genre, find_batch


@strawberry.type
class ExportMutation:
    @strawberry.mutation(
        description="Return a link to a file with the tracks that meet every condition given, "
        "ordered by trackId: one snapshot, taken when the download begins. The link expires after "
        "60 seconds. An unknown genre is UNKNOWN_GENRE, an unknown batch NOT_FOUND, more tracks "
        "than the format can hold BAD_USER_INPUT.",
        extensions=[Needs(Role.READER)],
    )
    async def export_link(
        self,
        info: Info,
        format: Format,
        search: Search = None,
        genre: Annotated[
            str | None, strawberry.argument(description="Only tracks of this genre.")
        ] = None,
        batch_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only tracks that this batch was the last to bring."),
        ] = None,
        uncertain: Uncertain = None,
        corrected: Corrected = None,
        min_confidence: MinConfidence = None,
        max_confidence: MaxConfidence = None,
    ) -> ExportLink:
        key = None if batch_id is None else await find_batch(info, batch_id)
        wanted = make_filter(
            genre=genre,
            search=search,
            batch_id=key,
            uncertain=uncertain,
            corrected=corrected,
            min_confidence=min_confidence,
            max_confidence=max_confidence,
        )
        if genre is not None:
            await check_genre(info, genre)
        linker, client_id = info.context.ports.export_linker, info.context.client_id
        stem = await _stem(info, key, genre)
        file_format = FileFormat[format.name]
        return ExportLink.from_signed(
            await linker.link_tracks(wanted, stem, file_format, client_id)
        )

    @strawberry.mutation(
        description="Return a link to the file of a batch as it was sent, all its rows and columns "
        "in their order, also those that were rejected, with these columns added: `genre` (the "
        "correction, if there is one), `confidence` (empty if corrected), the three most probable "
        "genres with their probabilities, and `reject_reason`. A track that a later batch has "
        "written again has its present genre. The link expires after 60 seconds. A file that is "
        "not kept (see `Batch.originalKeptUntil`) and an unknown batch are NOT_FOUND.",
        extensions=[Needs(Role.READER)],
    )
    async def file_with_genres_link(
        self,
        info: Info,
        batch_id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
        format: Format = ExportFormat.CSV,
    ) -> ExportLink:
        key = await find_batch(info, batch_id)
        batch = await info.context.loaders.batch.load(key)
        assert batch is not None
        linker, client_id = info.context.ports.export_linker, info.context.client_id
        file_format = FileFormat[format.name]
        return ExportLink.from_signed(await linker.link_file(batch, file_format, client_id))

    @strawberry.mutation(
        description="Return a link to a report on the tracks of a batch: one HTML page that loads "
        "nothing, with rejects, distributions, drift from the training tracks, unknown words, "
        "predicted genres, the accuracy to expect, and a map. It is made from a random sample of "
        "10,000 tracks when the download begins. The link expires after 60 seconds. While another "
        "report is made, it answers 503 with `Retry-After`. An unknown batch is NOT_FOUND.",
        extensions=[Needs(Role.READER)],
    )
    async def report_link(
        self,
        info: Info,
        batch_id: Annotated[strawberry.ID, strawberry.argument(description="`Batch.id`.")],
    ) -> ExportLink:
        batch = await info.context.loaders.batch.load(await find_batch(info, batch_id))
        assert batch is not None
        linker, client_id = info.context.ports.export_linker, info.context.client_id
        return ExportLink.from_signed(await linker.link_report(batch, client_id))


async def _stem(info: Info, batch_id: uuid.UUID | None, genre: str | None) -> str:
    batch = None if batch_id is None else await info.context.loaders.batch.load(batch_id)
    names = [batch.file_name if batch else "tracks", *([genre] if genre else [])]
    return " ".join(names)
