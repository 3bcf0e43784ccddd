"""Mutations of single tracks: classify some, correct a genre."""

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
    @strawberry.mutation(
        description="Classify tracks sent in the request and, with `store: true`, store them as "
        "`classifyBatch` does. One invalid value fails the whole request: BAD_USER_INPUT gives the "
        "`index` of the track and the `field`."
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
        if len(tracks) > MAX_TRACKS:
            message = f"tracks has {len(tracks):,} items; at most {MAX_TRACKS:,} are allowed."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="tracks")
        raw = [track.to_raw() for track in tracks]
        classifier = info.context.ports.track_classifier
        return make_predictions(tracks, await classifier.classify(raw, store=store))

    @strawberry.mutation(
        description="Correct the genre of a stored track. The correction is kept alongside the "
        "prediction, counts in `genres` and `titlesByGenre`, survives classifying the track "
        "again, and is exported for retraining. An unknown track is NOT_FOUND; a genre the model "
        "does not know is UNKNOWN_GENRE."
    )
    async def correct_genre(
        self,
        info: Info,
        track_id: TrackId,
        genre: Annotated[str, strawberry.argument(description="One of `model { genres }`.")],
    ) -> Track:
        """Store the correction and the client that made it."""
        _check_genre(info, genre)
        context, key = info.context, read_track_id(track_id)
        if key is None or not await context.ports.corrections.correct_genre(
            key, genre, context.client_id
        ):
            raise _not_found(track_id)
        return await _read_track(info, key)

    @strawberry.mutation(
        description="Remove the correction of a track, so that the prediction counts again. Does "
        "nothing if there is none. An unknown track is NOT_FOUND."
    )
    async def clear_correction(self, info: Info, track_id: TrackId) -> Track:
        key = read_track_id(track_id)
        if key is None or not await info.context.ports.corrections.clear_correction(key):
            raise _not_found(track_id)
        return await _read_track(info, key)


def _check_genre(info: Info, genre: str) -> None:
    """Refuse a genre the model does not know: a typo would become a new genre."""
    known = sorted(info.context.ports.model.manifest.genres)
    if genre not in known:
        raise coded_error(
            f'The model has no genre "{genre[:100]}". Known genres: {", ".join(known)}.',
            ErrorCode.UNKNOWN_GENRE,
            knownGenres=known,
        )


async def _read_track(info: Info, key: int) -> Track:
    """Read the track again; the request's loader may have cached its previous state."""
    record = (await info.context.ports.tracks.find_tracks([key])).get(key)
    if record is None:
        raise _not_found(str(key))
    return track_from_record(record)


def _not_found(track_id: str) -> Exception:
    return coded_error(f'There is no track "{track_id[:40]}".', ErrorCode.NOT_FOUND)
