"""The scalars of the API that Strawberry does not have, or has too lax.

Give `SCALARS` to the schema: `strawberry.Schema(..., config=StrawberryConfig(scalar_map=SCALARS))`.
"""

from typing import Any, Never, NewType

import strawberry
from graphql import GraphQLError, ValueNode
from starlette.datastructures import UploadFile
from strawberry.types.scalar import ScalarDefinition

Upload = NewType("Upload", UploadFile)
"""The type of a resolver's argument that takes a file."""

MULTIPART_SPEC_URL = "https://github.com/jaydenseric/graphql-multipart-request-spec"
MESSAGE = "Upload takes a file of a multipart/form-data request."


def read_upload(value: object) -> UploadFile:
    """Accept a file of the multipart parser and no JSON value, whatever it looks like."""
    if not isinstance(value, UploadFile):
        raise GraphQLError(MESSAGE)
    return value


def refuse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Never:
    """Refuse a file written in the document: no such literal exists."""
    raise GraphQLError(f"{MESSAGE} Send it as a variable.", node)


def refuse_output(_: object) -> Never:
    """Refuse to answer with an upload."""
    raise TypeError("Upload is a type for input only")


SCALARS: dict[object, ScalarDefinition] = {
    Upload: strawberry.scalar(
        name="Upload",
        description="A file of a multipart/form-data request.",
        specified_by_url=MULTIPART_SPEC_URL,
        serialize=refuse_output,
        parse_value=read_upload,
        parse_literal=refuse_literal,
    )
}
