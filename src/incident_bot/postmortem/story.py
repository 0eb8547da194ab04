"""The timeline in words: what each entry says to a person who reads it afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident_bot.domain import entries as e
from incident_bot.domain.journal import Line, in_force, timeline, whose
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import IC, Milestone, Severity, Status
from incident_bot.postmortem.clock import utc
from incident_bot.postmortem.escape import flat
from incident_bot.postmortem.moment import Enclosed, Moment, who
from incident_bot.postmortem.storms import calmed


@dataclass
class Setting:
    """What a sentence needs to know from the entries recorded before it."""

    roles: Mapping[str, Role]
    own_names: Mapping[Status, str]
    """The statuses that the team calls otherwise."""
    severities: dict[int, Severity] = field(default_factory=dict)
    holders: dict[int, Person] = field(default_factory=dict)
    alerts: dict[str, str] = field(default_factory=dict)
    first_alert: int | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    """Where files lie beside the document, by their ids."""

    def role_name(self, key: str) -> str:
        """As in running text: `Incident commander`."""
        role = self.roles.get(key)
        if role is None:
            return key
        return "Incident commander" if key == IC and "ommander" in role.name else role.name

    def alert(self, alert_id: str) -> str:
        """`the alert`, with its title where there are several."""
        if len(self.alerts) < 2:
            return "the alert"
        return f"the alert “{flat(self.alerts.get(alert_id, alert_id))}”"


def _setting(
    journal: Sequence[e.Entry], policy: Policy, paths: Mapping[str, str] | None
) -> Setting:
    own = {s.status: flat(s.name) for s in policy.statuses if s.name != s.status.value}
    setting = Setting(
        roles={role.key: role for role in policy.roles}, own_names=own, paths=paths or {}
    )
    severity: Severity | None = None
    holders: dict[str, Person] = {}
    for line in in_force(journal):
        match line.entry.body:
            case e.Opened(severity=new):
                severity = new
            case e.SeverityChanged(severity=new):
                if severity is not None:
                    setting.severities[line.number] = severity
                severity = new
            case e.RoleAssigned(role=role, holder=holder):
                if (before := holders.pop(role, None)) is not None:
                    setting.holders[line.number] = before
                if holder is not None:
                    holders[role] = holder
            case e.AlertTriggered(alert_id=alert_id, title=title):
                setting.alerts.setdefault(alert_id, title)
                if setting.first_alert is None:
                    setting.first_alert = line.number
            case _:
                pass
    return setting


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part.strip())


def _opened(line: Line, body: e.Opened, setting: Setting) -> tuple[str, str]:
    details = f"Severity: {body.severity.label}"
    if line.entry.actor.person is None:
        return f"Incident opened: {body.title}", details
    return f"{who(line.entry.actor)} declared the incident: {body.title}", details


def _alert(line: Line, body: e.AlertTriggered, setting: Setting) -> tuple[str, str]:
    first = line.number == setting.first_alert
    number = f"PagerDuty incident #{body.number}" if body.number is not None else ""
    service = f"Service: {flat(body.service)}" if body.service else ""
    assigned = ", ".join(flat(person.at) for person in body.assignees)
    return (
        f"{'Alert fired' if first else 'Another alert fired'}: {body.title}",
        _joined(number, service, f"Assigned to {assigned}" if assigned else "", body.details),
    )


def _role(line: Line, body: e.RoleAssigned, setting: Setting) -> tuple[str, str]:
    name, before = setting.role_name(body.role), setting.holders.get(line.number)
    was = f" (before: {before.at})" if before else ""
    if body.holder is not None and body.handed_over_by is not None:
        return f"{name} is now {body.holder.at} (handed over by {body.handed_over_by.at})", ""
    if body.holder is None:
        return f"{name} released{was}", ""
    if before is None or before.is_same(body.holder):
        return f"{name} assigned ({body.holder.at})", ""
    return f"{name} is now {body.holder.at}{was}", ""


def _status(line: Line, body: e.StatusChanged, setting: Setting) -> tuple[str, str]:
    rest = _joined(body.text, body.details)
    name = setting.own_names.get(body.status)
    if name and body.status is Status.OPEN:
        return f"Incident reopened: {name}", rest
    if name:
        return f"{who(line.entry.actor)} set the status to {name}", rest
    match body.status:
        case Status.ACKNOWLEDGED:
            return f"{who(line.entry.actor)} acknowledged the incident", rest
        case Status.MITIGATED:
            return f"Mitigated: {body.text}" if body.text else "Impact mitigated", body.details
        case Status.RESOLVED:
            return "Incident declared resolved", rest
        case Status.CANCELLED:
            return "Incident cancelled", rest
        case Status.OPEN:
            return "Incident reopened", rest


def _words(line: Line, setting: Setting) -> tuple[str, str]:
    """Headline and details of one entry."""
    actor = line.entry.actor
    match line.entry.body:
        case e.Opened() as body:
            return _opened(line, body, setting)
        case e.AlertTriggered() as body:
            return _alert(line, body, setting)
        case e.AlertAcknowledged(alert_id=alert_id):
            alert = setting.alert(alert_id)
            return f"{who(actor)} acknowledged {alert}", ""
        case e.AlertResolved(alert_id=alert_id):
            subject = setting.alert(alert_id).removeprefix("the alert").strip()
            by_whom = f" by {who(actor)}" if actor.person else ""
            return f"Alert{f' {subject}' if subject else ''} resolved in PagerDuty{by_whom}", ""
        case e.AlertAnnotated(text=text):
            first, _, rest = text.strip().partition("\n")
            return f"{who(actor)} noted in PagerDuty: {first}", rest
        case e.RoomOpened(name=name):
            return f"War room opened: #{flat(name).lstrip('#')}", ""
        case e.RoleAssigned() as body:
            return _role(line, body, setting)
        case e.SeverityChanged(severity=severity, text=text):
            before = setting.severities.get(line.number)
            since = f" from {before.label}" if before else ""
            return f"Severity changed{since} to {severity.label}", text
        case e.StatusChanged() as body:
            return _status(line, body, setting)
        case e.MilestoneSet(milestone=Milestone.IMPACT_STARTED):
            return "Impact started", ""
        case e.MilestoneSet(milestone=milestone):
            return f"Incident {milestone}", ""
        case e.Logged(headline=headline, details=details):
            return headline, details
        case e.Updated(text=text, details=details):
            return f"Update for stakeholders: {text}", details
        case body:  # not one of the kinds that domain.journal.timeline lets through
            return body.kind.replace("_", " ").capitalize(), ""


def moments(
    journal: Sequence[e.Entry], policy: Policy, paths: Mapping[str, str] | None = None
) -> list[Moment]:
    """Every line of the timeline, one for each entry, in order of time. `paths`: where files lie
    beside the document, by their ids."""
    return [moment for _, moment in _told(journal, _setting(journal, policy, paths))]


def _told(journal: Sequence[e.Entry], setting: Setting) -> list[tuple[Line, Moment]]:
    told = []
    for line in timeline(journal):
        headline, details = _words(line, setting)
        entry = line.entry
        told.append(
            (
                line,
                Moment(
                    numbers=(line.number,),
                    at=utc(entry.occurred_at),
                    who=who(whose(entry)),
                    headline=headline,
                    details=details,
                    corrected=line.corrected,
                    correction=_correction(entry) if line.corrected else "",
                    files=_enclosed(entry.body, setting),
                    message=_permalink(entry.body),
                ),
            )
        )
    return told


def _enclosed(body: e.Body, setting: Setting) -> tuple[Enclosed, ...]:
    if not isinstance(body, e.Logged) or body.message is None:
        return ()
    return tuple(
        Enclosed(
            name=flat(file.name),
            is_image=file.is_image,
            path=setting.paths.get(file.file_id),
            url=body.message.permalink,
        )
        for file in body.message.files
    )


def _permalink(body: e.Body) -> str | None:
    return body.message.permalink if isinstance(body, e.Logged) and body.message else None


def _correction(entry: e.Entry) -> str:
    reason = f": {flat(entry.reason)}" if entry.reason else ""
    return f"Corrected by {who(entry.actor)} (#{entry.seq}){reason}"


def story(
    journal: Sequence[e.Entry], policy: Policy, paths: Mapping[str, str] | None = None
) -> list[Moment]:
    """The timeline as a postmortem tells it: what happened at once is told once.

    Of one minute, an opening and the alert that opened it become one line, and so do the war
    room and the roles. A storm of alerts becomes one line too.
    """
    setting = _setting(journal, policy, paths)
    told: list[list[tuple[Line, Moment]]] = []
    for line, moment in calmed(_told(journal, setting), setting.first_alert):
        if told and _belongs(told[-1], line, moment):
            told[-1].append((line, moment))
        else:
            told.append([(line, moment)])
    return [_as_one(group, setting) if len(group) > 1 else group[0][1] for group in told]


def _belongs(group: list[tuple[Line, Moment]], line: Line, moment: Moment) -> bool:
    last = group[-1][0].entry.body
    if group[-1][1].at.replace(second=0) != moment.at.replace(second=0):
        return False
    match last, line.entry.body:
        case (e.Opened(), e.AlertTriggered()):
            return len(group) == 1 and group[0][0].entry.actor.person is None
        case (e.RoomOpened() | e.RoleAssigned(), e.RoomOpened() | e.RoleAssigned()):
            return True
        case _:
            return False


def _as_one(group: list[tuple[Line, Moment]], setting: Setting) -> Moment:
    bodies = [line.entry.body for line, _ in group]
    numbers = tuple(n for _, moment in group for n in moment.numbers)
    if isinstance(bodies[0], e.Opened):
        opened, alert = group[0][1], group[1][1]
        details = _joined(alert.details, f"Incident opened as {bodies[0].severity.label}")
        return replace(opened, numbers=numbers, headline=alert.headline, details=details)
    rooms = [m.headline for line, m in group if isinstance(line.entry.body, e.RoomOpened)]
    given: dict[str, Person | None] = {}
    for body in bodies:
        if isinstance(body, e.RoleAssigned):
            given[body.role] = body.holder
    table = []
    for key, holder in given.items():
        role = setting.roles.get(key)
        short = role.short if role else key
        table.append(f"- {short}: {flat(holder.at) if holder else 'released'}")
    ic = given.get(IC)
    if ic is not None:
        headline = f"{setting.role_name(IC)} assigned ({ic.at})"
    elif rooms:
        headline = rooms.pop(0)
    else:
        headline = "Roles assigned"
    details = _joined(*rooms, *(["Roles assigned:", *table] if table else []))
    if headline == "Roles assigned":
        details = "\n".join(table)
    return replace(group[0][1], numbers=numbers, headline=headline, details=details)
