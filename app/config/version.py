"""The version of the service, which only `pyproject.toml` says."""

from importlib.metadata import version

DISTRIBUTION = "genre-service"


def service_version() -> str:
    """Return the version that is installed."""
    return version(DISTRIBUTION)
