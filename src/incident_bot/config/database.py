"""`DATABASE_URL`: one plain URL for SQLite and PostgreSQL, libpq's spelling included."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from incident_bot.config.errors import ConfigError
from incident_bot.config.variables import BY_NAME, given
from incident_bot.config.wording import either

DEFAULT_DATABASE_URL = BY_NAME["DATABASE_URL"].default
DATABASE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "sqlite": (),
    "postgresql": (
        *("ssl", "sslmode", "sslrootcert"),
        *("host", "connect_timeout", "application_name"),
    ),
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def database_url(env: Mapping[str, str]) -> str:
    """`DATABASE_URL` (or the content of `DATABASE_URL_FILE`), or the SQLite file in the working
    directory; `postgres://` becomes `postgresql://`. Raises ConfigError, without the password."""
    url = given(env, "DATABASE_URL").get("DATABASE_URL", DEFAULT_DATABASE_URL)
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ConfigError(
            "DATABASE_URL is not understood: use sqlite:////absolute/path.db, "
            "sqlite:///relative.db or postgresql://user:password@host/database"
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        # Its words would show the password, where a / or # in it made it look like a port.
        raise ConfigError(
            "DATABASE_URL names no host and port to go to: write "
            "postgresql://user:password@host:5432/database, and in the password %2F for /, "
            "%23 for #, %3F for ?, %40 for @"
        ) from error
    if parts.fragment:
        raise ConfigError("DATABASE_URL has a # in it: write %23 instead")
    _check_options(parts.scheme, parts.query)
    return url


def _check_options(scheme: str, query: str) -> None:
    served = DATABASE_OPTIONS[scheme]
    options = parse_qsl(query, keep_blank_values=True)
    for option, value in options:
        if option not in served:
            fix = f"known are {', '.join(served)}" if served else "leave out what follows the ?"
            raise ConfigError(f"DATABASE_URL has an option that is not served, {option}: {fix}")
        if option in ("ssl", "sslmode") and value not in SSL_MODES:
            raise ConfigError(f"DATABASE_URL: {option} is wrong: write {either(SSL_MODES)}")
        if option == "connect_timeout" and not re.fullmatch("[0-9]{1,4}", value):
            raise ConfigError("DATABASE_URL: connect_timeout is wrong: write seconds, like 5")
    if len({option for option, _ in options} & {"ssl", "sslmode"}) > 1:
        raise ConfigError("DATABASE_URL has both ssl and sslmode: leave one of them out")
