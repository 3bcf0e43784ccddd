"""Mutations of corrections: give one or many, clear one, withdraw many."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from db.tracks.corrections import Corrected, CorrectionFilter, NewCorrection
from schema.core.access import Role
from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error
from schema.core.moments import check_moment
from schema.core.needs import Needs
from schema.inputs import check_text
from schema.node import read_track_id
from schema.tracks.correction import Since
from schema.tracks.genre_names import GenreNames, known_genres
from schema.tracks.track import Track, track_from_record

MAX_CORRECTIONS = 1_000
MAX_WITHDRAWN = 10_000
TrackId = Annotated[strawberry.ID, strawberry.argument(description="`Track.trackId`.")]
NEW_GENRE = (
    "Whether the genre may be new: 1 to 100 characters, different from every known genre by more "
    "than case and spaces. Without it, a genre that is not known is UNKNOWN_GENRE."
)
Place = tuple[str, str]
"""A track id of a request, and where it is in there."""
GENRE = "One of `model { genres }`, or a genre that an earlier correction taught."


@strawberry.input(description="A person's answer about a stored track.")
class CorrectionInput:
    track_id: strawberry.ID = strawberry.field(
        description="`Track.trackId`; each may appear only once per request."
    )
    genre: str = strawberry.field(
        description=f"{GENRE} The predicted genre confirms the prediction."
    )
    new_genre: bool = strawberry.field(default=False, description=NEW_GENRE)


@strawberry.type(description="The result of withdrawing corrections.")
class WithdrawnCorrections:
    count: int = strawberry.field(description="Number of corrections withdrawn.")
    has_more: bool = strawberry.field(description="Whether more are left: send the request again.")


@strawberry.type
class CorrectionMutation:
    @strawberry.mutation(
        description="Correct the genre of a stored track, or confirm it. The correction is kept "
        "alongside the prediction, counts in `genres` and `titlesByGenre`, survives classifying or "
        "deleting the track, and is exported for retraining. An unknown track is NOT_FOUND; a "
        "genre that is not known is UNKNOWN_GENRE.",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def correct_genre(
        self,
        info: Info,
        track_id: TrackId,
        genre: Annotated[str, strawberry.argument(description=GENRE)],
        new_genre: Annotated[bool, strawberry.argument(description=NEW_GENRE)] = False,
    ) -> Track:
        names = GenreNames(await known_genres(info))
        name = names.read(genre, "genre", is_new=new_genre)
        context, key = info.context, read_track_id(track_id)
        if key is None:
            raise _not_found(track_id)
        given = [NewCorrection(key, name)]
        changed = await context.ports.corrections.correct_genres(given, context.client_id)
        return _only_track(changed, track_id)

    @strawberry.mutation(
        description="Correct or confirm the genres of 1 to 1,000 stored tracks, as `correctGenre` "
        "does, all or none. An error gives the `index` of the correction and its `field`; for "
        "unknown tracks, `trackIds` lists them all.",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def correct_genres(
        self,
        info: Info,
        corrections: Annotated[
            list[CorrectionInput], strawberry.argument(description="1 to 1,000 corrections.")
        ],
    ) -> list[Track]:
        places = [(c.track_id, f"corrections[{i}].trackId") for i, c in enumerate(corrections)]
        keys = _read_keys("corrections", places)
        names = await _read_names(info, corrections)
        given = [NewCorrection(key, name) for key, name in zip(keys, names, strict=True)]
        context = info.context
        changed = await context.ports.corrections.correct_genres(given, context.client_id)
        return _all_tracks(changed, keys, places)

    @strawberry.mutation(
        description="Remove the correction of a track, so that the prediction counts again. Does "
        "nothing if there is none. An unknown track is NOT_FOUND.",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def clear_correction(self, info: Info, track_id: TrackId) -> Track:
        key = read_track_id(track_id)
        if key is None:
            raise _not_found(track_id)
        changed = await info.context.ports.corrections.clear_corrections([key])
        return _only_track(changed, track_id)

    @strawberry.mutation(
        description="Remove the corrections of 1 to 1,000 stored tracks, as `clearCorrection` "
        "does, all or none. For unknown tracks, the error gives the `index` of the first, and "
        "`trackIds` lists them all.",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def clear_corrections(
        self,
        info: Info,
        track_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="1 to 1,000 times `Track.trackId`, each once."),
        ],
    ) -> list[Track]:
        places = [(track_id, f"trackIds[{index}]") for index, track_id in enumerate(track_ids)]
        keys = _read_keys("trackIds", places)
        changed = await info.context.ports.corrections.clear_corrections(keys)
        return _all_tracks(changed, keys, places)

    @strawberry.mutation(
        description="Withdraw the corrections of a client, newest first, at most 10,000 per "
        "request; the predictions of their tracks count again. Operators may withdraw those of "
        "every client, others only their own (FORBIDDEN).",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def withdraw_corrections(
        self,
        info: Info,
        client_id: Annotated[
            str, strawberry.argument(description="The client whose corrections to withdraw.")
        ],
        since: Since = None,
    ) -> WithdrawnCorrections:
        check_text(clientId=client_id)
        context = info.context
        what = "Clients may withdraw only their own corrections."
        context.ports.permissions.require_own(context.client_id, client_id, what)
        wanted = CorrectionFilter(client_id, check_moment(since, "since"))
        withdrawn = await context.ports.corrections.withdraw(wanted, MAX_WITHDRAWN)
        return WithdrawnCorrections(count=withdrawn.count, has_more=withdrawn.has_more)


def _read_keys(argument: str, places: Sequence[Place]) -> list[int]:
    """Read the track ids; raise an error unless each is one and appears once."""
    if not 1 <= len(places) <= MAX_CORRECTIONS:
        message = f"{argument} has {len(places):,} items; 1 to {MAX_CORRECTIONS:,} are allowed."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument=argument)
    keys = [read_track_id(track_id) for track_id, _ in places]
    if None in keys:
        raise _not_stored(places, [key is None for key in keys])
    seen: dict[int | None, int] = {}
    for index, key in enumerate(keys):
        if seen.setdefault(key, index) != index:
            message = f"{places[index][1]} is the same as {places[seen[key]][1]}."
            place: dict[str, Any] = {"index": index, "field": "trackId"}
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, **place)
    return [key for key in keys if key is not None]


async def _read_names(info: Info, corrections: Sequence[CorrectionInput]) -> list[str]:
    names = GenreNames(await known_genres(info))
    return [
        names.read(
            correction.genre,
            f"corrections[{index}].genre",
            is_new=correction.new_genre,
            index=index,
            field="genre",
        )
        for index, correction in enumerate(corrections)
    ]


def _not_stored(places: Sequence[Place], is_unknown: Sequence[bool]) -> GraphQLError:
    """Make the error that names the first unknown track and lists all of them."""
    unknown = [key[:40] for (key, _), missing in zip(places, is_unknown, strict=True) if missing]
    index = is_unknown.index(True)
    more = f" ({len(unknown):,} of the tracks are unknown)" if len(unknown) > 1 else ""
    return coded_error(
        f'{places[index][1]}: there is no track "{unknown[0]}"{more}.',
        ErrorCode.NOT_FOUND,
        index=index,
        field="trackId",
        trackIds=unknown,
    )


def _only_track(changed: Corrected, track_id: str) -> Track:
    if changed.unknown:
        raise _not_found(track_id)
    return track_from_record(next(iter(changed.tracks.values())))


def _all_tracks(changed: Corrected, keys: Sequence[int], places: Sequence[Place]) -> list[Track]:
    if changed.unknown:
        unknown = set(changed.unknown)
        raise _not_stored(places, [key in unknown for key in keys])
    return [track_from_record(changed.tracks[key]) for key in keys]


def _not_found(track_id: str) -> GraphQLError:
    return coded_error(f'There is no track "{track_id[:40]}".', ErrorCode.NOT_FOUND)
