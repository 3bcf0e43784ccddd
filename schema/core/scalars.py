"""Scalars that Strawberry lacks or does not check strictly enough.

Pass `SCALARS` to the schema: `strawberry.Schema(..., config=StrawberryConfig(scalar_map=SCALARS))`.
"""

from typing import Any, Never, NewType

import strawberry
from graphql import GraphQLError, ValueNode
from starlette.datastructures import UploadFile
from strawberry.types.scalar import ScalarDefinition

Upload = NewType("Upload", UploadFile)
"""The type of a resolver argument that takes a file."""

Int64 = NewType("Int64", int)
"""The type of a count that may exceed 32 bits, such as bytes."""

MULTIPART_SPEC_URL = "https://github.com/jaydenseric/graphql-multipart-request-spec"
MESSAGE = "Upload must be a file in a multipart/form-data request."


def read_upload(value: object) -> UploadFile:
    """Accept only a file from the multipart parser, never a JSON value."""
    if not isinstance(value, UploadFile):
        raise GraphQLError(MESSAGE)
    return value


def refuse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Never:
    """Refuse a literal in the document: files have none."""
    raise GraphQLError(f"{MESSAGE} Send it as a variable.", node)


def refuse_output(_: object) -> Never:
    """Refuse to use an upload as output."""
    raise TypeError("Upload is an input type only")


SCALARS: dict[object, ScalarDefinition] = {
    Upload: strawberry.scalar(
        name="Upload",
        description="A file in a multipart/form-data request.",
        specified_by_url=MULTIPART_SPEC_URL,
        serialize=refuse_output,
        parse_value=read_upload,
        parse_literal=refuse_literal,
    ),
    Int64: strawberry.scalar(
        name="Int64",
        description="An integer of up to 64 bits, as a JSON number. JavaScript reads it exactly up "
        "to 2^53.",
        serialize=int,
        parse_value=int,
    ),
}
