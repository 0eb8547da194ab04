"""What can go wrong with the database, in sentences for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

READ_ONLY = "this store was opened for reading only"


class StoreError(Exception):
    """The operator's turn: the sentence says what is wrong with the database and the fix."""


class StoreInUse(StoreError):
    """Another process holds this SQLite file."""


class StoreMissing(StoreError):
    """There is no database to read, or it has another version's tables."""


class StoreUnavailable(Exception):
    """The database did not do it now (busy, full, away, or a conflict); nothing was recorded.

    The same request may be tried again.
    """


@contextmanager
def unavailable() -> Iterator[None]:
    """Turns the errors of the database call inside the block into StoreUnavailable."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise StoreUnavailable(f"the database did not answer: {_brief(error)}") from error


def _brief(error: Exception) -> str:
    """The driver's own message: SQLAlchemy's would quote the values, which may be private."""
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)
