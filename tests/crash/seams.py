"""Crash points: where the bot's process can be made to die, and the count of them.

A point is the moment before or after an outgoing call, or before or after a commit that changes
something. They are found at the seams of the libraries (aiohttp, httpx, SQLAlchemy), so no list of
them is kept anywhere and none of the bot's own code is touched. "After a call": the answer has
arrived at the process, and nothing was done with it. Each point is written to the trail the moment
it is reached, so that it outlives the process.
"""

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx2
from sqlalchemy.dialects import postgresql, sqlite  # noqa: F401 - so that they can be wrapped
from sqlalchemy.engine.default import DefaultDialect

_CHANGE = re.compile(
    r'\s*(?P<verb>INSERT INTO|UPDATE|DELETE FROM)\s+"?(?P<table>\w+)', re.IGNORECASE
)
_SIGN = {"insert into": "+", "update": "~", "delete from": "-"}
_ID = re.compile(r"/P[0-9A-Z]{6,}")


@dataclass
class Points:
    """The points that one process has passed. It dies at `at` (a name) or at the `number`-th."""

    trail: int
    at: str | None = None
    number: int | None = None
    _passed: int = 0
    _seen: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def next(self, what: str) -> str:
        """The name of this occurrence, such as `chat.postMessage #2`."""
        with self._turn:
            self._seen[what] += 1
            return f"{what} #{self._seen[what]}"

    def reached(self, name: str) -> None:
        """Writes the point down, and ends the process if this is the one."""
        with self._turn:
            self._passed += 1
            os.write(self.trail, f"{name}\n".encode())
            if name == self.at or self._passed == self.number:
                os.kill(os.getpid(), signal.SIGKILL)


class Seams:
    """The wrappers around the libraries. Installed once, before any fork; they do nothing until
    `points` is set."""

    def __init__(self) -> None:
        self.points: Points | None = None
        self._changes: dict[int, list[tuple[str, Any]]] = {}

    def install(self) -> None:
        """Wraps outgoing HTTP and the commits of every SQLAlchemy dialect that is loaded."""
        self._calls_by_aiohttp()
        self._calls_by_httpx()
        for dialect in _dialects(DefaultDialect):
            for name in ("do_execute", "do_executemany", "do_execute_no_params"):
                if name in vars(dialect):
                    self._statement(dialect, name)
            if "do_commit" in vars(dialect):
                self._commit(dialect)
            if "do_rollback" in vars(dialect):
                self._rollback(dialect)

    # Calls

    def _calls_by_aiohttp(self) -> None:
        sessions: Any = aiohttp.ClientSession
        original = sessions._request

        async def request(session: Any, method: str, url: Any, **options: Any) -> Any:
            if self.points is None:
                return await original(session, method, url, **options)
            path = str(getattr(url, "path", url)).partition("?")[0]
            _, api, called = path.rpartition("/api/")
            name = self.points.next(called if api else "the file upload")
            self.points.reached(f"before {name}")
            answer = await original(session, method, url, **options)
            self.points.reached(f"after {name}")
            return answer

        sessions._request = request

    def _calls_by_httpx(self) -> None:
        transports: Any = httpx2.HTTPTransport
        original = transports.handle_request

        def handle(transport: Any, request: httpx2.Request) -> Any:
            if self.points is None:
                return original(transport, request)
            path = _ID.sub("/{id}", request.url.path)
            name = self.points.next(f"{request.method} {path}")
            self.points.reached(f"before {name}")
            answer = original(transport, request)
            self.points.reached(f"after {name}")
            return answer

        transports.handle_request = handle

    # Commits

    def _statement(self, dialect: type[DefaultDialect], method: str) -> None:
        original: Callable[..., None] = vars(dialect)[method]

        def execute(this: DefaultDialect, cursor: Any, statement: str, *rest: Any) -> None:
            original(this, cursor, statement, *rest)
            if self.points is not None and (change := _CHANGE.match(statement)):
                what = _SIGN[change["verb"].lower()] + change["table"]
                self._changes.setdefault(_connection_of(cursor), []).append((what, cursor))

        setattr(dialect, method, execute)

    def _commit(self, dialect: type[DefaultDialect]) -> None:
        original = vars(dialect)["do_commit"]

        def commit(this: DefaultDialect, connection: Any) -> None:
            changes = self._changes.pop(_key(connection), [])
            # An UPDATE that met no row (a runner that finds no job) changes nothing.
            changed = sorted({what for what, cursor in changes if cursor.rowcount != 0})
            if self.points is None or not changed:
                original(this, connection)
                return
            name = self.points.next(f"commit of {' '.join(changed)}")
            self.points.reached(f"before {name}")
            original(this, connection)
            self.points.reached(f"after {name}")

        dialect.do_commit = commit  # type: ignore[method-assign]

    def _rollback(self, dialect: type[DefaultDialect]) -> None:
        original = vars(dialect)["do_rollback"]

        def rollback(this: DefaultDialect, connection: Any) -> None:
            self._changes.pop(_key(connection), None)
            original(this, connection)

        dialect.do_rollback = rollback  # type: ignore[method-assign]


def _dialects(base: type[DefaultDialect]) -> Iterator[type[DefaultDialect]]:
    yield base
    for derived in base.__subclasses__():
        yield from _dialects(derived)


def _key(connection: Any) -> int:
    """One number for a DBAPI connection, however it is wrapped on its way."""
    inner = getattr(connection, "dbapi_connection", None)  # SQLAlchemy's record of it
    return id(connection if inner is None else inner)


def _connection_of(cursor: Any) -> int:
    adapted = getattr(cursor, "_adapt_connection", None)  # the asynchronous drivers
    return id(cursor.connection if adapted is None else adapted)
