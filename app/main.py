"""Make the HTTP application: routes, middleware, and what is open while it runs."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from functools import partial
from typing import TypedDict

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.batches.worker import working
from app.config.access import Access, read_access
from app.config.request_id import current_request_id
from app.config.settings import Settings
from app.exports.linker import DownloadLinker
from app.exports.links import Clock, now
from app.http.download_view import link_routes
from app.http.export_view import export_csv
from app.http.graphql_view import GenreGraphQL
from app.http.health import healthz, readyz
from app.http.hosts import HostMiddleware
from app.http.middleware import (
    BodyLimitMiddleware,
    CredentialsMiddleware,
    RequestIdMiddleware,
)
from app.http.not_found import make_not_found_handler
from app.http.pages import GraphiQLMiddleware, page_routes
from app.http.security_headers import SecurityHeadersMiddleware
from app.http.sign_ins import SignIns
from app.http.sockets.endpoint import GraphQLSockets, SocketLimits
from app.learning.comparison import SampleComparer
from app.learning.learner import CorrectionLearner
from app.models.operated import OperatedModel
from app.service import Service, open_service
from app.uploads.url import make_spool
from app.webhooks.settings import make_sender
from db.embedded.start import EmbeddedStart
from schema import build_schema
from schema.core.access import Permissions, Role
from schema.core.context import Context, Ports, make_context

GRAPHQL_PATH = "/graphql"
EXPORT_PATH = "/export.csv"


class State(TypedDict):
    """What the lifespan hands to each request."""

    service: Service
    ports: Ports
    sign_ins: SignIns


def create_app(
    settings: Settings,
    access: Access | None = None,
    postgres: EmbeddedStart | None = None,
    clock: Clock = now,
) -> Starlette:
    """Make the application; nothing is opened before its lifespan begins.

    Parameters
    ----------
    access : Access, optional
        As `read_access` returns it, if it was called already.
    postgres : EmbeddedStart, optional
        The embedded server, if it was started ahead; it ends with the lifespan.
    clock : callable, optional
        Tells when links to downloads expire.

    Raises
    ------
    SettingsError
        The settings leave open who may ask, name no spool, or are wrong about webhooks.
    """
    make_spool(settings)  # what is wrong is said in a line now, in a traceback by the lifespan
    make_sender(settings)
    access = access or read_access(settings)
    clients = access.clients
    sign_ins = SignIns(clients.verify, clients.client_ids)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with open_service(settings, postgres, clock) as service, _working(service, settings):
            loop = asyncio.get_running_loop()
            app.state.stop = partial(loop.call_soon_threadsafe, service.stop)
            gc.collect()  # quick: `app.runtime.process.quick_imports` froze what it imported
            gc.freeze()  # what is here stays; each search through it would take 150 ms
            ports = build_ports(service, permissions_of(access))
            yield {"service": service, "ports": ports, "sign_ins": sign_ins}

    schema = build_schema(
        request_id=current_request_id,
        max_cost=settings.max_query_cost,
        introspection=settings.introspection,
    )
    graphql = GenreGraphQL(schema, build_context=build_context)
    sockets = GraphQLSockets(
        schema,
        build_context=build_socket_context,
        sign_ins=sign_ins,
        origins=settings.allowed_origins,
        limits=socket_limits(settings),
    )
    return Starlette(
        routes=[
            *page_routes(),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route(GRAPHQL_PATH, graphql),
            WebSocketRoute(GRAPHQL_PATH, sockets),
            Route(EXPORT_PATH, export_csv),
            *link_routes(),
        ],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(HostMiddleware, hosts=settings.host_names),
            Middleware(SecurityHeadersMiddleware),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST", "OPTIONS"],
                allow_headers=[
                    "client-id",
                    "client-secret",
                    "content-type",
                    "x-request-id",
                ],
                expose_headers=["x-request-id"],
            ),
            Middleware(GraphiQLMiddleware, path=GRAPHQL_PATH),
            Middleware(
                CredentialsMiddleware,
                sign_ins=sign_ins,
                paths=[GRAPHQL_PATH, EXPORT_PATH],
                socket_paths=[GRAPHQL_PATH],
            ),
            Middleware(
                BodyLimitMiddleware,
                max_bytes=settings.max_upload_bytes,
                max_json_bytes=settings.max_json_bytes,
            ),
        ],
        exception_handlers={404: make_not_found_handler()},
        lifespan=lifespan,
    )


def _working(
    service: Service, settings: Settings
) -> contextlib.AbstractAsyncContextManager[object]:
    """Process queued batches in this process, unless other processes do."""
    if not settings.worker:
        return contextlib.nullcontext()
    return working(service.worker, timeout_s=settings.shutdown_timeout_s)


def build_ports(service: Service, permissions: Permissions) -> Ports:
    """Fill in what resolvers may use."""
    model = OperatedModel(service.model, permissions)
    return Ports(
        uploads=service.intake,
        progress=service.feed,
        endings=service.housekeeping,
        reclassifier=service.reclassifier,
        tracks=service.tracks,
        batches=service.batches,
        notifications=service.notifications,
        track_classifier=service.request_classifier,
        corrections=service.corrections,
        track_explainer=service.explainer,
        permissions=permissions,
        reviewer=service.reviewer,
        learner=CorrectionLearner(service.studies, model, service.learned_models, service.tracks),
        model=model,
        versions=service.versions,
        comparer=SampleComparer(service.studies, service.tracks),
        export_linker=DownloadLinker(service.links, service.tracks),
    )


def permissions_of(access: Access) -> Permissions:
    """Return what the clients may do."""
    return Permissions(
        {client: frozenset(map(Role, names)) for client, names in access.roles.items()}
    )


def socket_limits(settings: Settings) -> SocketLimits:
    """Return the limits of WebSockets."""
    return SocketLimits(
        connections=settings.websocket_connections,
        connections_per_client=settings.websocket_connections_per_client,
        operations=settings.websocket_operations,
        init_s=settings.websocket_init_s,
        idle_s=settings.websocket_idle_s,
    )


def build_context(request: Request) -> Context:
    """Make the context of a request, whose client the middleware has checked."""
    return make_context(request.state.ports, request.state.client_id)


def build_socket_context(socket: WebSocket, client_id: str) -> Context:
    """Make the context of an operation on a WebSocket, whose client has been checked."""
    return make_context(socket.state.ports, client_id)
