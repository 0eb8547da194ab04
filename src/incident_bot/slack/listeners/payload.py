"""What a Slack payload holds, read with care: ids, people, the message, a form's values."""

import json
import re
from collections.abc import Mapping
from typing import Any

from incident_bot.slack.grammar.typed import MENTION
from incident_bot.slack.listeners.needs import Knows
from incident_bot.slack.listeners.spec import Form, Payload
from incident_bot.store import Delivery, KnownPerson

LONGEST_WORD = 200


class Known:
    """People already looked up; anybody else is looked up now."""

    def __init__(self, people: Knows, found: Mapping[str, KnownPerson]) -> None:
        self._people = people
        self._found = found

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        """The person by Slack id."""
        return self._found.get(slack_id) or await self._people.by_slack(slack_id, handle)

    async def by_handle(self, handle: str) -> list[KnownPerson]:
        """People by their handle."""
        return await self._people.by_handle(handle)

    def named(self, raw: str) -> str:
        """The text with a name in every mention: Slack also sends `<@U1>` alone."""
        return MENTION.sub(self._name, raw)

    def _name(self, match: re.Match[str]) -> str:
        person = self._found.get(match[1])
        if match[2] or person is None:
            return match[0]
        handle = (person.handle or person.name).translate({ord(c): None for c in "<>|@&\n"})
        return f"<@{match[1]}|{handle}>"


def part(body: Payload, name: str) -> Payload:
    """The object under `name`; an empty one when there is none."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def word(value: object) -> str | None:
    """An id or a name, never longer than any that Slack gives; None for what is none."""
    return value[:LONGEST_WORD] if isinstance(value, str) and value else None


def own_id(body: Payload) -> str | None:
    """The bot's own Slack id, which an event's envelope carries."""
    known = body.get("authorizations")
    first = known[0] if isinstance(known, list) and known else None
    return word(first.get("user_id")) if isinstance(first, Mapping) else None


def delivery(body: Payload, kind: str, also: tuple[str, ...] = ()) -> Delivery | None:
    """By what the payload is known again: its trigger, an event's own id, or what is given."""
    known = word(body.get("trigger_id")) or word(body.get("event_id"))
    ids = ((known,) if known else ()) + also
    return Delivery(source="slack", id=ids[0], also=ids[1:], kind=kind) if ids else None


def form(view: Payload) -> Form:
    """The modal as it stands."""
    values: dict[str, str | list[str] | None] = {}
    for block_id, actions in part(part(view, "state"), "values").items():
        for element in actions.values() if isinstance(actions, Mapping) else ():
            values[block_id] = value(element) if isinstance(element, Mapping) else None
    try:
        about = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        about = {}
    return Form(
        view_id=word(view.get("id")) or "",
        hash=word(view.get("hash")) or "",
        values=values,
        about=about if isinstance(about, dict) else {},
        began=began(view),
    )


def began(view: Payload) -> dict[str, str | list[str] | None]:
    """What a modal's fields held when it was opened, by block id."""
    blocks = view.get("blocks")
    found: dict[str, str | list[str] | None] = {}
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping) and block.get("type") == "input":
            initial = {
                name.replace("initial", "selected", 1): held
                for name, held in part(block, "element").items()
                if name.startswith("initial_")
            }
            if "selected_value" in initial:
                initial = {"value": initial["selected_value"]}
            found[str(block.get("block_id"))] = value(initial)
    return found


def value(element: Mapping[str, Any]) -> str | list[str] | None:
    """The value of one filled-in element, whatever its kind."""
    for key, found in element.items():
        if key == "value" or key in ("selected_date", "selected_time"):
            return found if isinstance(found, str) and found.strip() else None
        if key == "selected_option":
            return str(found["value"]) if isinstance(found, Mapping) else None
        if key == "selected_options":
            return [str(option["value"]) for option in found or ()]
        if key == "selected_date_time":
            return str(found) if found is not None else None
        if key.startswith("selected_"):
            return [str(each) for each in found] if isinstance(found, list) else word(found)
    return None


def first_input(view: Payload) -> str | None:
    """The block id of the first field of a form."""
    blocks = view.get("blocks")
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping) and block.get("type") == "input":
            return word(block.get("block_id"))
    return None
