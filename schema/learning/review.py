"""Queries that help a person review tracks: which ones to ask about, and what is known of each."""

from typing import Annotated

import strawberry

from schema.core.access import Role
from schema.core.context import Info
from schema.inputs import read_count
from schema.tracks.queries import find_batch
from schema.tracks.track import MAX_QUESTIONS, Track, track_from_record


@strawberry.type(description="The client that sent the request.")
class Viewer:
    client_id: str | None = strawberry.field(description="The `client-id` header of the request.")
    is_operator: bool = strawberry.field(description="Whether it may choose the model.")
    roles: list[Role] = strawberry.field(
        description="What it may do: the roles it was given, and those that these contain."
    )


@strawberry.type
class ReviewQuery:
    @strawberry.field(
        description="Unanswered tracks whose answers would teach the model the most, best first. "
        "They are chosen together, so that ten of them do not ask the same thing. In large "
        "catalogues the choice is made among 2,000 random tracks. An unknown batch is NOT_FOUND."
    )
    async def review_queue(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many, 0 to 100.")] = 10,
        batch_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only tracks of this batch; `Batch.id`."),
        ] = None,
    ) -> list[Track]:
        limit = read_count(first, largest=MAX_QUESTIONS)
        key = None if batch_id is None else await find_batch(info, batch_id)
        records = await info.context.ports.reviewer.list_questions(limit, key)
        return [track_from_record(record) for record in records]

    @strawberry.field(description="Who you are, and what you may do.")
    def viewer(self, info: Info) -> Viewer:
        context = info.context
        roles = context.ports.permissions.roles_of(context.client_id)
        return Viewer(
            client_id=context.client_id,
            is_operator=context.is_operator,
            roles=[role for role in Role if role in roles],
        )
