"""Query what is stored: genres, titles by page, tracks, batches, the model."""

import unicodedata
from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

from ml.columns import REQUIRED_COLUMNS

pytestmark = pytest.mark.asyncio

PAGE = """query ($genre: String!, $first: Int, $after: String, $last: Int, $before: String,
  $search: String) {
  titlesByGenre(genre: $genre, first: $first, after: $after, last: $last, before: $before,
      search: $search) {
    totalCount
    nodes { trackId title genre }
    edges { cursor node { trackId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
TITLES = "query ($genre: String!) { titlesByGenre(genre: $genre, first: 1000) %s }"
DETAILS = """{ nodes { trackId title genre predictedGenre confidence correctedGenre modelVersion
  classifiedAt batch { id } probabilities { genre probability } } }"""


async def largest_genre(api: GraphQLClient) -> tuple[str, int]:
    """Return the genre with most tracks."""
    genres = (await api.data("{ genres { name trackCount } }"))["genres"]
    largest = max(genres, key=lambda genre: genre["trackCount"])
    return largest["name"], largest["trackCount"]


async def page(api: GraphQLClient, **arguments: Any) -> dict[str, Any]:
    """Query a page of titles."""
    connection: dict[str, Any] = (await api.data(PAGE, **arguments))["titlesByGenre"]
    return connection


async def test_genres_come_by_name_with_their_counts(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    genres = (await api.data("{ genres { name trackCount } }"))["genres"]

    names = [genre["name"] for genre in genres]
    assert names == sorted(names)
    assert all(genre["trackCount"] > 0 for genre in genres)
    assert sum(genre["trackCount"] for genre in genres) == 60


async def test_titles_come_by_title_then_id(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    await api.classify(write_csv([{**row, "title": "Same"} for row in sample_rows]))
    genre, count = await largest_genre(api)

    nodes = (await page(api, genre=genre, first=100))["nodes"]

    ids = [int(node["trackId"]) for node in nodes]
    assert ids == sorted(ids)
    assert len(ids) == count
    assert {node["genre"] for node in nodes} == {genre}


async def test_pages_forward_visit_every_track_once(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    genre, count = await largest_genre(api)
    seen, after, pages = [], None, 0

    while True:
        part = await page(api, genre=genre, first=3, after=after)
        seen += [(node["title"], int(node["trackId"])) for node in part["nodes"]]
        assert part["totalCount"] == count
        assert [edge["node"]["trackId"] for edge in part["edges"]] == [
            node["trackId"] for node in part["nodes"]
        ]
        assert part["pageInfo"]["hasPreviousPage"] is (pages > 0)
        pages += 1
        after = part["pageInfo"]["endCursor"]
        if not part["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == count
    assert seen == sorted(seen)


async def test_details_of_a_track_agree_with_each_other(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)
    genre, count = await largest_genre(api)

    nodes = (await api.data(TITLES % DETAILS, genre=genre))["titlesByGenre"]["nodes"]

    assert len(nodes) == count
    for node in nodes:
        shares = [entry["probability"] for entry in node["probabilities"]]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert shares == sorted(shares, reverse=True)
        assert node["probabilities"][0] == {
            "genre": node["predictedGenre"],
            "probability": node["confidence"],
        }
        assert node["genre"] == node["predictedGenre"] == genre
        assert node["correctedGenre"] is None
        assert node["modelVersion"] == batch["modelVersion"]
        assert node["batch"] == {"id": batch["id"]}


async def test_titles_alone_and_with_details_are_the_same_list(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    genre, _ = await largest_genre(api)

    alone = await api.data(TITLES % "{ nodes { title } }", genre=genre)
    fragment = "{ nodes { ...F } } } fragment F on Track { title confidence"
    detailed = await api.data(TITLES % fragment, genre=genre)

    assert [node["title"] for node in alone["titlesByGenre"]["nodes"]] == [
        node["title"] for node in detailed["titlesByGenre"]["nodes"]
    ]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        pytest.param("cafe", {"Café del Mar"}, id="accent-folded"),
        pytest.param("CAFÉ", {"Café del Mar"}, id="case-and-accent"),
        pytest.param("mar", {"Café del Mar", "Marble Moon"}, id="beginning-of-a-word"),
        pytest.param("moon mar", {"Marble Moon"}, id="all-words"),
        pytest.param("arble", set(), id="not-the-middle"),
        pytest.param("!!!", set(), id="no-word"),
        pytest.param("dont'", {"Dont' Stop"}, id="quote"),
        pytest.param("a & b | !c", set(), id="operators-are-no-operators"),
        pytest.param("мост", {"Старый Мост"}, id="cyrillic"),
        pytest.param(" ", {"Café del Mar", "Marble Moon", "Dont' Stop", "Старый Мост"}, id="blank"),
    ],
)
async def test_search_finds_beginnings_of_words(
    api: GraphQLClient, sample_rows: list[dict[str, str]], search: str, expected: set[str]
) -> None:
    titles = ["Café del Mar", unicodedata.normalize("NFD", "Marble Moon"), "Dont' Stop"]
    titles.append("Старый Мост")
    row = sample_rows[0]
    await api.classify(
        write_csv([{**row, "trackID": str(i), "title": t} for i, t in enumerate(titles)])
    )
    genre, _ = await largest_genre(api)

    found = await page(api, genre=genre, first=10, search=search)

    assert {node["title"] for node in found["nodes"]} == expected
    assert found["totalCount"] == len(expected)


async def test_an_unknown_genre_names_the_known_ones(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    error = await api.error(PAGE, genre="polka", first=1)

    assert error["extensions"]["code"] == "UNKNOWN_GENRE"
    known = error["extensions"]["knownGenres"]
    assert known == sorted(known)
    assert {genre["name"] for genre in (await api.data("{ genres { name } }"))["genres"]} <= set(
        known
    )


async def test_a_genre_of_the_model_without_tracks_is_empty(api: GraphQLClient) -> None:
    genres = (await api.data("{ model { genres } }"))["model"]["genres"]

    empty = await page(api, genre=genres[0], first=1)

    assert empty["nodes"] == []
    assert empty["totalCount"] == 0
    assert empty["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"first": -1}, id="negative"),
        pytest.param({"first": 1001}, id="over-the-cap"),
        pytest.param({"last": 1001}, id="last-over-the-cap"),
        pytest.param({"after": "nonsense"}, id="cursor-is-no-base64"),
        pytest.param({"after": "WyJiYXRjaCIsIDEsIDJd"}, id="cursor-of-another-list"),
        pytest.param({"after": "bnVsbA"}, id="cursor-of-null"),
        pytest.param({"search": "a\0b"}, id="nul"),
        pytest.param({"search": "\ud800"}, id="surrogate"),
        pytest.param({"search": "x" * 1001}, id="long-search"),
        pytest.param({"search": "a b c d e f g h i j k"}, id="eleven-words"),
        pytest.param({"genre": "a\0b"}, id="nul-in-genre"),
    ],
)
async def test_bad_arguments_are_named(api: GraphQLClient, arguments: dict[str, Any]) -> None:
    error = await api.error(PAGE, **{"genre": "folk", **arguments})

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert next(iter(arguments)) in error["message"]


@pytest.mark.parametrize("track_id", ["0", "x", "-1", "9" * 30, "1.0", "", "٣"])
async def test_a_track_that_is_not_there_is_null(api: GraphQLClient, track_id: str) -> None:
    query = "query ($id: ID!) { track(trackId: $id) { title } }"

    assert await api.data(query, id=track_id) == {"track": None}


@pytest.mark.parametrize("batch_id", ["0", "x", "00000000-0000-0000-0000-000000000000", ""])
async def test_a_batch_that_is_not_there_is_null(api: GraphQLClient, batch_id: str) -> None:
    query = "query ($id: ID!) { batch(id: $id) { status } }"

    assert await api.data(query, id=batch_id) == {"batch": None}


async def test_batches_come_newest_first_by_page(api: GraphQLClient, sample: bytes) -> None:
    ids = [(await api.classify(sample, f"{number}.csv"))["id"] for number in range(5)]
    query = """query ($after: String) { batches(first: 2, after: $after) {
      totalCount nodes { id } pageInfo { endCursor hasNextPage } } }"""
    seen, after = [], None

    while True:
        connection = (await api.data(query, after=after))["batches"]
        seen += [node["id"] for node in connection["nodes"]]
        after = connection["pageInfo"]["endCursor"]
        if not connection["pageInfo"]["hasNextPage"]:
            break

    assert seen == ids[::-1]
    assert connection["totalCount"] == 5


async def test_rejects_come_by_page(api: GraphQLClient, sample_rows: list[dict[str, str]]) -> None:
    batch = await api.classify(write_csv([{**row, "key": "99"} for row in sample_rows]))
    query = """query ($id: ID!, $after: String) { batch(id: $id) {
      rejects(first: 25, after: $after) {
        totalCount nodes { line } pageInfo { endCursor hasNextPage } } } }"""
    lines, after = [], None

    while True:
        part = (await api.data(query, id=batch["id"], after=after))["batch"]["rejects"]
        lines += [node["line"] for node in part["nodes"]]
        after = part["pageInfo"]["endCursor"]
        if not part["pageInfo"]["hasNextPage"]:
            break

    assert lines == list(range(2, 62))
    assert part["totalCount"] == 60


async def test_the_model_describes_itself(api: GraphQLClient) -> None:
    query = """{ model { version trainedAt trainingRows genres requiredColumns accuracy macroF1
      logLoss confusionMatrix topFeatures(first: 3) { feature importance }
      ece uncertainBelow intervals { metric low high } calibration { confidence accuracy share }
      genreScores { genre precision recall f1 } } }"""

    model = (await api.data(query))["model"]

    assert model["requiredColumns"] == list(REQUIRED_COLUMNS)
    assert len(model["confusionMatrix"]) == len(model["genres"])
    correct = sum(row[index] for index, row in enumerate(model["confusionMatrix"]))
    total = sum(map(sum, model["confusionMatrix"]))
    assert correct / total == pytest.approx(model["accuracy"], abs=1e-6)
    gains = [feature["importance"] for feature in model["topFeatures"]]
    assert gains == sorted(gains, reverse=True)
    assert len(gains) == 3
    for interval in model["intervals"]:
        assert interval["low"] <= model[interval["metric"]] <= interval["high"]
    assert {interval["metric"] for interval in model["intervals"]} >= {"accuracy", "macroF1"}
    assert sum(part["share"] for part in model["calibration"]) == pytest.approx(1, abs=1e-3)
    assert [score["genre"] for score in model["genreScores"]] == model["genres"]
    assert 0 < model["uncertainBelow"] < 1


async def test_the_model_says_what_to_expect_before_what_it_got_by_group(
    api: GraphQLClient,
) -> None:
    query = """{ model { version accuracy macroF1 logLoss
      expected { accuracy low high }
      byGroup { groups accuracy macroF1 logLoss ece intervals { metric low high } }
      independent { source date modelVersion tracks accuracy low high macroF1 logLoss ece } } }"""

    model = (await api.data(query))["model"]

    expected, by_group, measured = (model[name] for name in ("expected", "byGroup", "independent"))
    assert expected["low"] <= expected["accuracy"] <= expected["high"]
    assert expected["accuracy"] == model["accuracy"]
    assert model["accuracy"] < by_group["accuracy"], "songs of new artists are harder"
    assert model["logLoss"] > by_group["logLoss"]
    for interval in by_group["intervals"]:
        assert interval["low"] <= by_group[interval["metric"]] <= interval["high"]
    assert (measured["tracks"], measured["accuracy"]) == (428, 0.509)
    assert measured["low"] <= model["accuracy"] <= measured["high"]
    assert measured["modelVersion"] == "d8545f9d4f52"
    assert measured["date"] == "2026-11-25"
