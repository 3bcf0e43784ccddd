"""Upload rows with only words or only sound, and see what becomes of them."""

from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.reclassifying import AGE, change, reclassified
from support.sse_reading import PROGRESS, read_events

from ml.columns import AUDIO_COLUMNS, METADATA_COLUMNS, NUMBER_COLUMNS

pytestmark = pytest.mark.asyncio

UPLOAD = """mutation ($csvFile: Upload!, $allowMissing: Boolean!, $wait: Boolean! = true) {
  classifyBatch(csvFile: $csvFile, allowMissing: $allowMissing, wait: $wait) {
    id status rowsStored rowsRejected rejects { nodes { line trackId column code message } }
  }
}"""
TRACKS = """{ tracks(first: 70) { nodes {
  trackId title genre confidence probabilities { genre probability } basis
  explanation(first: 400) { feature contribution }
} } }"""
Row = dict[str, str]


def without(row: Row, *columns: str) -> Row:
    return {**row, **dict.fromkeys(columns, "")}


def four_kinds(rows: list[Row]) -> list[Row]:
    """Return a whole row, one with only words, one with only sound, and one with nothing."""
    whole, words, sound, nothing = rows[:4]
    return [
        whole,
        without(words, *NUMBER_COLUMNS),
        without(sound, "tags", "title"),
        without(nothing, "tags", "title", *NUMBER_COLUMNS),
    ]


async def send(api: GraphQLClient, content: bytes, **variables: Any) -> dict[str, Any]:
    body = await api.upload(content, query=UPLOAD, **{"allowMissing": True, **variables})
    assert "errors" not in body, body["errors"]
    batch: dict[str, Any] = body["data"]["classifyBatch"]
    return batch


async def stored(api: GraphQLClient) -> dict[str, dict[str, Any]]:
    nodes = (await api.data(TRACKS))["tracks"]["nodes"]
    return {track["trackId"]: track for track in nodes}


@pytest.mark.parametrize("wait", [True, False], ids=["waited", "queued"])
async def test_classifies_rows_by_what_there_is(
    api: GraphQLClient, sample_rows: list[Row], *, wait: bool
) -> None:
    batch = await send(api, write_csv(four_kinds(sample_rows)), wait=wait)
    events = read_events(api.http, api.headers, PROGRESS, id=batch["id"])
    *_, last = [event["data"]["batchProgress"] async for event in events]

    assert (last["status"], last["rowsStored"], last["rowsRejected"]) == ("DONE", 3, 1)
    tracks = await stored(api)
    assert {key: track["basis"] for key, track in tracks.items()} == {
        "1": ["WORDS", "SOUND"],
        "2": ["WORDS"],
        "3": ["SOUND"],
    }
    features = {
        key: {reason["feature"].split("=")[0] for reason in track["explanation"]}
        for key, track in tracks.items()
    }
    assert features["2"] == {"word"}
    assert features["3"] <= set(NUMBER_COLUMNS)
    assert all(
        sum(p["probability"] for p in t["probabilities"]) == pytest.approx(1, abs=1e-5)
        for t in tracks.values()
    )


async def test_rejects_a_row_with_nothing_to_go_on(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    batch = await send(api, write_csv(four_kinds(sample_rows)))

    (reject,) = batch["rejects"]["nodes"]
    assert (reject["line"], reject["trackId"], reject["code"]) == (5, "4", "MISSING_VALUE")
    assert reject["message"].startswith("The row has no words, and too little sound:")


async def test_whole_rows_are_classified_as_ever(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    await send(api, write_csv(sample_rows), allowMissing=False)
    before = await stored(api)
    rows = [*sample_rows[:-1], without(sample_rows[-1], *NUMBER_COLUMNS)]

    await send(api, write_csv(rows))

    after = await stored(api)
    last = sample_rows[-1]["trackID"]
    assert {k: t for k, t in after.items() if k != last} == {
        k: t for k, t in before.items() if k != last
    }
    assert after[last]["confidence"] != before[last]["confidence"]


async def test_without_permission_missing_values_are_rejected(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    batch = await send(api, write_csv(four_kinds(sample_rows)), allowMissing=False)

    found = [(r["line"], r["column"], r["code"]) for r in batch["rejects"]["nodes"]]
    assert found == [
        (3, "loudness", "MISSING_VALUE"),
        (4, "title", "MISSING_VALUE"),
        (5, "title", "MISSING_VALUE"),
    ]
    assert batch["rowsStored"] == 1


@pytest.mark.parametrize(
    ("columns", "basis"),
    [
        pytest.param(("trackID", "title", "tags"), ["WORDS"], id="words"),
        pytest.param(("trackID", "tags"), ["WORDS"], id="tags"),
        pytest.param(("trackID", *METADATA_COLUMNS, *AUDIO_COLUMNS), ["SOUND"], id="sound"),
        pytest.param(
            ("trackID", "title", "loudness", "duration", *AUDIO_COLUMNS),
            ["WORDS", "SOUND"],
            id="some-numbers",
        ),
    ],
)
async def test_reads_files_that_lack_whole_columns(
    api: GraphQLClient, sample_rows: list[Row], columns: tuple[str, ...], basis: list[str]
) -> None:
    rows = [{column: row[column] for column in columns} for row in sample_rows]

    batch = await send(api, write_csv(rows))

    assert (batch["status"], batch["rowsStored"]) == ("DONE", 60)
    assert all(track["basis"] == basis for track in (await stored(api)).values())


async def test_a_file_without_words_and_sound_is_refused(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    rows = [{"trackID": row["trackID"], "tempo": row["tempo"]} for row in sample_rows]

    (error,) = (await api.upload(write_csv(rows), query=UPLOAD, allowMissing=True))["errors"]

    assert error["extensions"]["code"] == "INVALID_CSV"
    assert {"title", "tags", "loudness"} <= set(error["extensions"]["missingColumns"])


async def test_sound_with_many_gaps_does_not_count(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    few, many, none = sample_rows[:3]
    rows = [
        without(few, *AUDIO_COLUMNS[:13]),
        without(many, *AUDIO_COLUMNS[:14]),
        without(none, *NUMBER_COLUMNS),
    ]

    await send(api, write_csv(rows))

    tracks = await stored(api)
    assert [tracks[key]["basis"] for key in ("1", "2", "3")] == [
        ["WORDS", "SOUND"],
        ["WORDS"],
        ["WORDS"],
    ]


async def test_wrong_values_are_rejected_even_where_missing_ones_are_not(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    rows = [
        {**sample_rows[0], "tempo": "fast"},
        {**sample_rows[1], "key": "12"},
        {**sample_rows[2], "trackID": ""},
        {**sample_rows[3], "title": "x" * 501},
    ]

    batch = await send(api, write_csv(rows))

    assert [(r["column"], r["code"]) for r in batch["rejects"]["nodes"]] == [
        ("tempo", "NOT_A_NUMBER"),
        ("key", "OUT_OF_RANGE"),
        ("trackID", "MISSING_VALUE"),
        ("title", "BAD_TEXT"),
    ]


async def test_partial_tracks_can_be_reclassified(
    api: GraphQLClient, engine: Any, sample_rows: list[Row]
) -> None:
    rows = four_kinds(sample_rows)
    await send(api, write_csv([*rows, without(sample_rows[4], "tempo")]))
    before = await stored(api)
    await change(engine, *AGE)

    batch = await reclassified(api)

    assert (batch["status"], batch["rowsStored"], batch["rowsRejected"]) == ("DONE", 4, 0)
    assert await stored(api) == before


async def test_reads_semicolons_with_missing_values(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    plain = [{**row, "tags": row["title"].replace(",", " ")} for row in sample_rows]
    rows = [{key: row[key] for key in ("trackID", "tags", "tempo", "key")} for row in plain]
    rows[0]["tempo"] = ""
    content = write_csv(rows).replace(b",", b";")

    batch = await send(api, content)

    assert (batch["rowsStored"], batch["rejects"]["nodes"]) == (60, [])
    assert (await stored(api))["1"]["basis"] == ["WORDS"]
