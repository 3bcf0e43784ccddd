"""Parse `Content-Type` and choose a response's media type from `Accept`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
MULTIPART_FORM = "multipart/form-data"

WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What a client accepts."""

    json_type: str | None
    """The media type of a plain response; None if the client accepts none."""
    takes_stream: bool
    """Whether the client accepts an event stream."""
    prefers_stream: bool
    """Whether the client prefers an event stream."""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One entry of `Accept`."""

    media_type: str
    weight: float
    position: int

    def specificity(self, offer: str) -> int:
        """Return how specifically the range matches `offer`; 0 if it does not match."""
        if self.media_type == offer:
            return 3
        if self.media_type == f"{offer.partition('/')[0]}/*":
            return 2
        return int(self.media_type == "*/*")


def read_media_type(header: str) -> tuple[str, dict[str, str]]:
    """Return the lower-cased media type and its parameters."""
    media_type, *parameters = header.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type.strip().lower(), {
        name.strip().lower(): value.strip().strip('"') for name, _, value in pairs
    }


def negotiate(accept: Sequence[str]) -> Negotiated:
    """Choose by weight, then by the client's order, then plain JSON before the others.

    urql lists `text/event-stream` after JSON in every request, and wants a stream only for
    subscriptions, which have no other format.
    """
    ranges = read_accept(",".join(accept)) or [MediaRange("*/*", 1.0, 0)]
    json_rank, graphql_rank, stream_rank = (
        _rank(ranges, offer) for offer in (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
    )
    json_type = None
    if max(json_rank, graphql_rank) > NOT_TAKEN:
        json_type = JSON if json_rank >= graphql_rank else GRAPHQL_RESPONSE
    takes_stream = stream_rank > NOT_TAKEN
    prefers_stream = takes_stream and stream_rank > max(json_rank, graphql_rank)
    return Negotiated(json_type, takes_stream, prefers_stream)


def read_accept(header: str) -> list[MediaRange]:
    """Parse the entries in order, ignoring malformed ones."""
    ranges = []
    for position, entry in enumerate(header.split(",")):
        media_type, parameters = read_media_type(entry)
        weight = parameters.get("q", "1")
        if "/" in media_type and WEIGHT.fullmatch(weight):
            ranges.append(MediaRange(media_type, float(weight), position))
    return ranges


Rank = tuple[float, int]
NOT_TAKEN: Rank = (0.0, 0)


def _rank(ranges: Sequence[MediaRange], offer: str) -> Rank:
    """Return the weight and priority of an offer, by the range that matches it best."""
    best = max(ranges, key=lambda item: (item.specificity(offer), -item.position))
    if not best.specificity(offer) or not best.weight:
        return NOT_TAKEN
    return best.weight, -best.position
