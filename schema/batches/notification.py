"""The webhook of a batch and what became of it."""

from datetime import datetime
from enum import Enum
from typing import Self
from urllib.parse import urlsplit

import strawberry

from db.batches.notifications import NotificationRecord
from db.batches.notifications import NotificationStatus as StoredStatus


@strawberry.enum(description="What became of a webhook.")
class NotificationStatus(Enum):
    PENDING = strawberry.enum_value(
        StoredStatus.PENDING,
        description="The batch has not ended, or the webhook is being sent or will be tried again.",
    )
    DELIVERED = strawberry.enum_value(
        StoredStatus.DELIVERED, description="The receiver answered with a status from 200 to 299."
    )
    FAILED = strawberry.enum_value(
        StoredStatus.FAILED,
        description="Given up after the last attempt, or because the receiver answered 410.",
    )


@strawberry.type(description="A webhook that is sent when a batch ends.")
class Notification:
    url: str = strawberry.field(
        description="Scheme and host of the URL. The rest is hidden, because it may be a secret."
    )
    status: NotificationStatus = strawberry.field(description="What became of it.")
    attempts: int = strawberry.field(description="How often it has been sent.")
    last_error: str | None = strawberry.field(
        description="Why the last attempt failed. Null if none has, or once it is delivered."
    )
    delivered_at: datetime | None = strawberry.field(description="When it was accepted.")

    @classmethod
    def from_record(cls, record: NotificationRecord) -> Self:
        """Convert a stored notification."""
        parts = urlsplit(record.url)
        return cls(
            url=f"{parts.scheme}://{parts.netloc}/…",
            status=NotificationStatus(record.status),
            attempts=record.attempts,
            last_error=record.last_error,
            delivered_at=record.delivered_at,
        )
