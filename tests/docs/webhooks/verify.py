import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE_S = 300


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether a webhook is from the service and recent; names of headers in lower case."""
    timestamp = headers["webhook-timestamp"]
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(
        hmac.compare_digest(signature.encode(), f"v1,{expected}".encode())
        for signature in headers["webhook-signature"].split(" ")
    )
