"""Mutation of tracks sent in a request: classify them."""

from typing import Annotated

import strawberry

from schema.core.access import Role
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.needs import Needs
from schema.tracks.prediction import Prediction, make_predictions
from schema.tracks.track_input import TrackInput

MAX_TRACKS = 1_000


@strawberry.type
class TrackMutation:
    @strawberry.mutation(
        description="Classify tracks sent in the request and, with `store: true`, store them as "
        "`classifyBatch` does. One invalid value fails the whole request: BAD_USER_INPUT gives the "
        "`index` of the track and the `field`. Storing needs the role WRITER.",
        extensions=[Needs(Role.READER)],
    )
    async def classify_tracks(
        self,
        info: Info,
        tracks: Annotated[
            list[TrackInput], strawberry.argument(description="At most 1,000 tracks.")
        ],
        store: Annotated[
            bool,
            strawberry.argument(
                description="Whether to store the tracks; each then needs a title."
            ),
        ] = False,
    ) -> list[Prediction]:
        if store:
            info.context.require(Role.WRITER)
        if len(tracks) > MAX_TRACKS:
            message = f"tracks has {len(tracks):,} items; at most {MAX_TRACKS:,} are allowed."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="tracks")
        raw = [track.to_raw() for track in tracks]
        classifier = info.context.ports.track_classifier
        return make_predictions(tracks, await classifier.classify(raw, store=store))
