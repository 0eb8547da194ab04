"""A journal in memory: what the store does, without a store. For tests that read as stories."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.chain import GENESIS, Link, make_link
from incident_bot.domain.decide import decide
from incident_bot.domain.decision import Decision, JobKind, NewJob
from incident_bot.domain.fold import apply, fold, needs_fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy

ALICE = Person(name="Alice Smith", handle="alice", slack_id="U1", pagerduty_id="P1")
BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2", pagerduty_id="P2")
CHARLIE = Person(name="Charlie Brown", handle="charlie", slack_id="U3")

START = datetime(2025, 10, 27, 14, 0, tzinfo=UTC)


def at(clock: str, day: int = 27) -> datetime:
    """`14:23` on 27 October 2025, UTC."""
    hour, minute = clock.split(":")
    return datetime(2025, 10, day, int(hour), int(minute), tzinfo=UTC)


def alert(alert_id: str = "Q1", **changes: object) -> c.AlertSeen:
    """A high-urgency alert of the Payment API, assigned to Alice."""
    values: dict[str, object] = {
        "alert_id": alert_id,
        "title": "Error rate > 1%",
        "url": f"https://acme.pagerduty.com/incidents/{alert_id}",
        "service_id": "S1",
        "service": "Payment API",
        "escalation_policy_id": "E1",
        "assignees": (Person(name="Alice Smith", pagerduty_id="P1"),),
    }
    return c.AlertSeen.model_validate({**values, **changes})


class World:
    """One incident, its journal with links, the jobs asked for, and a clock."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.incident = Incident(ref="INC-1")
        self.journal: list[e.Entry] = []
        self.links: list[Link] = []
        self.jobs: list[NewJob] = []
        self.now = START

    def handle(self, command: c.Command, now: datetime | None = None) -> Decision:
        """Decide and record, as the service does."""
        self.now = now or self.now + timedelta(seconds=1)
        decision = decide(self.incident, command, self.policy, self.now, self.journal)
        refold = bool(decision.redact)
        for new in decision.entries:
            entry = e.Entry(
                seq=len(self.journal) + 1,
                occurred_at=new.occurred_at,
                recorded_at=self.now,
                actor=decision.actor or command.actor,
                body=new.body,
                supersedes=new.supersedes,
                reason=new.reason,
            )
            previous = self.links[-1].hash if self.links else GENESIS
            self.links.append(make_link(previous, "INC-1", entry, f"salt{entry.seq}"))
            self.journal.append(entry)
            if needs_fold(entry):
                refold = True
            else:
                self.incident = apply(self.incident, entry)
        for seq in decision.redact:
            old, link = self.journal[seq - 1], self.links[seq - 1]
            self.journal[seq - 1] = old.model_copy(
                update={
                    "body": old.body.scrubbed(),
                    "reason": e.REDACTED if old.reason else None,
                    "redacted": True,
                }
            )
            self.links[seq - 1] = Link(salt=None, body_digest=link.body_digest, hash=link.hash)
        if refold:
            self.incident = fold("INC-1", self.journal)
        self.jobs.extend(decision.jobs)
        return decision

    def chain(self) -> Sequence[tuple[e.Entry, Link]]:
        """What `chain.verify` wants."""
        return list(zip(self.journal, self.links, strict=True))

    def kinds(self) -> list[str]:
        """The kinds of the entries, in order."""
        return [entry.body.kind for entry in self.journal]


def alerted(now: str = "14:23") -> World:
    """A world in which an alert has opened the incident."""
    world = World()
    world.handle(c.AlertTriggers(alert=alert(), at=at(now)), at(now))
    return world


def job(jobs: Sequence[NewJob], kind: JobKind) -> NewJob:
    """The only job of its kind."""
    found = [j for j in jobs if j.kind is kind]
    assert len(found) == 1, f"{kind}: {[j.key for j in found]}"
    return found[0]


def said(person: Person, **rest: object) -> dict[str, object]:
    """The envelope of a command that a person gives."""
    return {"actor": by(person), **rest}
