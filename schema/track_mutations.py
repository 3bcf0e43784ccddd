"""What can be changed about single tracks: classify some, correct a genre."""

from typing import Annotated

import strawberry

from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.node import read_track_id
from schema.prediction import Prediction, make_predictions
from schema.track import Track, track_from_record
from schema.track_input import TrackInput

MAX_TRACKS = 1_000
TrackId = Annotated[strawberry.ID, strawberry.argument(description="`Track.trackId`.")]


@strawberry.type
class TrackMutation:
    """Part of `Mutation`."""

    @strawberry.mutation(
        description="Classify tracks given in the request, and store them if asked, as "
        "`classifyBatch` does. A wrong value refuses the whole request: BAD_USER_INPUT names the "
        "track by `index`, and the `field`."
    )
    async def classify_tracks(
        self,
        info: Info,
        tracks: Annotated[
            list[TrackInput], strawberry.argument(description="At most 1,000 tracks.")
        ],
        store: Annotated[
            bool,
            strawberry.argument(description="Whether to store them; they then need a title."),
        ] = False,
    ) -> list[Prediction]:
        """Hand the tracks to the service."""
        if len(tracks) > MAX_TRACKS:
            message = f"tracks has {len(tracks):,} items; at most {MAX_TRACKS:,} are allowed."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="tracks")
        raw = [track.to_raw() for track in tracks]
        return make_predictions(tracks, await info.context.ports.classify_tracks(raw, store=store))

    @strawberry.mutation(
        description="A person's verdict on a stored track. It is kept beside the prediction, used "
        "by `genres` and `titlesByGenre`, stays when the track is classified again, and is "
        "exported for retraining. An unknown track is NOT_FOUND; a genre that the model does not "
        "have is UNKNOWN_GENRE."
    )
    async def correct_genre(
        self,
        info: Info,
        track_id: TrackId,
        genre: Annotated[str, strawberry.argument(description="One of `model { genres }`.")],
    ) -> Track:
        """Keep the verdict and who gave it."""
        _check_genre(info, genre)
        context, key = info.context, read_track_id(track_id)
        if key is None or not await context.ports.corrections.correct_genre(
            key, genre, context.client_id
        ):
            raise _not_found(track_id)
        return await _read_track(info, key)

    @strawberry.mutation(
        description="Drop the verdict on a track, so that the prediction counts again; nothing "
        "happens if there is none. An unknown track is NOT_FOUND."
    )
    async def clear_correction(self, info: Info, track_id: TrackId) -> Track:
        """Drop the verdict."""
        key = read_track_id(track_id)
        if key is None or not await info.context.ports.corrections.clear_correction(key):
            raise _not_found(track_id)
        return await _read_track(info, key)


def _check_genre(info: Info, genre: str) -> None:
    """Refuse a genre that no model could learn from: a typing mistake would be a new genre."""
    known = sorted(info.context.ports.model.manifest.genres)
    if genre not in known:
        raise coded_error(
            f'The model has no genre "{genre[:100]}". Known are: {", ".join(known)}.',
            ErrorCode.UNKNOWN_GENRE,
            knownGenres=known,
        )


async def _read_track(info: Info, key: int) -> Track:
    """Read the track anew; the request's loader may hold it as it was before."""
    record = (await info.context.ports.tracks.find_tracks([key])).get(key)
    if record is None:
        raise _not_found(str(key))
    return track_from_record(record)


def _not_found(track_id: str) -> Exception:
    return coded_error(f'There is no track "{track_id[:40]}".', ErrorCode.NOT_FOUND)
