"""The signature: which deliveries are PagerDuty's."""

import hashlib
import hmac

import pytest
from hypothesis import given, strategies as st
from pydantic import SecretStr

from incident_bot.pagerduty.signature import sign, verify

OLD, NEW = SecretStr("old-secret"), SecretStr("new-secret")
BODY = b'{"event": {}}'


def test_is_the_hmac_sha256_of_the_raw_body_in_hexadecimal() -> None:
    digest = hmac.new(b"new-secret", BODY, hashlib.sha256).hexdigest()
    assert sign(NEW, BODY) == f"v1={digest}"
    assert verify([NEW], f"v1={digest}", BODY)


@pytest.mark.parametrize("signer", [OLD, NEW])
def test_any_configured_secret_will_do(signer: SecretStr) -> None:
    assert verify([OLD, NEW], sign(signer, BODY), BODY)


def test_one_matching_signature_of_several_is_enough() -> None:
    header = f"{sign(SecretStr('another'), BODY)}, {sign(NEW, BODY)}"
    assert verify([NEW], header, BODY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=",
        ",,,",
        "v1=" + "0" * 64,
        sign(NEW, BODY).removeprefix("v1="),
        sign(NEW, BODY).replace("v1=", "v2="),
        sign(NEW, BODY + b" "),
        sign(NEW, BODY)[:-1],
        "v1=é☃",
        "v1=\udcff",
    ],
)
def test_anything_else_is_not_from_pagerduty(header: str) -> None:
    assert not verify([NEW], header, BODY)


def test_an_empty_secret_signs_nothing() -> None:
    empty = SecretStr("")
    assert not verify([empty], sign(empty, BODY), BODY)
    assert not verify([], sign(NEW, BODY), BODY)


@given(body=st.binary(), secret=st.text(min_size=1))
def test_what_was_signed_is_recognised(body: bytes, secret: str) -> None:
    key = SecretStr(secret)
    assert verify([key], sign(key, body), body)
    assert not verify([key], sign(key, body), body + b"!")
