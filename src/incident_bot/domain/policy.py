"""What a team decides once, in configuration: severities, roles, routes and names."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.levels import (
    DEFAULT_LEVELS,
    DEFAULT_STATUSES,
    DEFAULT_ZONES,
    Retries,
    SeverityLevel,
    Slo,
    StatusName,
    Zone,
)
from incident_bot.domain.reminder_policy import Reminders
from incident_bot.domain.words import COMMS, IC, OPS, Severity, Status


class Role(BaseModel):
    """A role that people can hold. `people` (e-mail or Slack id), or the first on-call of
    `escalation_policy`, fill it when a room opens. `duties`: what its holder does first, told to
    them in private, a line each; with none, nothing is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    name: str
    short: str
    people: tuple[str, ...] = ()
    escalation_policy: str | None = None
    duties: tuple[str, ...] = ()


DEFAULT_ROLES = (
    Role(
        key=IC,
        name="Incident Commander",
        short="IC",
        duties=(
            "Say in the room that you lead. You decide and ask; others look and repair.",
            "Agree how bad it is: `/incident severity sev2 why`",
            "See that somebody has Ops and Comms: `/incident role ops @bob`",
            "Ask for news every few minutes, and settle what is tried next, by whom, until when.",
            "Write down what was decided: `/incident log Rolling back to 2.3`",
        ),
    ),
    Role(
        key=OPS,
        name="Operations lead",
        short="Ops",
        duties=(
            "Stop the impact first: roll back, fail over, switch off. The cause can wait.",
            "Only you, or whom you ask, change production. Say in the room what you are about to "
            "do.",
            "Write down what you did and saw: `/incident log 14:20 Failed over to the replica`",
            "When users are no longer affected: `/incident status mitigated`",
        ),
    ),
    Role(
        key=COMMS,
        name="Communications lead",
        short="Comms",
        duties=(
            "Send a first update now, even if little is known: `/incident update Checkout fails "
            "for some customers. We are on it.`",
            "Say what users see, what is being done, and when the next update comes. No causes "
            "that are not proven.",
            "Keep to that time, also when there is nothing new.",
            "Take questions from outside, so that the others can work. Bring in what users report.",
        ),
    ),
)


def _same(priority: str, other: str | None) -> bool:
    return priority.strip().casefold() == (other or "").strip().casefold()


class Route(BaseModel):
    """Which alerts it takes (every given condition must hold) and what happens then.

    `group`: alerts of one `service` (or all of the `route`) join one open incident; `none`
    opens one each. `invite`: who else is invited when a room opens (e-mail, Slack id, or a user
    group as `@handle` or its id). `private`: nobody else knows of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "default"
    service: str | None = None
    urgency: Literal["high", "low"] | None = None
    priority: str | None = None
    then: Literal["open", "notify", "ignore"] = "open"
    group: Literal["service", "route", "none"] = "service"
    severity: Severity | None = None
    invite: tuple[str, ...] = ()
    private: bool = False

    def takes(self, alert: AlertSeen) -> bool:
        """True when every condition given holds; `service` is an id or a name."""
        return (
            (self.service is None or self.service in (alert.service_id, alert.service))
            and (self.urgency is None or self.urgency == alert.urgency)
            and (self.priority is None or _same(self.priority, alert.priority))
        )

    def group_of(self, alert: AlertSeen) -> str | None:
        """The name under which alerts meet; None: each stands alone. Alerts of a private route
        never meet those of a public one."""
        apart = "private/" if self.private else ""  # what is private meets nothing public
        match self.group:
            case "service":
                return f"{apart}service:{alert.service_id or alert.service or alert.alert_id}"
            case "route":
                return f"{apart}route:{self.name}"
            case "none":
                return None


class IncidentType(BaseModel):
    """A kind of incident that people declare by its key (`--type security`), with what goes for
    all of that kind. `invite` as in a route."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    name: str
    private: bool = False
    severity: Severity | None = None
    invite: tuple[str, ...] = ()


DEFAULT_ROUTES = (
    Route(name="high urgency opens", urgency="high", then="open"),
    Route(name="the rest is announced", then="notify"),
)


class FileRules(BaseModel):
    """Whether files of messages on the timeline are kept, and how large one may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: bool = True
    max_megabytes: int = 10

    @property
    def max_bytes(self) -> int:
        """The same in bytes."""
        return self.max_megabytes * 1024 * 1024


class Policy(BaseModel):
    """All that `decide` may ask of the configuration.

    `severities` and `statuses` have one for each that there is. `permissions`: by verb of
    `/incident`, the role keys, Slack user ids and user groups that may do it; a verb that is not
    there is free for everyone. But `private`, who may know private incidents beside their
    members: nobody when it is not there.

    `archive_after_days`: how long after its end an incident's room is kept open (None: for ever);
    in seven days are the five working days that a postmortem may take (response.pagerduty.com).

    `timeline_reaction`: the emoji that puts a message of a war room onto the timeline, without
    colons; None: none does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[Role, ...] = DEFAULT_ROLES
    routes: tuple[Route, ...] = DEFAULT_ROUTES
    types: tuple[IncidentType, ...] = ()
    default_severity: Severity = Severity.SEV3
    channel_template: str = "incident-{date}-{slug}"
    announcement_channel: str | None = "incidents"
    severities: tuple[SeverityLevel, ...] = DEFAULT_LEVELS
    statuses: tuple[StatusName, ...] = DEFAULT_STATUSES
    permissions: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    slos: tuple[Slo, ...] = ()
    zones: tuple[Zone, ...] = DEFAULT_ZONES
    retries: Retries = Retries()
    reminders: Reminders = Reminders()
    archive_after_days: int | None = 7
    timeline_reaction: str | None = "pushpin"
    files: FileRules = FileRules()

    def role(self, key: str) -> Role | None:
        """The role by its key, or None."""
        return next((r for r in self.roles if r.key == key), None)

    def type(self, key: str | None) -> IncidentType | None:
        """The type by its key, or None."""
        return next((t for t in self.types if t.key == key), None)

    def level(self, severity: Severity) -> SeverityLevel:
        """What the severity means here."""
        return next(level for level in self.severities if level.severity is severity)

    def severity_of(self, priority: str | None) -> Severity:
        """The severity that PagerDuty's priority stands for, whatever its case; the highest when
        several claim it, the default when none does."""
        wanted = (priority or "").strip().casefold()
        levels = sorted(self.severities, key=lambda level: level.severity)
        for level in levels:
            if wanted in {name.strip().casefold() for name in level.priorities}:
                return level.severity
        return self.default_severity

    def status_name(self, status: Status) -> str:
        """How the status is called here."""
        return next(s.name for s in self.statuses if s.status is status)

    def slo(self, service_id: str | None, service: str | None) -> Slo | None:
        """The objective of a service by its PagerDuty id or name, or None."""
        known = {name for name in (service_id, service) if name}
        return next((slo for slo in self.slos if slo.service in known), None)

    def route(self, alert: AlertSeen) -> Route | None:
        """The first route that takes the alert; None: nobody wants it."""
        return next((r for r in self.routes if r.takes(alert)), None)

    def route_or_default(self, alert: AlertSeen) -> Route:
        """The same for an alert that a person wants a room for, whatever its route says."""
        return self.route(alert) or Route()
