"""A REST request as the handlers see it, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .account import Account, invalid
from .changes import Event

JSON = dict[str, Any]


@dataclass
class Ask:
    """One request: path key, query as lists, body, and who it is from (the `From` header)."""

    key: str
    query: dict[str, list[str]]
    body: JSON
    by: JSON | None

    def first(self, name: str, default: str = "") -> str:
        """A query argument's first value."""
        return (self.query.get(name) or [default])[0]

    def part(self, name: str) -> JSON:
        """The object that the body must hold under `name`."""
        found = self.body.get(name)
        if not isinstance(found, dict):
            raise invalid(f"{name} is required")
        return found


Result = tuple[int, JSON, list[Event]]
Handler = Callable[[Account, Ask], Result]


def page(ask: Ask, name: str, items: list[JSON]) -> Result:
    """One page of a list by `limit` (25, up to 100) and `offset`."""
    limit, offset = ask.first("limit", "25"), ask.first("offset", "0")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise invalid("Limit must be between 1 and 100")
    if not offset.isdigit() or int(offset) > 10_000:
        raise invalid("Offset must be between 0 and 10000")
    start, size = int(offset), int(limit)
    total = len(items) if ask.first("total") == "true" else None
    body = {
        name: items[start : start + size],
        "limit": size,
        "offset": start,
        "more": start + size < len(items),
        "total": total,
    }
    return 200, body, []


def moment(value: str) -> datetime:
    """A time in a query; UTC when it says no zone. 400 when it is no time."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"{value} is not an ISO 8601 time") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
