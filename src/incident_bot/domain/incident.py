"""The state of an incident, which is the fold of its journal (`fold`)."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from incident_bot.domain import entries as e
from incident_bot.domain.handover import Offer, PersonsTopic
from incident_bot.domain.papers import Papers
from incident_bot.domain.people import Person
from incident_bot.domain.watch import Watch
from incident_bot.domain.words import IC, AlertStatus, Milestone, Severity, Status


class Alert(BaseModel):
    """A PagerDuty incident of this incident. It fired at `since` (aware UTC; None: an older version
    stored it). `heard` is the time of the word that `status` is."""

    model_config = ConfigDict(frozen=True)

    alert_id: str
    title: str
    status: AlertStatus = AlertStatus.TRIGGERED
    url: str | None = None
    number: int | None = None
    service: str | None = None
    escalation_policy_id: str | None = None
    assignees: tuple[Person, ...] = ()
    since: datetime | None = None
    heard: datetime | None = None

    def is_older(self, status: AlertStatus, at: datetime) -> bool:
        """True for a word on its status that is older than the one in force, however late it came.

        PagerDuty promises no order, so each word counts at its own time; of two of the same moment
        the further one.
        """
        ranks = list(AlertStatus)
        return self.heard is not None and (at, ranks.index(status)) < (
            self.heard,
            ranks.index(self.status),
        )


class Room(BaseModel):
    """The war room in Slack."""

    model_config = ConfigDict(frozen=True)

    channel_id: str
    name: str


class Action(BaseModel):
    """An action item with its place in the journal."""

    model_config = ConfigDict(frozen=True)

    seq: int
    item: e.ActionAdded
    done: bool = False


class Incident(BaseModel):
    """What is known of an incident now. `last_seq` 0: not yet opened. Times are aware UTC.

    `room_problem` says why there is no war room, when opening it was given up. `current` says
    which entry is in force for what can be stated again (`subject`), so that a second statement
    supersedes the first. `severity_said`: a person said how bad it is. `held`: who has had each
    role so far; `offers`: who is asked to take it over; `topic`: the one that a person wrote.
    Of a private one, `came` are those whom others brought into its room, and `left` says by Slack
    id who went out of it, and when.
    `watch`: what reminders go by; `papers`: what there is for the postmortem.
    """

    model_config = ConfigDict(frozen=True)

    ref: str
    title: str = ""
    severity: Severity = Severity.SEV3
    status: Status = Status.OPEN
    private: bool = False
    service_id: str | None = None
    service: str | None = None
    group: str | None = None
    type: str | None = None
    opened_by: Person | None = None
    times: dict[Milestone, datetime] = {}
    roles: dict[str, Person] = {}
    held: dict[str, tuple[Person, ...]] = {}
    offers: dict[str, Offer] = {}
    topic: PersonsTopic | None = None
    alerts: dict[str, Alert] = {}
    room: Room | None = None
    room_problem: str | None = None
    invited: tuple[Person, ...] = ()
    came: tuple[Person, ...] = ()
    left: dict[str, datetime] = {}
    actions: tuple[Action, ...] = ()
    impact: dict[str, str] = {}
    current: dict[str, int] = {}
    last_update: str | None = None
    last_update_at: datetime | None = None
    reopened_at: datetime | None = None
    severity_said: bool = False
    room_archived: bool = False
    watch: Watch = Watch()
    papers: Papers = Papers()
    last_seq: int = 0

    @property
    def exists(self) -> bool:
        """False for the blank that a first decision starts from."""
        return self.last_seq > 0

    @property
    def is_over(self) -> bool:
        """Resolved or cancelled."""
        return self.status.is_over

    @property
    def ic(self) -> Person | None:
        """The Incident Commander, if there is one."""
        return self.roles.get(IC)

    @property
    def members(self) -> tuple[Person, ...]:
        """Who belongs to it: those who were invited, came, have a role or are asked to take one
        over, and who opened it. Of those who left, some may be among them."""
        asked = (offer.to for offer in self.offers.values())
        opener = (self.opened_by,) if self.opened_by else ()
        return (*self.invited, *self.came, *self.roles.values(), *asked, *opener)

    @property
    def detected(self) -> datetime:
        """When the first alert fired or somebody declared."""
        return self.times[Milestone.DETECTED]

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """The alerts that are not resolved in PagerDuty."""
        return tuple(a for a in self.alerts.values() if a.status is not AlertStatus.RESOLVED)


REOPENED = "incident.reopened"
FIRES_AGAIN = frozenset({REOPENED, "incident.unacknowledged"})
"""PagerDuty's events after which an alert is as if it had just been triggered."""

MILESTONE_OF = {
    Status.ACKNOWLEDGED: Milestone.ACKNOWLEDGED,
    Status.MITIGATED: Milestone.MITIGATED,
    Status.RESOLVED: Milestone.RESOLVED,
}
"""The milestone that a status reaches."""


def room_key(ref: str) -> str:
    """The key of the job that opens the war room; most others come after it."""
    return f"{ref}/room"


def subject(body: e.Body) -> str | None:
    """What a statement is about, when a second one about the same replaces it; else None."""
    match body:
        case e.StatusChanged(status=status) if status in MILESTONE_OF:
            return f"milestone/{MILESTONE_OF[status]}"
        case e.MilestoneSet(milestone=milestone):
            return f"milestone/{milestone}"
        case e.ImpactStated(area=area, name=name):
            return f"impact/{area}/{name.casefold()}"
        case e.MetricStated(name=name):
            return f"metric/{name.casefold()}"
        case e.WhyStated(part=part, number=number):
            return f"why/{part}/{number}"
        case e.Logged(message=message) if message is not None:
            return message.subject
        case _:
            return None
