"""Signatures as the specification of Standard Webhooks computes them."""

from app.webhooks.signature import parse_secrets, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_signs_as_the_example_of_the_specification() -> None:
    """Values of https://github.com/standard-webhooks/standard-webhooks, spec, Signature scheme."""
    body = b'{"test": 2432232314}'

    signature = sign(parse_secrets(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_all_secrets_sign_so_that_they_can_be_changed() -> None:
    both = sign(parse_secrets(f"{SECRET}, whsec_{'QUJD' * 8}"), "a", 1, b"{}")

    old, new = both.split(" ")
    assert old == sign(parse_secrets(SECRET), "a", 1, b"{}")
    assert new == sign(parse_secrets(f"whsec_{'QUJD' * 8}"), "a", 1, b"{}")
