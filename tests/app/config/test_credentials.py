"""Clients and their hashed secrets."""

import hashlib

import pytest

from app.config.credentials import HashedSecret, generate_secret, hash_secret, parse_clients

SALT = "ab" * 16
HASH = hashlib.sha256(bytes.fromhex(SALT) + b"secret").hexdigest()


def test_verifies_a_client() -> None:
    clients = parse_clients(f"anna:{hash_secret('one')}, bert:{hash_secret('two')}")

    assert clients.verify("anna", "one") == "anna"
    assert clients.verify("bert", "two") == "bert"
    assert clients.verify("anna", "two") is None
    assert clients.verify("carl", "one") is None
    assert clients.client_ids == ("anna", "bert")


def test_format_is_salted_sha256() -> None:
    clients = parse_clients(f"anna:sha256${SALT}${HASH}")

    assert clients.verify("anna", "secret") == "anna"


def test_a_client_may_have_two_secrets() -> None:
    clients = parse_clients(
        f"anna:{hash_secret('old')},bert:{hash_secret('x')},anna:{hash_secret('new')}"
    )

    assert [clients.verify("anna", secret) for secret in ("old", "new", "x")] == [
        "anna",
        "anna",
        None,
    ]


@pytest.mark.parametrize("secret", ["", "\xe9", "\ud800", "x" * 100_000])
def test_refuses_odd_secrets_without_an_error(secret: str) -> None:
    clients = parse_clients(f"anna:{hash_secret('one')}")

    assert clients.verify("anna", secret) is None


def test_no_clients_means_nobody() -> None:
    assert parse_clients("").verify("anna", "") is None
    assert parse_clients(" , ").client_ids == ()


@pytest.mark.parametrize("client_id", ["anna", "bert", "stranger"])
def test_hashes_equally_often_for_everybody(
    client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = parse_clients(
        f"anna:{hash_secret('1')},anna:{hash_secret('2')},bert:{hash_secret('3')}"
    )
    compared: list[HashedSecret] = []
    matches = HashedSecret.matches

    def counted(self: HashedSecret, secret: str) -> bool:
        compared.append(self)
        return matches(self, secret)

    monkeypatch.setattr(HashedSecret, "matches", counted)
    clients.verify(client_id, "1")

    assert len(compared) == 2


def test_secrets_are_random_and_fit_a_header() -> None:
    first, second = generate_secret(), generate_secret()

    assert first != second
    assert len(first) == 43
    assert first.isascii()
    assert hash_secret(first) != hash_secret(first)
    assert first not in hash_secret(first)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("hunter2", id="no-colon"),
        pytest.param("anna:hunter2", id="plain-secret"),
        pytest.param(":hunter2", id="no-id"),
        pytest.param("an na:hunter2", id="bad-id"),
        pytest.param(f"{'a' * 65}:sha256${SALT}${HASH}", id="long-id"),
        pytest.param(f"anna:scrypt${SALT}${HASH}", id="other-algorithm"),
        pytest.param(f"anna:sha256$${HASH}", id="no-salt"),
        pytest.param(f"anna:sha256$abcd${HASH}", id="short-salt"),
        pytest.param(f"anna:sha256${SALT}$abcd", id="short-hash"),
        pytest.param(f"anna:sha256${SALT}${'x' * 64}", id="no-hex"),
        pytest.param(f"anna:sha256${SALT}${HASH}${HASH}", id="too-many-parts"),
    ],
)
def test_names_a_malformed_entry_without_showing_it(entry: str) -> None:
    with pytest.raises(ValueError, match="client 2: ") as caught:
        parse_clients(f"anna:{hash_secret('one')},{entry}")

    assert "hunter2" not in str(caught.value)
    assert HASH not in str(caught.value)


def test_repr_shows_no_hash() -> None:
    clients = parse_clients(f"anna:sha256${SALT}${HASH}")

    assert HASH not in repr(clients)
    assert repr(HashedSecret(b"salt", b"digest")) == "HashedSecret()"
