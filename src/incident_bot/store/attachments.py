"""The files that were kept beside the journal. What they hold is read one by one, when exported."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from incident_bot.domain.decision import Attachment
from incident_bot.store.connection import Connection
from incident_bot.store.tables import attachments


def _keep(of: Any) -> Any:
    new = of.insert(attachments)
    kept = {name: new.excluded[name] for name in ("name", "mimetype", "size", "sha256", "content")}
    return new.on_conflict_do_update(index_elements=[attachments.c.file_id], set_=kept)


_KEEP: Mapping[str, Any] = {"sqlite": _keep(sqlite), "postgresql": _keep(postgresql)}


def key_of(ref: str, file_id: str) -> str:
    """A file may be shared in two war rooms: each incident keeps its own."""
    return f"{ref}/{file_id}"


async def keep(connection: Connection, ref: str, files: Sequence[Attachment]) -> None:
    """Keeps what these files hold, over what was kept of them before."""
    for file in files:
        values = {
            "file_id": key_of(ref, file.file_id),
            "ref": ref,
            "name": file.name,
            "mimetype": file.mimetype,
            "size": file.size,
            "sha256": file.sha256,
            "content": file.content,
        }
        await connection.execute(_KEEP[connection.driver.dialect], values)


async def forget(connection: Connection, ref: str, file_ids: Iterable[str]) -> None:
    """Drops these files: the messages that they came with were blanked."""
    keys = [key_of(ref, each) for each in file_ids]
    if keys:
        await connection.execute(delete(attachments).where(attachments.c.file_id.in_(keys)))


def content_query(ref: str, file_id: str) -> Select[Any]:
    """What one file holds."""
    return select(attachments.c.content).where(attachments.c.file_id == key_of(ref, file_id))
