"""How we connect to PostgreSQL: what its URL may say, and the limits every connection has.

A person waits at most 2.5 seconds for an answer, so no statement of ours may wait for a lock, or
hold one, without end. The limits are settings of the session, sent when it begins.
"""

import ssl
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import URL

from incident_bot.store.errors import StoreError

OPTIONS = ("ssl", "sslmode", "sslrootcert", "host", "connect_timeout", "application_name")
"""What may follow the ? of a URL. `sslmode` is libpq's name for `ssl`; `host` a socket's folder."""

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
CONNECT_SECONDS = 5.0

WRITING = {
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",  # a replica that hangs loses its locks
}
READING = {
    "lock_timeout": "2s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_read_only": "on",
}
MIGRATING = {"lock_timeout": "120s", "statement_timeout": "0"}
"""A migration waits for the one that another replica is at, and takes as long as it takes."""

_NETWORK_SECONDS = 5.0
"""How much longer than PostgreSQL itself we wait before a silent connection counts as dead."""


def checked(url: URL) -> URL:
    """The URL with our driver; StoreError for an option that is not served."""
    for option, value in url.query.items():
        if option not in OPTIONS or not isinstance(value, str):
            raise StoreError(
                f"DATABASE_URL has an option that is not served, {option}. "
                f"These are: {', '.join(OPTIONS)}."
            )
    mode = _mode(url)
    if mode not in MODES:
        raise StoreError(f"DATABASE_URL has no TLS mode {mode!r}. Use one of {', '.join(MODES)}.")
    if not str(url.query.get("connect_timeout", "5")).isdecimal():
        raise StoreError("DATABASE_URL has a connect_timeout that is no number of seconds.")
    return url.set(drivername="postgresql+asyncpg")


def without_options(url: URL) -> URL:
    """The URL as SQLAlchemy wants it: `arguments` has the rest."""
    return url.set(query={k: v for k, v in url.query.items() if k == "host"})


def arguments(url: URL, limits: Mapping[str, str]) -> dict[str, Any]:
    """The arguments for asyncpg's `connect`; StoreError when the certificate cannot be read."""
    seconds = _seconds(limits["statement_timeout"])
    return {
        "ssl": _tls(url),
        "timeout": float(str(url.query.get("connect_timeout", CONNECT_SECONDS))) or None,
        "command_timeout": seconds + _NETWORK_SECONDS if seconds else None,
        "server_settings": {
            "application_name": str(url.query.get("application_name", "incident-bot")),
            **limits,
        },
    }


def _mode(url: URL) -> str:
    mode = str(url.query.get("sslmode") or url.query.get("ssl") or "")
    if "sslrootcert" not in url.query:
        return mode or "prefer"
    # As libpq has it: a root certificate is there to be checked.
    return {"": "verify-full", "require": "verify-ca"}.get(mode, mode)


def _tls(url: URL) -> str | ssl.SSLContext:
    """A mode for asyncpg; or, where the certificate is checked, the context that does it.

    Without `sslrootcert` (or with `system`) the authorities that this machine trusts count.
    """
    mode = _mode(url)
    if not mode.startswith("verify-"):
        return mode
    given = str(url.query.get("sslrootcert", "system"))
    try:
        context = ssl.create_default_context(cafile=None if given == "system" else given)
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(
            f"The certificate {given} (sslrootcert in DATABASE_URL) cannot be read: {reason}."
        ) from error
    context.check_hostname = mode == "verify-full"
    return context


def _seconds(limit: str) -> float:
    return float(limit.removesuffix("s"))
