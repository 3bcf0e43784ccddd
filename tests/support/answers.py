"""A person who answers questions about a catalogue, over the API."""

from typing import Any

from support.graphql_client import GraphQLClient

QUEUE = "query ($first: Int!, $batchId: ID) { reviewQueue(first: $first, batchId: $batchId) {"
QUEUE += " trackId title correctedGenre } }"
CORRECT = """mutation ($corrections: [CorrectionInput!]!) {
  correctGenres(corrections: $corrections) { trackId genre correctedGenre }
}"""
LEARN = """mutation ($use: Boolean!, $force: Boolean!) {
  learnFromCorrections(use: $use, force: $force) {
    version parentVersion answers accuracyBefore accuracyAfter interval isUsed changedTracks
    byGenre { genre answers } skippedTracks
    changes { newGenre confidence track { trackId genre predictedGenre } }
  }
}"""
LEARNING = """{ learning {
  answers newAnswers accuracyBefore accuracyAfter interval nextTenGain
  byGenre { genre answers } history { answers accuracy } model { version accuracy }
} }"""


async def ask(api: GraphQLClient, first: int = 10, batch_id: str | None = None) -> list[str]:
    """Return the ids of the tracks to answer next."""
    data = await api.data(QUEUE, first=first, batchId=batch_id)
    return [track["trackId"] for track in data["reviewQueue"]]


async def answer(api: GraphQLClient, genres: dict[str, str], *, new: bool = False) -> None:
    """Give genres to tracks by id."""
    corrections = [
        {"trackId": key, "genre": genre, "newGenre": new} for key, genre in genres.items()
    ]
    await api.data(CORRECT, corrections=corrections)


async def learn(api: GraphQLClient, *, use: bool = False, force: bool = False) -> dict[str, Any]:
    """Learn from the answers."""
    data = await api.data(LEARN, use=use, force=force)
    learned: dict[str, Any] = data["learnFromCorrections"]
    return learned


async def summarize(api: GraphQLClient) -> dict[str, Any]:
    """Return what the answers are worth."""
    learning: dict[str, Any] = (await api.data(LEARNING))["learning"]
    return learning
