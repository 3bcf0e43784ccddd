"""Correct the genre of tracks over HTTP."""

from support.graphql_client import GraphQLClient

TRACK = """query ($id: ID!) { track(trackId: $id) {
  trackId title genre predictedGenre confidence correctedGenre modelVersion classifiedAt
} }"""
CORRECT = """mutation ($id: ID!, $genre: String!) {
  correctGenre(trackId: $id, genre: $genre) { genre }
}"""


async def known_genres(api: GraphQLClient) -> list[str]:
    genres: list[str] = (await api.data("{ model { genres } }"))["model"]["genres"]
    return genres


async def correct(api: GraphQLClient, track_id: int) -> str:
    """Give a track a different genre, and return that genre."""
    had = (await api.data(TRACK, id=track_id))["track"]["genre"]
    genre = next(name for name in await known_genres(api) if name != had)
    await api.data(CORRECT, id=track_id, genre=genre)
    return genre
