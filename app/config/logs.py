"""Write logs to standard error, as text for people or as JSON lines for programs."""

import json
import logging
import logging.config
import re
from datetime import UTC, datetime

from app.config.request_id import current_request_id
from app.config.settings import Settings

SIGNATURE = re.compile(r"([?&]signature=)[^&\s]*")


class RequestIdFilter(logging.Filter):
    """Adds the current request's id to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        return True


class SignatureFilter(logging.Filter):
    """Removes the signatures of links from access logs: whoever reads them could use the links."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                SIGNATURE.sub(r"\1...", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


class JsonFormatter(logging.Formatter):
    """Formats each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "requestId": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def level_of_libraries(level: str) -> str:
    """Return the level of libraries: their warnings, unless only errors are wanted."""
    return "ERROR" if level == "ERROR" else "WARNING"


def configure_logging(settings: Settings) -> None:
    """Configure the loggers of the service, of uvicorn and of all other libraries."""
    text = "%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s"
    formatter = {"()": JsonFormatter} if settings.log_format == "json" else {"format": text}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {
                "request_id": {"()": RequestIdFilter},
                "signature": {"()": SignatureFilter},
            },
            "formatters": {"line": formatter},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "line",
                    "filters": ["request_id", "signature"],
                }
            },
            "loggers": {
                name: {
                    "level": settings.log_level,
                    "handlers": ["stderr"],
                    "propagate": False,
                }
                for name in ("genre", "uvicorn", "db")
            },
            "root": {
                "level": level_of_libraries(settings.log_level),
                "handlers": ["stderr"],
            },  # libraries
        }
    )
