"""Health checks for orchestrators: is the process up, and is it ready? They need no credentials."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from app.service import Service
from db.errors import StorageError
from db.migrations.migrate import current_revision, newest_revision


async def healthz(request: Request) -> JSONResponse:
    """Return 200 while the process runs."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """Return 200 if a model is loaded, the database responds and its tables are current."""
    service: Service = request.state.service
    checks = {"model": "ok", "database": "ok", "migrations": "ok"}
    try:
        found = await current_revision(service.engine)
        if found != newest_revision():
            checks["migrations"] = f"at {found}, {newest_revision()} is needed"
    except StorageError:
        checks["database"] = checks["migrations"] = "cannot be reached"
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
