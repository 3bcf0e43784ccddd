"""Classify tracks sent in the request, and check what is stored of them."""

from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.track_inputs import track_input

from ml.columns import METADATA_COLUMNS
from schema.tracks.track_input import TrackInput

pytestmark = pytest.mark.asyncio

CLASSIFY = """mutation ($tracks: [TrackInput!]!, $store: Boolean! = false) {
  classifyTracks(tracks: $tracks, store: $store) {
    trackId title genre confidence probabilities { genre probability }
  }
}"""
STORED = """query ($id: ID!) {
  track(trackId: $id) {
    trackId title genre confidence probabilities { genre probability } modelVersion batch { id }
  }
}"""
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}
Row = dict[str, str]


async def classify(api: GraphQLClient, *tracks: Any, store: bool = False) -> list[dict[str, Any]]:
    predictions: list[dict[str, Any]] = (await api.data(CLASSIFY, tracks=tracks, store=store))[
        "classifyTracks"
    ]
    return predictions


async def nothing_stored(api: GraphQLClient) -> bool:
    return await api.data("{ genres { name } batches { totalCount } }") == NOTHING_STORED


async def test_predicts_what_a_file_with_the_same_tracks_gets(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    rows = sample_rows[:20]

    predictions = await classify(api, *map(track_input, rows))

    assert await nothing_stored(api)
    await api.classify(write_csv(rows))
    for row, prediction in zip(rows, predictions, strict=True):
        track = (await api.data(STORED, id=row["trackID"]))["track"]
        assert {key: track[key] for key in prediction} == prediction


async def test_stores_tracks_if_asked_and_each_once(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    tracks = [track_input(row) for row in sample_rows[:20]]

    first = await classify(api, *tracks, store=True)
    second = await classify(api, *tracks, store=True)

    assert first == second
    genres = (await api.data("{ genres { trackCount } }"))["genres"]
    assert sum(genre["trackCount"] for genre in genres) == 20
    track = (await api.data(STORED, id=tracks[0]["trackId"]))["track"]
    assert track["batch"] is None
    assert track["title"] == tracks[0]["title"]
    assert track["genre"] == first[0]["genre"]


async def test_a_track_of_a_file_can_be_replaced_by_one_of_a_request_and_back(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    title = "{ track(trackId: 1) { title batch { id } } }"
    await api.classify(write_csv(sample_rows))

    await classify(api, track_input(sample_rows[0], title="By hand"), store=True)
    by_hand = await api.data(title)
    again = await api.classify(write_csv(sample_rows))

    assert by_hand == {"track": {"title": "By hand", "batch": None}}
    assert (await api.data(title))["track"] == {
        "title": sample_rows[0]["title"],
        "batch": {"id": again["id"]},
    }


async def test_a_title_is_needed_only_to_store(api: GraphQLClient, sample_rows: list[Row]) -> None:
    track = track_input(sample_rows[0], title=...)

    (prediction,) = await classify(api, track)
    error = await api.error(CLASSIFY, tracks=[track], store=True)

    assert prediction["title"] is None
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "index": 0, "field": "title"}
    assert await nothing_stored(api)


async def test_tags_may_be_the_text_of_a_cell_or_missing(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    row = sample_rows[0]

    (words,) = await classify(api, track_input(row))
    (text,) = await classify(api, track_input(row, tags=row["tags"]))
    (none,) = await classify(api, track_input(row, tags=...))
    (empty,) = await classify(api, track_input(row, tags=[]))

    assert words == text
    assert none == empty
    assert none["probabilities"] != words["probabilities"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        pytest.param(
            {"tempo": -1}, "tempo", "is -1; it must be a finite number, 0 or more", id="negative"
        ),
        pytest.param({"timeSignature": 8}, "timeSignature", "from 0 to 7", id="time-signature"),
        pytest.param({"key": 12}, "key", "is 12; it must be a whole number from 0 to 11", id="key"),
        pytest.param({"mode": 2}, "mode", "a whole number from 0 to 1", id="mode"),
        pytest.param(
            {"vect": [0.5] * 147}, "vect", "has 147 numbers; it must have 148", id="short-vector"
        ),
        pytest.param(
            {"trackId": "abc"}, "trackId", 'is "abc"; it must be a whole', id="id-is-text"
        ),
        pytest.param({"trackId": "-1"}, "trackId", "0 or more", id="id-negative"),
        pytest.param({"trackId": "9" * 19}, "trackId", "0 or more", id="id-too-large"),
        pytest.param({"trackId": ""}, "trackId", 'is ""; it must be a whole', id="id-empty"),
        pytest.param(
            {"trackId": "1"}, "trackId", "1 already appears in an earlier track", id="id-twice"
        ),
        pytest.param({"title": " "}, "title", "is empty", id="blank-title"),
        pytest.param({"title": "x" * 501}, "title", "at most 500", id="long-title"),
        pytest.param({"title": "a\0b"}, "title", "U+0000", id="nul"),
        pytest.param({"tags": ["\ud800"]}, "tags", "surrogate", id="surrogate"),
    ],
)
async def test_a_wrong_value_refuses_the_request_and_is_named(
    api: GraphQLClient, sample_rows: list[Row], changes: Row, field: str, message: str
) -> None:
    tracks = [track_input(row) for row in sample_rows[:2]] + [
        track_input(sample_rows[2], **changes)
    ]

    error = await api.error(CLASSIFY, tracks=tracks, store=True)

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "index": 2, "field": field}
    assert error["message"].startswith(f"tracks[2].{field} ")
    assert message in error["message"]
    assert await nothing_stored(api)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"tempo": "fast"}, id="text"),
        pytest.param({"tempo": None}, id="null"),
        pytest.param({"tempo": ...}, id="missing"),
        pytest.param({"key": 1.5}, id="half"),
        pytest.param({"speed": 1}, id="unknown-field"),
        pytest.param({"vect": [0.5, None]}, id="null-in-vector"),
    ],
)
async def test_a_value_of_a_wrong_type_is_named_by_graphql(
    api: GraphQLClient, sample_rows: list[Row], changes: dict[str, Any]
) -> None:
    error = await api.error(CLASSIFY, tracks=[track_input(sample_rows[0], **changes)])

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert next(iter(changes)) in error["message"]


async def test_a_file_whose_ids_are_all_numbers_may_have_one_too_large(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    batch = await api.classify(write_csv(sample_rows[:2], {(3, "trackID"): "9" * 19}))

    assert [reject["code"] for reject in batch["rejects"]["nodes"]] == ["OUT_OF_RANGE"]


async def test_takes_a_thousand_tracks_and_no_more(
    api: GraphQLClient, sample_rows: list[Row]
) -> None:
    tracks = [track_input(sample_rows[0], trackId=number, tags=[]) for number in range(1001)]
    for track in tracks:
        track["vect"] = [0.5] * 148  # a short body

    error = await api.error(CLASSIFY, tracks=tracks)
    predictions = await classify(api, *tracks[:1000])

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "tracks"}
    assert [prediction["trackId"] for prediction in predictions] == [str(n) for n in range(1000)]


async def test_no_tracks_are_no_predictions(api: GraphQLClient) -> None:
    assert await classify(api, store=True) == []


async def test_the_input_has_the_fields_of_a_file_in_their_order(sample_rows: list[Row]) -> None:
    fields = {name: float(index) for index, name in enumerate(METADATA_COLUMNS)}

    raw = TrackInput(track_id="1", title="a", vect=[], **fields).to_raw()  # type: ignore[arg-type]

    assert list(raw.metadata) == list(fields.values())
