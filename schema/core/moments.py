"""Points in time sent by a caller."""

from datetime import UTC, datetime

from schema.core.errors import ErrorCode, coded_error


def read_moment(text: str) -> datetime:
    """Read a time from a cursor; raise ValueError unless Postgres can compare it."""
    moment = _in_utc(datetime.fromisoformat(text))
    if moment is None:
        raise ValueError
    return moment


def check_moment(moment: datetime | None, argument: str) -> datetime | None:
    """Return an argument in UTC, which is assumed without a time zone; refuse the ends of time."""
    if moment is None:
        return None
    found = _in_utc(moment)
    if found is None:
        message = f"{argument} is outside the years 1 to 9999."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument=argument)
    return found


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
