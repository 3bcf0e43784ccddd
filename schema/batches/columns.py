"""Columns of a file: the caller's mapping, and a preview of how names match."""

from collections.abc import Sequence
from typing import Annotated, Self

import strawberry

from ml.reading.column_match import ColumnMatch, check_mapping, match_columns
from schema.core.errors import ErrorCode, coded_error
from schema.inputs import argument_problem

MAX_MAPPINGS = 400
MAX_HEADERS = 2_000


@strawberry.input(description="Which column of the file is one of ours, whatever its name.")
class ColumnMapping:
    column: str = strawberry.field(description="Our column, one of `model { requiredColumns }`.")
    header: str = strawberry.field(description="The name in the file's header.")


Mappings = Annotated[
    list[ColumnMapping] | None,
    strawberry.argument(
        description="Columns whose names in the file do not match; they override any match by "
        f"name. At most {MAX_MAPPINGS}, each column and each header once. A column that we do not "
        "have, or a header that is not in the file, is BAD_USER_INPUT and names what is allowed."
    ),
]


@strawberry.type(description="A column of a file that was recognised.")
class MappedColumn:
    column: str = strawberry.field(description="Our name.")
    header: str = strawberry.field(description="The name in the file.")


@strawberry.type(description="Several headers that could be the same column.")
class AmbiguousColumn:
    column: str = strawberry.field(description="Our name.")
    headers: list[str] = strawberry.field(description="The names in the file.")


@strawberry.type(description="How the header of a file would be read.")
class ColumnPreview:
    exact: bool = strawberry.field(description="Whether every column is there under its own name.")
    columns: list[MappedColumn] = strawberry.field(description="Columns that were recognised.")
    missing: list[str] = strawberry.field(description="Our columns that no header matches.")
    ambiguous: list[AmbiguousColumn] = strawberry.field(
        description="Columns that several headers match: map them, or rename a header."
    )
    blocking: list[str] = strawberry.field(
        description="Missing columns without which `classifyBatch` would refuse the file."
    )
    ignored: list[str] = strawberry.field(description="Headers that are none of our columns.")

    @classmethod
    def from_match(cls, match: ColumnMatch, *, allow_missing: bool) -> Self:
        """Convert a match."""
        return cls(
            exact=match.is_exact,
            columns=[MappedColumn(column=c, header=h) for c, h in match.columns.items()],
            missing=match.missing,
            ambiguous=[
                AmbiguousColumn(column=column, headers=list(headers))
                for column, headers in match.ambiguous.items()
            ],
            blocking=match.needed(allow_missing=allow_missing),
            ignored=match.ignored,
        )


@strawberry.type
class ColumnQuery:
    @strawberry.field(
        description="How `classifyBatch` would read a file with this header. Names match "
        "regardless of case and separators (`Track ID`, `track_id`), or by a synonym (`name` is "
        "`title`, `bpm` is `tempo`); exact names win."
    )
    def preview_columns(
        self,
        header: Annotated[
            list[str],
            strawberry.argument(
                description=f"The names in the file's header, at most {MAX_HEADERS:,}."
            ),
        ],
        columns: Mappings = None,
        allow_missing: Annotated[
            bool, strawberry.argument(description="As in `classifyBatch`; matters for `blocking`.")
        ] = False,
    ) -> ColumnPreview:
        check_header(header)
        match = match_columns(header, read_mappings(columns))
        return ColumnPreview.from_match(match, allow_missing=allow_missing)


def read_mappings(columns: Sequence[ColumnMapping] | None) -> dict[str, str]:
    """Return a mapping of our columns to headers; raise BAD_USER_INPUT for a wrong one."""
    if columns and len(columns) > MAX_MAPPINGS:
        message = f"columns has {len(columns):,} entries; at most {MAX_MAPPINGS} are allowed."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="columns")
    _check_texts("columns", [mapping.header for mapping in columns or ()])
    return check_mapping([(mapping.column, mapping.header.strip()) for mapping in columns or ()])


def check_header(header: Sequence[str]) -> None:
    """Raise BAD_USER_INPUT for a header that is too long."""
    if len(header) > MAX_HEADERS:
        message = f"header has {len(header):,} names; at most {MAX_HEADERS:,} are allowed."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="header")
    _check_texts("header", header)


def _check_texts(argument: str, texts: Sequence[str]) -> None:
    for index, text in enumerate(texts):
        problem = argument_problem(text)
        if problem:
            message = f"{argument}[{index}] {problem}."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument=argument)
