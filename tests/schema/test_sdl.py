"""The schema file is current, fully described, and compatible with existing clients."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    specified_scalar_types,
)
from graphql import build_schema as read_schema
from support.repository import ROOT

from schema import build_schema

SDL_FILE = ROOT / "schema" / "schema.graphql"
BREAKING_CHANGES = ROOT / "scripts" / "breaking-changes"


def test_the_file_is_what_the_code_says() -> None:
    assert SDL_FILE.read_text(encoding="utf-8") == build_schema().as_str() + "\n", "run make schema"


def test_everything_has_a_description() -> None:
    schema = read_schema(SDL_FILE.read_text(encoding="utf-8"))

    assert [name for name, text in descriptions(schema) if not text] == []


def descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Yield the name of each type, field, argument and value with its description."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in specified_scalar_types:
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            for value, enum_value in kind.values.items():
                yield f"{name}.{value}", enum_value.description
        if isinstance(kind, GraphQLInputObjectType):
            for field, input_field in kind.fields.items():
                yield f"{name}.{field}", input_field.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, output_field in kind.fields.items():
                yield f"{name}.{field}", output_field.description
                for argument, given in output_field.args.items():
                    yield f"{name}.{field}({argument})", given.description


def test_breaks_nothing_of_the_last_release() -> None:
    result = subprocess.run([BREAKING_CHANGES], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, ""), result.stdout


@pytest.mark.parametrize(
    ("old", "new", "status", "says"),
    [
        pytest.param(
            "type Query { a: Int b: Int }", "type Query { a: Int }", 1, "Query.b", id="removed"
        ),
        pytest.param(
            "type Query { a: Int! }", "type Query { a: Int }", 1, "Query.a", id="nullable"
        ),
        pytest.param(
            "type Query { a: Int }", "type Query { a(b: Int!): Int }", 1, "b", id="required"
        ),
        pytest.param(
            "type Query { a: E } enum E { X }",
            "type Query { a: E } enum E { X Y }",
            0,
            "take care: Enum value E.Y",
            id="new-enum-value",
        ),
        pytest.param("type Query { a: Int }", "type Query { a: Int b: Int }", 0, "", id="added"),
    ],
)
def test_names_what_breaks(tmp_path: Path, old: str, new: str, status: int, says: str) -> None:
    files = [tmp_path / "old.graphql", tmp_path / "new.graphql"]
    for file, text in zip(files, (old, new), strict=True):
        file.write_text(text)

    result = subprocess.run([BREAKING_CHANGES, *files], capture_output=True, text=True, check=False)

    assert result.returncode == status, result.stderr
    assert says in result.stdout
    assert ("breaking" in result.stdout) is bool(status)
