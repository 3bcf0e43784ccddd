"""What the client `test` may do in applications that a test puts together itself."""

from schema.core.access import Permissions, Role

WRITES_AND_REVIEWS = Permissions({"test": frozenset({Role.WRITER, Role.REVIEWER})})
MAY_ALL = Permissions({"test": frozenset({Role.WRITER, Role.REVIEWER, Role.OPERATOR})})
