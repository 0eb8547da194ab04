"""What commands read: the settings they need and the database, beside a running bot too."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from incident_bot import config
from incident_bot.cli.output import FAILED, WRONG, stop
from incident_bot.domain.policy import Policy
from incident_bot.store import Store, StoreError, StoreUnavailable

T = TypeVar("T")


def policy() -> Policy:
    """What the team has configured; out with 2 when the file is wrong."""
    try:
        return config.load_policy(os.environ)
    except config.ConfigError as error:
        stop(str(error), WRONG)


def database_url() -> str:
    """`DATABASE_URL`; out with 2 when it is none."""
    try:
        return config.database_url(os.environ)
    except config.ConfigError as error:
        stop(str(error), WRONG)


def guarded(work: Coroutine[Any, Any, T]) -> T:
    """Run it; out with a sentence when the database is missing, wrong or away."""
    try:
        return asyncio.run(work)
    except StoreError as error:
        stop(str(error), WRONG)
    except StoreUnavailable as error:
        stop(f"{error}. Check DATABASE_URL.", FAILED)


def with_store(read: Callable[[Store], Awaitable[T]]) -> T:
    """Read beside a running bot: no lock, no migration, nothing written."""

    async def go(url: str) -> T:
        store = await Store.open_readonly(url)
        try:
            return await read(store)
        finally:
            await store.close()

    return guarded(go(database_url()))
