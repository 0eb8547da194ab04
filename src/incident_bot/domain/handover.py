"""What the state keeps of roles beside their holders: who is asked to take one over, who had it.

And of the room's topic: whether a person wrote it.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from incident_bot.domain.people import Person


class Offer(BaseModel):
    """`by` asked `to` to take a role over, in the entry `seq`; not answered yet."""

    model_config = ConfigDict(frozen=True)

    seq: int
    to: Person
    by: Person


class PersonsTopic(BaseModel):
    """A topic that somebody wrote at `written` (aware UTC). `yields`: ours may take its place."""

    model_config = ConfigDict(frozen=True)

    by: Person
    written: datetime
    yields: bool = False

    def is_that(self, by: str, written: datetime) -> bool:
        """True for the topic that the Slack user `by` wrote then."""
        return (self.by.slack_id or "", self.written) == (by, written)


Held = Mapping[str, tuple[Person, ...]]
"""Everybody who has had a role so far, by its key."""


def had(held: Held, role: str, person: Person) -> bool:
    """True when this person has had the role before."""
    return any(person.is_same(before) for before in held.get(role, ()))


def with_holder(held: Held, role: str, holder: Person | None) -> Held:
    """The same with one more holder."""
    if holder is None or had(held, role, holder):
        return held
    return {**held, role: (*held.get(role, ()), holder)}


def without(offers: Mapping[str, Offer], role: str, seq: int | None = None) -> dict[str, Offer]:
    """The offers without the one of this role; with `seq`, only if it is that one."""
    return {
        key: offer
        for key, offer in offers.items()
        if key != role or (seq is not None and offer.seq != seq)
    }
