"""What the service refuses, as clients see it."""

from schema.core.errors import ErrorCode, PortError


class UploadRefusedError(PortError):
    """An upload cannot be kept or cannot even wait; the message says why."""

    code = ErrorCode.SERVICE_UNAVAILABLE
    retryable = True


class WholeTracksError(PortError):
    """The model in use cannot classify tracks that lack something."""

    code = ErrorCode.BAD_USER_INPUT


class TooManyFollowersError(PortError):
    """Another subscription would be one too many."""

    code = ErrorCode.SERVICE_UNAVAILABLE
    retryable = True

    def __init__(self, limit: int, whose: str) -> None:
        super().__init__(f"At most {limit:,} batches may be followed {whose}. Try again later.")


class FollowingStopsError(PortError):
    """The process is stopping, and its streams with it; another process can go on."""

    code = ErrorCode.SERVICE_UNAVAILABLE
    retryable = True

    def __init__(self) -> None:
        super().__init__("The service is restarting. Subscribe again in a moment.")
