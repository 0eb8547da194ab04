"""How PostgreSQL is connected to: the options of the URL, TLS, and the limits of a session."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from incident_bot.store import Store, StoreError, StoreUnavailable, engines, postgresql
from tests.postgres import absent
from tests.store.wire import wire_to


def parsed(options: str) -> dict[str, object]:
    """What asyncpg is given for a URL with these options."""
    url = engines.parse(f"postgresql://u:hunter2@h/db?{options}")
    return postgresql.arguments(url, postgresql.WRITING)


@pytest.mark.parametrize("name", ["ssl", "sslmode"])
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
def test_a_mode_is_understood_by_either_name(name: str, mode: str) -> None:
    assert parsed(f"{name}={mode}")["ssl"] == mode


def test_without_a_mode_tls_is_used_where_the_server_has_it() -> None:
    assert parsed("")["ssl"] == "prefer"


def test_a_certificate_is_checked_when_asked_for() -> None:
    for options, names in (
        ("sslmode=verify-full", True),
        ("sslmode=verify-ca", False),
        ("sslmode=verify-full&sslrootcert=system", True),
        ("sslrootcert=system", True),
        ("sslmode=require&sslrootcert=system", False),
    ):
        context = parsed(options)["ssl"]
        assert isinstance(context, ssl.SSLContext)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, names)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("channel_binding=require", "not served, channel_binding. These are: ssl, sslmode"),
        ("pool_size=5", "not served, pool_size"),
        ("ssl=require&ssl=disable", "not served, ssl"),
        ("sslmode=always", "no TLS mode 'always'. Use one of disable, allow"),
        ("sslmode=verify-full&sslrootcert=/nowhere/root.crt", "/nowhere/root.crt .*cannot be read"),
        ("connect_timeout=soon", "connect_timeout that is no number"),
    ],
)
async def test_a_wrong_option_is_told_before_anything_connects(options: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as told:
        await Store.open(f"postgresql://u:hunter2@127.0.0.1:1/db?{options}")
    assert "hunter2" not in str(told.value)


def test_the_other_options() -> None:
    given = parsed("connect_timeout=3&application_name=bot-2")
    assert given["timeout"] == 3.0
    settings = given["server_settings"]
    assert isinstance(settings, dict)
    assert settings["application_name"] == "bot-2"
    assert parsed("connect_timeout=0")["timeout"] is None
    url = engines.parse("postgresql://u@/db?host=/run/postgresql&sslmode=disable")
    assert dict(postgresql.without_options(url).query) == {"host": "/run/postgresql"}


@pytest.mark.postgres
async def test_every_session_has_its_limits(postgresql_url: str) -> None:
    async def shown(engine: engines.AsyncEngine) -> list[str]:
        names = (
            "application_name",
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "default_transaction_read_only",
            "transaction_isolation",
        )
        async with engine.connect() as connection:
            found = [
                (await connection.execute(text(f"SHOW {each}"))).scalar_one() for each in names
            ]
        await engine.dispose()
        return found

    url = engines.parse(postgresql_url)
    write, read = await shown(engines.writer(url)), await shown(engines.reader(url))
    migrate = await shown(engines.migrator(url))
    assert write == ["incident-bot", "2s", "10s", "15s", "off", "read committed"]
    assert read == ["incident-bot", "2s", "1min", "1min", "on", "repeatable read"]
    assert migrate[:3] == ["incident-bot", "2min", "0"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost` that is its own authority, and its key."""
    if shutil.which("openssl") is None:
        absent("no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "root.crt", folder / "server.key"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    words += f" -addext subjectAltName=DNS:localhost -keyout {key} -out {made}"
    subprocess.run(words.split(), check=True, capture_output=True)
    return made, key


@pytest.mark.postgres
async def test_tls_over_the_wire(postgresql_url: str, certificate: tuple[Path, Path]) -> None:
    """The front speaks TLS as a hosting provider's does; behind it is the real server."""
    made, key = certificate
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    async with wire_to(postgresql_url, server) as wire:
        by_name = wire.url.replace("127.0.0.1", "localhost")

        async def works(url: str) -> None:
            before = wire.encrypted
            store = await Store.open(url)
            await store.ping()
            await store.close()
            assert wire.encrypted > before

        await works(f"{wire.url}?sslmode=require")
        await works(wire.url)
        await works(f"{by_name}?sslmode=verify-full&sslrootcert={made}")
        await works(f"{wire.url}?sslmode=verify-ca&sslrootcert={made}")
        for refused in (
            f"{wire.url}?sslmode=verify-full&sslrootcert={made}",  # another name
            f"{by_name}?sslmode=verify-full",  # an authority that nobody knows
        ):
            with pytest.raises(StoreUnavailable, match="certificate verify failed"):
                await Store.open(refused)


@pytest.mark.postgres
async def test_tls_that_is_required_is_not_given_up(postgresql_url: str) -> None:
    async with wire_to(postgresql_url) as wire:
        with pytest.raises(StoreUnavailable, match="SSL"):
            await Store.open(f"{wire.url}?sslmode=require")
        await (await Store.open(f"{wire.url}?sslmode=prefer")).close()


async def test_what_goes_wrong_is_told_without_the_values(postgresql_url: str) -> None:
    """PostgreSQL's DETAIL quotes the row: a room's name may be private."""
    store = await Store.open(postgresql_url)
    try:
        with pytest.raises(StoreUnavailable) as refused:
            async with store.unit() as unit:
                for _ in range(2):
                    await unit._connection.execute(
                        text("INSERT INTO room_name VALUES ('the-takeover', 'INC-1')")
                    )
        assert "duplicate key" in str(refused.value)
        assert "takeover" not in str(refused.value)
    finally:
        await store.close()
