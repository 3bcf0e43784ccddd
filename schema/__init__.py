"""The GraphQL API: types, resolvers and errors. `app` passes in everything else as ports."""

from collections.abc import Callable

import strawberry
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig

from schema.core.cache import ShortParserCache, ShortValidationCache
from schema.core.cost import MAX_COST, LimitCost
from schema.core.errors import ErrorCodes, QuietSchema, no_request_id
from schema.core.limits import LimitQueries, QueryLimits
from schema.core.plain_fields import PlainFieldsExecutor
from schema.core.scalars import SCALARS
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.translation import translate


def build_schema(
    *,
    request_id: Callable[[], str | None] = no_request_id,
    limits: QueryLimits | None = None,
    max_cost: int = MAX_COST,
    introspection: bool = True,
) -> strawberry.Schema:
    """Build the schema; `request_id` returns the id of the current request for errors and logs."""
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=PlainFieldsExecutor,
        extensions=[
            lambda: ErrorCodes(
                request_id=request_id, translate=translate, hide_suggestions=not introspection
            ),
            lambda: LimitQueries(limits),
            ShortParserCache,
            ShortValidationCache,
            *([] if introspection else [DisableIntrospection]),
            lambda: LimitCost(max_cost),
        ],
    )
