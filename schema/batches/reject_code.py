"""`ml.track.RejectCode` as a GraphQL enum, with a description for each code."""

import strawberry

from ml.track import RejectCode

__all__ = ["RejectCode"]

_DESCRIPTIONS = {
    RejectCode.MISSING_VALUE: "A required value is empty.",
    RejectCode.NOT_A_NUMBER: "A number was expected.",
    RejectCode.OUT_OF_RANGE: "The number is outside the allowed range.",
    RejectCode.DUPLICATE_TRACK: "An earlier row of the file has the same trackID.",
    RejectCode.BAD_TEXT: "The text cannot be stored: not UTF-8, too long, or with U+0000.",
    RejectCode.WRONG_FIELD_COUNT: "The row has more or fewer fields than the header.",
}


def _describe_values() -> None:
    strawberry.enum(RejectCode, description="Why a row was rejected.")
    # `strawberry.enum_value` would have to be in the class itself, and `ml` knows no GraphQL.
    for value in RejectCode.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = _DESCRIPTIONS[RejectCode(value.value)]


_describe_values()
