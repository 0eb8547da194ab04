"""People and other actors, as the journal remembers them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Person(BaseModel):
    """Somebody, known from Slack, from PagerDuty, from both, or only by a name.

    `handle` is the short name without `@` (`alice`); `name` the full one (`Alice Smith`).
    """

    model_config = ConfigDict(frozen=True)

    name: str
    handle: str | None = None
    slack_id: str | None = None
    pagerduty_id: str | None = None

    def is_same(self, other: "Person | None") -> bool:
        """The same person: one id in common, else (no ids to compare) the same handle or name."""
        if other is None:
            return False
        for mine, theirs in (
            (self.slack_id, other.slack_id),
            (self.pagerduty_id, other.pagerduty_id),
        ):
            if mine and theirs:
                return mine == theirs
        if self.handle and other.handle:
            return self.handle == other.handle
        return self.name == other.name

    def is_surely(self, other: "Person | None") -> bool:
        """The same account: names and handles are whatever their owners make them."""
        return other is not None and bool(
            (self.slack_id and self.slack_id == other.slack_id)
            or (self.pagerduty_id and self.pagerduty_id == other.pagerduty_id)
        )

    @property
    def at(self) -> str:
        """How documents call them for short: `@alice`, or the full name without a handle."""
        return f"@{self.handle}" if self.handle else self.name


class Actor(BaseModel):
    """Who caused an entry: a person, PagerDuty itself, or the bot."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["person", "pagerduty", "bot"]
    person: Person | None = None

    @property
    def name(self) -> str:
        """For a timeline: the person's name, `PagerDuty` or `Incident Bot`."""
        if self.person is not None:
            return self.person.name
        return {"person": "somebody", "pagerduty": "PagerDuty", "bot": "Incident Bot"}[self.kind]


BOT = Actor(kind="bot")
PAGERDUTY = Actor(kind="pagerduty")


def by(person: Person) -> Actor:
    """The actor for a person."""
    return Actor(kind="person", person=person)
