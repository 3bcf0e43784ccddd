import pytest
from pydantic import SecretStr

from app.config.access import ROLES, read_access
from app.config.credentials import hash_secret
from app.config.settings import Settings, SettingsError
from schema.core.access import Role


def settings(**changes: str) -> Settings:
    clients = ",".join(f"{name}:{hash_secret(name)}" for name in ("boss", "label", "web"))
    return Settings(clients=SecretStr(clients), **changes)  # type: ignore[arg-type]


def test_names_are_those_of_the_api() -> None:
    assert [role.value for role in Role] == list(ROLES)


def test_a_client_without_an_entry_writes_and_reviews() -> None:
    roles = read_access(settings(operators="boss", roles=" web:reader, label:reviewer,")).roles

    assert roles == {"boss": {"operator"}, "label": {"reviewer"}, "web": {"reader"}}
    assert read_access(settings()).roles["web"] == {"writer", "reviewer"}


def test_a_client_may_have_several_roles() -> None:
    roles = read_access(settings(roles="web:writer,web:operator")).roles

    assert roles["web"] == {"writer", "operator"}


@pytest.mark.parametrize("entry", ["web", "web:king", "nobody:reader", "reader:web", ":reader"])
def test_refuses_what_is_no_client_or_no_role(entry: str) -> None:
    with pytest.raises(SettingsError, match="GENRE_ROLES: entry 2 must be id:role"):
        read_access(settings(roles=f"label:reader,{entry}"))


def test_the_development_client_is_an_operator_unless_it_has_an_entry() -> None:
    assert read_access(Settings()).roles == {"test": {"operator"}}
    assert read_access(Settings(roles="test:reader")).roles == {"test": {"reader"}}
