"""The Upload scalar accepts files from the multipart parser and nothing else."""

import io
from typing import Any

import pytest
import strawberry
from starlette.datastructures import UploadFile
from strawberry.schema.config import StrawberryConfig

from schema.core.errors import ErrorCodes, QuietSchema
from schema.core.scalars import SCALARS, Upload

QUERY = "query ($file: Upload) { name(file: $file) }"


@strawberry.type
class Query:
    @strawberry.field
    def name(self, file: Upload | None = None) -> str:
        return "none" if file is None else str(file.filename)

    @strawberry.field
    def answer(self) -> Upload:
        return Upload(UploadFile(io.BytesIO(b"secret"), filename="a.csv"))


SCHEMA = QuietSchema(Query, extensions=[ErrorCodes], config=StrawberryConfig(scalar_map=SCALARS))


def test_sdl_names_the_specification() -> None:
    assert (
        '"""A file in a multipart/form-data request."""\nscalar Upload @specifiedBy(url: '
        '"https://github.com/jaydenseric/graphql-multipart-request-spec")' in SCHEMA.as_str()
    )


def test_passes_a_file_on() -> None:
    file = UploadFile(io.BytesIO(b"abc"), filename="tracks.csv")
    result = SCHEMA.execute_sync(QUERY, {"file": file})

    assert (result.data, result.errors) == ({"name": "tracks.csv"}, None)


def test_null_is_no_file() -> None:
    assert SCHEMA.execute_sync(QUERY, {"file": None}).data == {"name": "none"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a.csv", id="string"),
        pytest.param("", id="empty"),
        pytest.param(1, id="number"),
        pytest.param(0, id="zero"),
        pytest.param(True, id="boolean"),
        pytest.param({"filename": "a.csv", "file": "x"}, id="object"),
        pytest.param([], id="list"),
        pytest.param([None], id="list-of-null"),
        pytest.param(io.BytesIO(b"x"), id="other-file"),
    ],
)
def test_refuses_json_values(value: Any) -> None:
    result = SCHEMA.execute_sync(QUERY, {"file": value})

    assert result.data is None
    (error,) = result.errors or []
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert "Upload must be a file in a multipart/form-data request." in error.message


@pytest.mark.parametrize("literal", ['"a.csv"', "1", "true", "A", "{ a: 1 }", "[1]", '"""x"""'])
def test_refuses_literals(literal: str) -> None:
    result = SCHEMA.execute_sync(f"{{ name(file: {literal}) }}")

    assert result.data is None
    (error,) = result.errors or []
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "Send it as a variable." in error.message


def test_refuses_a_literal_as_default() -> None:
    result = SCHEMA.execute_sync('query ($file: Upload = "x") { name(file: $file) }')

    assert [error.extensions for error in result.errors or ()] == [
        {"code": "GRAPHQL_VALIDATION_FAILED"}
    ]


def test_is_no_output(caplog: pytest.LogCaptureFixture) -> None:
    result = SCHEMA.execute_sync("{ answer }")

    assert [error.message for error in result.errors or ()] == ["Internal error"]
    assert "input type only" in caplog.text
