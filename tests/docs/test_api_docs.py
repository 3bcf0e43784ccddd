"""docs/api.md shows what the service really answers, and leaves nothing out."""

import json
import os
import re

import pytest
from graphql import build_schema, parse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api_document import Example, Runner, differences, read_examples, shape
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.repository import ROOT

from ml.columns import AUDIO_COLUMNS
from schema.core.errors import ErrorCode

DOCUMENT = ROOT / "docs" / "api.md"
RENEW = "RENEW_API_DOCS" in os.environ


def structure(example: Example, answer: str) -> dict[str, set[str]]:
    """Return the parts of a response that must not change; values may change with the model."""
    if example.kind == "http":
        return {"header": {answer.splitlines()[0]}}
    if example.is_stream:  # the number of events depends on timing
        answer = [line for line in answer.splitlines() if line.startswith("data: {")][-1]
    return shape(json.loads(answer.removeprefix("data: ")))


@pytest.mark.asyncio
async def test_every_request_gets_the_answer_that_is_shown(
    api: GraphQLClient,
    sample: bytes,
    sample_rows: list[dict[str, str]],
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:  # other tests have chosen models
        await connection.execute(text("TRUNCATE model_choices"))
    document = DOCUMENT.read_text(encoding="utf-8")
    damaged = write_csv(sample_rows, {(3, "tempo"): "fast", (7, "key"): "12"})
    files = {
        "sample.csv": sample,
        "damaged.csv": damaged,
        "wrong.csv": sample.replace(b"tempo", b"speed", 1),
    }
    vector = [float(sample_rows[0][column]) for column in AUDIO_COLUMNS]
    runner = Runner(api, files, vector)
    renewed, position = [], 0

    for example in read_examples(document):
        answer = await runner.answer(example)
        if RENEW:
            renewed += [document[position : example.answer.start("text")], answer]
            position = example.answer.end("text")
        else:
            shown = structure(example, example.answer["text"])
            assert differences(shown, structure(example, answer)) == [], example.request
        if example.kind == "graphql" and not example.is_stream and example.answer["text"].strip():
            runner.learn(json.loads(example.answer["text"]), json.loads(answer))

    if RENEW:
        whole = "".join([*renewed, document[position:]])
        DOCUMENT.write_text(runner.renamed(whole), encoding="utf-8")


def test_every_operation_is_shown() -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    expected = {name for root in roots if root for name in root.fields}
    shown = set()

    for example in read_examples(DOCUMENT.read_text(encoding="utf-8")):
        if example.kind == "graphql":
            for definition in parse(example.request).definitions:
                selections = definition.to_dict()["selection_set"]["selections"]
                shown |= {selection["name"]["value"] for selection in selections}

    assert expected - shown == set()


def test_every_error_code_is_explained() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted(code.value for code in ErrorCode)
