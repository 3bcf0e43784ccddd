"""Sign webhooks as https://www.standardwebhooks.com says; receivers can use its libraries."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)


def parse_secrets(text: str) -> list[bytes]:
    """Parse the setting: one or more secrets, separated by commas, all of which sign.

    Raises
    ------
    ValueError
        One is malformed; the message does not repeat it.
    """
    secrets = [_parse(entry.strip()) for entry in text.split(",") if entry.strip()]
    if not secrets:
        raise ValueError("it is empty")
    return secrets


def _parse(entry: str) -> bytes:
    try:
        secret = base64.b64decode(entry.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not entry.startswith(PREFIX) or len(secret) not in SECRET_BYTES:
        raise ValueError(f"a secret is {PREFIX} followed by 24 to 64 random bytes in Base64")
    return secret


def sign(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature`: a signature by each secret."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.new(secret, content, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
