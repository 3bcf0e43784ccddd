"""Declare, on a mutation or subscription, the role that it needs."""

import inspect
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.types.field import StrawberryField

from schema.core.access import Role
from schema.core.context import Info


class Needs(FieldExtension):
    """Refuses clients without a role, by FORBIDDEN, before the resolver runs.

    Queries need none: a request without a client never gets here, and every client is a READER.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    def apply(self, field: StrawberryField) -> None:
        """Name the role in the description, once: each build of a schema calls this."""
        note = f"Needs the role {self.role.name}."
        if self.role is not Role.READER and not (field.description or "").endswith(note):
            field.description = f"{field.description} {note}"

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        """Check the role, then resolve."""
        self._check(info)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        """Check the role, then resolve; a subscription's resolver returns no awaitable."""
        self._check(info)
        result: Any = next_(source, info, **kwargs)
        return await result if inspect.isawaitable(result) else result

    def _check(self, info: Info) -> None:
        info.context.require(self.role)
