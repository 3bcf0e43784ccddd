"""Health checks for orchestrators: is the process up, and is it ready? They need no credentials."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse

from app.service import Service
from db.engine import is_read_only
from db.errors import StorageUnavailableError
from db.migrations.migrate import current_revision, newest_revision

TIMEOUT_S = 2.0


async def healthz(request: Request) -> JSONResponse:
    """Return 200 while the process runs, unless only starting it again may help."""
    service: Service = request.state.service
    if service.supervisor.is_failing:
        reason = "the embedded Postgres cannot be started; the log says why"
        return JSONResponse({"status": "failing", "database": reason}, status_code=503)
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """Return 200 if a model is loaded, the database responds and its tables are current."""
    service: Service = request.state.service
    checks = {"model": "ok", **await _check_database(service)}
    is_ready = all(check == "ok" for check in checks.values())
    body = {
        "status": "ok" if is_ready else "not ready",
        "modelVersion": service.model.manifest.version,
        "checks": checks,
    }
    if (
        service.model.refused_version
    ):  # the previous model stays in use, so the service is still ready
        body["refusedModel"] = service.model.refused_version
    if service.spool.problem:  # everything else works; the log has the reason
        body["spool"] = "cannot be used: uploads with wait: false are refused"
    return JSONResponse(body, status_code=200 if is_ready else 503)


async def _check_database(service: Service) -> dict[str, str]:
    """Look at the database for at most `TIMEOUT_S`: one that hangs is not ready either."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            read_only = await is_read_only(service.engine)
            found = await current_revision(service.engine)
    except StorageUnavailableError as error:
        return {"database": error.reason, "migrations": "unknown"}
    except TimeoutError:
        reason = f"it does not respond within {TIMEOUT_S:g} s"
        return {"database": reason, "migrations": "unknown"}
    current = found == newest_revision()
    return {
        "database": "it is read-only" if read_only else "ok",
        "migrations": "ok" if current else f"at {found}, {newest_revision()} is needed",
    }
