"""PagerDuty's webhook signature: HMAC-SHA256 of the raw body, hexadecimal, as `v1=<hex>[,v1=…]`.

Source: developer.pagerduty.com, Webhooks, "Verifying signatures". One match is enough, so secrets
can be rotated on either side: several signatures in the header, several secrets here.
"""

import hashlib
import hmac
from collections.abc import Iterable

from pydantic import SecretStr

HEADER = "X-PagerDuty-Signature"


def sign(secret: SecretStr, body: bytes) -> str:
    """The signature of `body`, with its version: `v1=<hex>`."""
    key = secret.get_secret_value().encode()
    return "v1=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def verify(secrets: Iterable[SecretStr], header: str, body: bytes) -> bool:
    """True when one signature in `header` was made with one of `secrets`, in constant time.

    An empty secret never counts: anybody could sign with it.
    """
    offered = [part.strip().encode(errors="replace") for part in header.split(",")]
    matched = False
    for secret in secrets:
        if not secret.get_secret_value():
            continue
        expected = sign(secret, body).encode()
        for signature in offered:
            matched |= hmac.compare_digest(expected, signature)
    return matched
