"""The report on a batch, by a link."""

import asyncio
from datetime import timedelta

import pytest
from support.csv_files import write_csv
from support.downloads import follow, replica
from support.graphql_client import GraphQLClient
from support.html_pages import text_of_page

from app.config.settings import Settings

pytestmark = pytest.mark.asyncio
Rows = list[dict[str, str]]
LINK = "mutation ($id: ID!) { reportLink(batchId: $id) { url expiresAt fileName } }"


async def ask(api: GraphQLClient, batch_id: str) -> dict[str, str]:
    link: dict[str, str] = (await api.data(LINK, id=batch_id))["reportLink"]
    return link


async def test_reports_on_the_stored_tracks_and_rejects(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    rows = [{**row, "loudness": str(float(row["loudness"]) - 12)} for row in sample_rows]
    rows[4]["title"] = "<b>Loud & clear</b>"
    batch = await api.classify(write_csv(rows, {(3, "tempo"): "fast", (7, "key"): "12"}))

    link = await ask(api, batch["id"])
    response = await follow(api, link)

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert link["fileName"] in response.headers["content-disposition"]
    assert "sandbox" in response.headers["content-security-policy"]
    text = text_of_page(response.content)
    assert "58 tracks were classified, 2 rows rejected." in text
    assert "NOT_A_NUMBER tempo 1" in text
    assert "OUT_OF_RANGE key 1" in text
    assert "<b>Loud & clear</b> –" in text
    for genre in batch["genres"]:
        assert f"{genre['name']} {genre['trackCount']} " in text
    (loudness,) = [part for part in text.split("Loudness 1 ")[1:] if "much" in part[:20]]
    assert "loudness (" in loudness


async def test_one_report_is_made_at_a_time(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)
    link = await ask(api, batch["id"])

    responses = await asyncio.gather(*(follow(api, link) for _ in range(6)))

    refused = [response for response in responses if response.status_code != 200]
    assert 0 < len(refused) < 6
    for response in refused:
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert "Another report is being made." in response.text
    assert (await follow(api, link)).status_code == 200


async def test_a_link_that_expired_or_was_changed_is_refused(
    api: GraphQLClient, sample: bytes, settings: Settings
) -> None:
    batch = await api.classify(sample)
    link = await ask(api, batch["id"])

    changed = await follow(api, {"url": link["url"].replace("client=", "client=x")})
    async with replica(settings, timedelta(seconds=61)) as later:
        expired = await later.get(f"/{link['url']}")

    assert changed.status_code == 403
    assert expired.status_code == 403
    assert "expired" in expired.text


async def test_without_features_there_is_no_report(
    api: GraphQLClient, sample: bytes, settings: Settings
) -> None:
    async with replica(settings, timedelta(0), store_features=False) as http:
        bare = GraphQLClient(http, client_id="test", client_secret="test")
        batch = await bare.classify(sample)
        response = await follow(bare, await ask(bare, batch["id"]))

    assert response.status_code == 404
    assert "GENRE_STORE_FEATURES" in response.text


async def test_a_batch_that_is_gone_is_not_found(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)
    link = await ask(api, batch["id"])
    await api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=batch["id"])

    again = await follow(api, link)
    body = await api.post(LINK, id=batch["id"])

    assert again.status_code == 404
    assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"
