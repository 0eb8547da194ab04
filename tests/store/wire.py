"""A wire to PostgreSQL that can be cut: between two statements, or between a commit and its answer.

With a certificate it also ends TLS, as a hosting provider's front does.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import make_url

_TLS_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_YES, _NO = b"S", b"N"


class Wire:
    """Forwards connections of 127.0.0.1 to a server; `url` is the way through it."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        self._to = make_url(url)
        self._tls = tls
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.encrypted = 0
        self.cut_commit = False
        """Let the next COMMIT through, and cut the wire instead of bringing its answer."""
        self.silent = False
        """Bring no answers any more, as a server that hangs; what is on the way is lost."""
        self.silent_from_commit = False
        """Let the next COMMIT through, and be silent from its answer on."""
        self.marked = b""
        """If set, both wait for the COMMIT of a connection over which these bytes were sent."""

    @property
    def url(self) -> str:
        """The plain URL of the same database, through the wire."""
        through = self._to.set(host="127.0.0.1", port=self.port)
        return through.render_as_string(hide_password=False)

    async def listen(self) -> None:
        """Takes connections, on the same port as before."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cuts all connections and takes no new ones: the server is down."""
        assert self._server is not None
        self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Cuts all connections at once."""
        for writer in self._open:
            writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.IncompleteReadError):
            async with self._held(writer):
                first = await reader.readexactly(8)
                if first == _TLS_REQUEST:
                    writer.write(_YES if self._tls else _NO)
                    if self._tls:
                        await _start_tls(writer, self._tls)
                        self.encrypted += 1
                    first = b""
                there, back = await asyncio.open_connection(self._to.host, self._to.port)
                async with self._held(back):
                    back.write(first)
                    seen = asyncio.Event()
                    there_and_back = (
                        self._carry(reader, back, seen),
                        self._carry(there, writer, seen, answers=True),
                    )
                    await asyncio.gather(*there_and_back)

    @asynccontextmanager
    async def _held(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._open.add(writer)
        try:
            yield
        finally:
            self._open.discard(writer)
            if not writer.is_closing():
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _carry(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        seen: asyncio.Event,
        *,
        answers: bool = False,
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if not answers and self.marked and self.marked in data:
                    seen.set()
                meant = seen.is_set() or not self.marked
                committed = answers and meant and b"COMMIT" in data  # its tag, in the answer
                if committed and self.cut_commit:
                    self.cut_commit = False
                    self.cut()
                    return
                if committed and self.silent_from_commit:
                    self.silent_from_commit, self.silent = False, True
                if answers and self.silent:
                    continue
                to.write(data)
                await to.drain()
        to.close()


async def _start_tls(writer: asyncio.StreamWriter, context: ssl.SSLContext) -> None:
    """ConnectionResetError when the other side does not like our certificate."""
    plain = writer.transport
    try:
        await writer.start_tls(context)
    except AttributeError as error:  # asyncio has no transport for one that left at once
        plain.abort()
        writer._transport = plain  # type: ignore[attr-defined]  # or the writer cannot be closed
        raise ConnectionResetError from error


@asynccontextmanager
async def wire_to(url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """A wire to the database of this URL, for as long as the block lasts."""
    wire = Wire(url, tls)
    await wire.listen()
    try:
        yield wire
    finally:
        await wire.refuse()
