"""Decide who may do what: roles of clients, and owners of batches. Nothing else decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import strawberry

from schema.core.errors import ErrorCode, coded_error


@strawberry.enum(description="What a client may do. Every client is a READER.")
class Role(Enum):
    READER = strawberry.enum_value(
        "reader", description="Query, follow batches, download, and classify without storing."
    )
    WRITER = strawberry.enum_value(
        "writer",
        description="Send tracks; cancel, delete and reclassify the batches that it sent.",
    )
    REVIEWER = strawberry.enum_value(
        "reviewer", description="Correct genres, withdraw corrections and learn from them."
    )
    OPERATOR = strawberry.enum_value(
        "operator",
        description="Everything, also with the batches and corrections of other clients, and "
        "choose the model.",
    )


NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Permissions:
    """The roles of each client; a client that is not here may do nothing."""

    roles: Mapping[str, frozenset[Role]]

    def roles_of(self, client_id: str | None) -> frozenset[Role]:
        """Return all roles that a client has, including those that others contain."""
        given = NOBODY if client_id is None else self.roles.get(client_id, NOBODY)
        if Role.OPERATOR in given:
            return frozenset(Role)
        return given | {Role.READER} if given else NOBODY

    def has(self, client_id: str | None, role: Role) -> bool:
        """Return whether a client has a role."""
        return role in self.roles_of(client_id)

    def require(self, client_id: str | None, role: Role) -> None:
        """Raise FORBIDDEN, naming the role, unless a client has it."""
        if not self.has(client_id, role):
            message = f"This needs the role {role.name}; GENRE_ROLES gives roles to clients."
            raise coded_error(message, ErrorCode.FORBIDDEN, role=role.name)

    def owns(self, client_id: str | None, owner_id: str | None) -> bool:
        """Return whether something is a client's own, or the client is an operator."""
        is_own = client_id is not None and client_id == owner_id
        return is_own or self.has(client_id, Role.OPERATOR)

    def require_own(self, client_id: str | None, owner_id: str | None, what: str) -> None:
        """Raise FORBIDDEN unless something is the client's own; `what` names it in the error."""
        if not self.owns(client_id, owner_id):
            message = f"{what} Others need the role OPERATOR."
            raise coded_error(message, ErrorCode.FORBIDDEN, role=Role.OPERATOR.name)
