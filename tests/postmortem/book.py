"""Writes journals for tests, line by line, as the bot would have recorded them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from incident_bot.domain import entries as e
from incident_bot.domain.fold import fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, PAGERDUTY, Actor, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity
from incident_bot.postmortem import write_postmortem, write_timeline

ALICE = Person(name="Alice Smith", handle="alice", slack_id="U1", pagerduty_id="P1")
BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2")
CHARLIE = Person(name="Charlie Brown", handle="charlie", slack_id="U3")
DIANA = Person(name="Diana Martinez", handle="diana", slack_id="U4")

DAY = "2025-10-27"


def moment(text: str) -> datetime:
    """`14:20`, `14:20:07`, or with a date before it; UTC."""
    if " " not in text:
        text = f"{DAY} {text}"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Book:
    """A journal that grows. Each `add` is one entry; its number is returned."""

    entries: list[e.Entry] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)

    def add(
        self,
        at: str,
        body: e.Body,
        actor: Actor | Person = BOT,
        *,
        supersedes: int | None = None,
        reason: str | None = None,
    ) -> int:
        """Append what happened at `at`."""
        self.entries.append(
            e.Entry(
                seq=len(self.entries) + 1,
                occurred_at=moment(at),
                recorded_at=moment(at),
                actor=by(actor) if isinstance(actor, Person) else actor,
                body=body,
                supersedes=supersedes,
                reason=reason,
            )
        )
        return len(self.entries)

    def opened(self, at: str = "14:23", title: str = "API High Error Rate", **more: object) -> int:
        """The incident begins."""
        body = e.Opened.model_validate({"title": title, "severity": Severity.SEV2, **more})
        return self.add(at, body, PAGERDUTY)

    @property
    def incident(self) -> Incident:
        """The state that the journal amounts to."""
        return fold("INC-1", self.entries)

    def postmortem(self) -> str:
        """The document."""
        return write_postmortem(self.incident, self.entries, self.policy)

    def timeline(self) -> str:
        """The document."""
        return write_timeline(self.incident, self.entries, self.policy)
