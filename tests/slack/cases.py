"""Incidents to show views with: just begun, in full swing, over, and as hard on them as can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from incident_bot.domain import entries as e
from incident_bot.domain.fold import fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.levels import StatusName
from incident_bot.domain.people import BOT, PAGERDUTY, Actor, Person, by
from incident_bot.domain.policy import DEFAULT_ROLES, IncidentType, Policy, Role
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Question,
    Severity,
    Status,
)

BEGAN = datetime(2025, 10, 27, 14, 23, tzinfo=UTC)
ALICE = Person(name="Alice Smith", handle="alice", slack_id="U0ALICE001")
BOB = Person(name="Bob Johnson", handle="bob", slack_id="U0BOB00001")
CAROL = Person(name="Carol Díaz", handle="carol", pagerduty_id="PCAROL")
HOSTILE = (
    "<!channel> <@U0EVIL> `x` *b* _i_ ~s~ 🔥 \u202eמשהו نص\u202c & "
    "<https://evil.example|PagerDuty> "
)
_TYPES = (IncidentType(key="security", name="Security", private=True),)


@dataclass(frozen=True)
class Case:
    """An incident with its journal, and the configuration it is shown by. `now`: aware UTC."""

    name: str
    incident: Incident
    journal: Sequence[e.Entry]
    policy: Policy
    now: datetime


def _written(rows: Sequence[tuple[int, Actor, e.Body]]) -> list[e.Entry]:
    """Entries by minutes after the beginning."""
    return [
        e.Entry(
            seq=seq,
            occurred_at=BEGAN + timedelta(minutes=minutes),
            recorded_at=BEGAN + timedelta(minutes=max(minutes, 0)),
            actor=actor,
            body=body,
        )
        for seq, (minutes, actor, body) in enumerate(rows, 1)
    ]


def _alert(number: int, title: str) -> e.AlertTriggered:
    return e.AlertTriggered(
        alert_id=f"Q{number}", title=title, number=number, service="Payment API",
        url=f"https://example.pagerduty.com/incidents/Q{number}",
    )  # fmt: skip


def _case(
    name: str, rows: Sequence[tuple[int, Actor, e.Body]], minutes: int, policy: Policy | None = None
) -> Case:
    journal = _written(rows)
    now = BEGAN + timedelta(minutes=minutes)
    return Case(name, fold("INC-1", journal), journal, policy or Policy(), now)


_OPENED = e.Opened(title="Checkout fails", severity=Severity.SEV2, service="Payment API")
_BEGINNING: list[tuple[int, Actor, e.Body]] = [
    (0, PAGERDUTY, _OPENED),
    (0, PAGERDUTY, _alert(101, "High error rate on checkout")),
    (0, BOT, e.RoomOpened(channel_id="C0ROOM0001", name="incident-2025-10-27-checkout-fails")),
]
_SWING: list[tuple[int, Actor, e.Body]] = [
    *_BEGINNING,
    (1, BOT, e.PeopleInvited(people=(ALICE, BOB))),
    (2, PAGERDUTY, _alert(102, "Queue of payments is growing")),
    (2, by(ALICE), e.AlertAcknowledged(alert_id="Q101")),
    (2, by(ALICE), e.RoleAssigned(role="ic", holder=ALICE)),
    (3, by(ALICE), e.RoleAssigned(role="ops", holder=BOB)),
    (4, by(BOB), e.HandoverOffered(role="ops", to=ALICE)),
    (-3, by(BOB), e.MilestoneSet(milestone=Milestone.IMPACT_STARTED)),
    (5, by(BOB), e.Logged(headline="Rolled back to 4.2.1", details="kubectl rollout undo …")),
    (9, by(ALICE), e.Updated(text="Checkout recovers; next update at 15:00.")),
    (
        10,
        by(BOB),
        e.ImpactStated(area=ImpactArea.USER, name="Affected users", value="~1,500 (10 %)"),
    ),
    (
        12,
        by(BOB),
        e.ActionAdded(
            action=ActionKind.PREVENTION,
            priority=Priority.P0,
            text="Add an index on orders",
            owner=BOB,
            due=date(2025, 11, 10),
            ticket="ENG-1234",
        ),
    ),
    (13, by(ALICE), e.StatusChanged(status=Status.MITIGATED, text="Rolled back")),
]
_OVER: list[tuple[int, Actor, e.Body]] = [
    *_SWING,
    (40, by(ALICE), e.StatusChanged(status=Status.RESOLVED, text="Rolled back to 4.2.1")),
    (41, BOT, e.PostmortemDelivered(file_id="F0DRAFT001", name="postmortem-INC-1.md")),
    (50, by(BOB), e.NoteAdded(note=NoteKind.WELL, headline="The alert came within a minute")),
]
_SOON: list[tuple[int, Actor, e.Body]] = [
    *_BEGINNING,
    (2, by(ALICE), e.StatusChanged(status=Status.RESOLVED)),
    (2, BOT, e.PostmortemDelivered(file_id="F0DRAFT001", name="postmortem-INC-1.md")),
    (3, by(ALICE), e.QuestionSkipped(question=Question.SUMMARY)),
]
_COMPLETE: list[tuple[int, Actor, e.Body]] = [
    *_OVER,
    *[(51, by(BOB), e.NoteAdded(note=kind, headline=f"{kind.value}: …")) for kind in NoteKind],
    (52, by(BOB), e.WhyStated(part="root", text="The pool was exhausted")),
    (53, BOT, e.PostmortemDelivered(file_id="F0DRAFT002", name="postmortem-INC-1.md")),
]


def _crowd() -> tuple[Person, ...]:
    return tuple(
        Person(name=f"{HOSTILE}{n}", handle=f"p{n}", slack_id=f"U0P{n:07}") for n in range(40)
    )


def _hard() -> Case:
    roles = tuple(
        Role(key=f"r{n}", name=f"{HOSTILE}{n}", short=f"{HOSTILE}{n}") for n in range(110)
    )
    statuses = tuple(StatusName(status=s, name=(HOSTILE * 3) + s.value) for s in Status)
    policy = Policy(roles=(*DEFAULT_ROLES, *roles), statuses=statuses)
    long = HOSTILE * 40
    rows: list[tuple[int, Actor, e.Body]] = [
        (0, by(_crowd()[0]), e.Opened(title=long[:3000], severity=Severity.SEV1, service=long)),
        *[(n, PAGERDUTY, _alert(n, long[:1000])) for n in range(60)],
        (1, BOT, e.RoomOpened(channel_id="C0ROOM0001", name="x" * 80)),
        (2, BOT, e.PeopleInvited(people=_crowd(), failed=(HOSTILE,))),
        *[
            (3, by(p), e.RoleAssigned(role=r.key, holder=p))
            for p, r in zip(_crowd(), roles, strict=False)
        ],
        *[(4 + n * 20, by(_crowd()[n % 40]), e.Logged(headline=long[:3000])) for n in range(120)],
        *[
            (9, BOT, e.ImpactStated(area=ImpactArea.USER, name=f"{long}{n}", value=long))
            for n in range(40)
        ],
        *[
            (
                11,
                by(_crowd()[0]),
                e.ActionAdded(
                    action=ActionKind.PROCESS, priority=Priority.P1, text=long[:3000],
                    owner=_crowd()[n], due=date(2025, 11, 10), ticket=long[:500],
                ),
            )
            for n in range(40)
        ],
        (2020, by(_crowd()[1]), e.Updated(text=long[:3000])),
    ]  # fmt: skip
    return _case("hard", rows, 2100, policy)


BEGUN = _case("begun", _BEGINNING, 7)
SWING = _case("in full swing", _SWING, 20)
OVER = _case("over", _OVER, 60)
HARD = _hard()
SOON = _case("over at once", _SOON, 5)
COMPLETE = _case("complete", _COMPLETE, 70, Policy(types=_TYPES))
CASES = (BEGUN, SWING, OVER, SOON, COMPLETE, HARD)
