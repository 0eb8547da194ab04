"""Channel names that are taken for an incident, for ever: Slack's own `name_taken` is no lock."""

from sqlalchemy import bindparam, insert, select

from incident_bot.store.connection import Connection
from incident_bot.store.tables import room_names

_HOLDER = select(room_names.c.ref).where(room_names.c.name == bindparam("of"))
_TAKE = insert(room_names)


async def reserve(connection: Connection, name: str, ref: str) -> bool:
    """Takes a name; True also when this incident has it already."""
    holder = (await connection.execute(_HOLDER, {"of": name})).scalar()
    if holder is None:
        await connection.execute(_TAKE, {"name": name, "ref": ref})
    return holder in (None, ref)
