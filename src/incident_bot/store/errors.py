"""What can go wrong with the database, in sentences for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    PendingRollbackError,
    TimeoutError as PoolTimeout,
)

READ_ONLY = "this store was opened for reading only"
UNSURE = "the database did not answer the commit, so whether it was recorded is not known"

_LOST_A_RACE = ("40001", "40P01")  # serialization failure, deadlock
_POOLER = "08P01"  # protocol violation: what a pooler answers to a setting that it does not know
_WRONG_LOGIN = ("28000", "28P01")
_NO_DATABASE = "3D000"
_NOT_ALLOWED = "42501"


class StoreError(Exception):
    """The operator's turn: the sentence says what is wrong with the database and the fix."""


class StoreInUse(StoreError):
    """Another process holds this SQLite file."""


class StoreMissing(StoreError):
    """There is no database to read, or it is of an older version."""


class StoreUnavailable(Exception):
    """The database did not do it now (busy, full, away, or a conflict); nothing was recorded.

    The same request may be tried again.
    """


class StoreConflict(StoreUnavailable):
    """Somebody else was first, or the connection was cut before the commit; nothing was recorded.

    Worth trying again at once, from the start: one then sees what the other did.
    """


class StoreUnsure(StoreUnavailable):
    """The commit was not answered: whether it was recorded is not known."""


class StoreOverdue(StoreUnsure):
    """The commit was not answered before whoever waited for it had to go: no time to look again."""


@contextmanager
def unavailable() -> Iterator[None]:
    """Turns the errors of the database call inside the block into StoreUnavailable."""
    try:
        yield
    except (DBAPIError, PoolTimeout, PendingRollbackError, OSError) as error:
        again = isinstance(error, IntegrityError) or state_of(error) in _LOST_A_RACE or cut(error)
        kind = StoreConflict if again else StoreUnavailable
        raise kind(f"the database did not answer: {brief(error)}") from error


@contextmanager
def committing() -> Iterator[None]:
    """The same for a commit. Only a refusal of the database's own says that it was not done."""
    try:
        with unavailable():
            yield
    except StoreUnavailable as error:
        cause = error.__cause__
        if cut(cause) or not isinstance(cause, DBAPIError):
            raise StoreUnsure(UNSURE) from cause
        raise


@contextmanager
def opening() -> Iterator[None]:
    """The same while a database is opened: what only the operator can mend is a StoreError."""
    try:
        with unavailable():
            yield
    except StoreUnavailable as error:
        sentence = _for_the_operator(error.__cause__)
        if sentence is None:
            raise
        raise StoreError(sentence) from error


def _for_the_operator(error: BaseException | None) -> str | None:
    state = state_of(error)
    if not isinstance(error, DBAPIError) or state is None:
        return None
    words = brief(error)
    if state in _WRONG_LOGIN:
        return f"PostgreSQL refuses the login: {words}. Check user and password in DATABASE_URL."
    if state == _NO_DATABASE:
        return f"PostgreSQL says: {words}. Create it (createdb), or check DATABASE_URL."
    if state == _NOT_ALLOWED:
        return (
            f"The PostgreSQL user may not do this: {words}. Make it the owner of the database, "
            "or GRANT ALL ON SCHEMA public to it."
        )
    if state == _POOLER:
        return (
            f"What answers at DATABASE_URL is not PostgreSQL itself: {words}. "
            "Give the address of the server, not of a connection pooler."
        )
    return None


def state_of(error: BaseException | None) -> str | None:
    """PostgreSQL's SQLSTATE; None when the error has none."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state if isinstance(state, str) else None


def cut(error: BaseException | None) -> bool:
    """True when the connection broke, that is: the server went away in between."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def brief(error: BaseException) -> str:
    """The first line of the driver's own message: what SQLAlchemy adds, and PostgreSQL's DETAIL,
    would quote values, which may be private."""
    words = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    words = words.partition("\n")[0]
    if not words and isinstance(error, TimeoutError):
        words = "it took too long"
    return " ".join(words.split()).rstrip(".")
