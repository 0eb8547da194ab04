"""Makes the draft of a postmortem from a journal. Pure: the same journal gives the same draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import ActionKind, ImpactArea, Milestone, NoteKind, Status
from incident_bot.postmortem import draft as d, prompts as p
from incident_bot.postmortem.budget import Budget, budget
from incident_bot.postmortem.clock import days, utc, with_fraction
from incident_bot.postmortem.escape import flat, web_address
from incident_bot.postmortem.facts import Fact, Point, disorder, facts, impact_figures, reopenings
from incident_bot.postmortem.gather import Gathered, gather, metric_rows
from incident_bot.postmortem.moment import who
from incident_bot.postmortem.people import approvals, attendees, ic_approval
from incident_bot.postmortem.story import story

Asking = tuple[str, str, str]
Ask = Callable[[str, Asking], p.Prompt]

ACTION_TABLES = {
    ActionKind.PREVENTION: "Prevention (Stop it from happening)",
    ActionKind.DETECTION: "Detection (Find it faster)",
    ActionKind.RESPONSE: "Response (Fix it faster)",
    ActionKind.PROCESS: "Process Improvements",
}
ALERTS_LISTED = 10
"""Of a storm of alerts, the references name the first so many."""
_TIMES = ("ttd", "tta", "time_to_ic", "ttm", "ttr", "impact_duration", "declared_duration")
_ABOUT_BUDGET = ("budget", "status", "burn", "zone")

# What may follow an approval without touching the document.
_SILENT = (
    e.Approved,
    e.QuestionSkipped,
    e.PostmortemDelivered,
    e.EffectFailed,
    e.PagerDutyWritten,
    e.AlertOther,
    e.MembershipChanged,
    e.HandoverOffered,
    e.HandoverDeclined,
    e.TopicLeft,
    e.TopicRestored,
    e.RoomArchived,
    e.RoomUnarchived,
    e.Reminded,
    e.ReminderSnoozed,
    e.ReminderDismissed,
    e.FileKept,
)


def compose(
    incident: Incident,
    journal: Sequence[e.Entry],
    policy: Policy,
    paths: Mapping[str, str] | None = None,
) -> d.Draft:
    """The draft with every gap named. Never refuses: what is missing or odd is said in it."""
    roles = policy.roles
    table = facts(journal, incident)
    known = {fact.key: fact for fact in table}
    detected = known.get(f"at.{Milestone.DETECTED}")
    objective = budget(incident, policy, detected.evidence if detected else ())
    table += objective.facts if objective else ()
    found = gather(journal)
    gaps = p.Gaps(roles, incident.roles)

    def ask(section: str, asking: Asking) -> p.Prompt:
        return gaps.ask(section, *asking)

    consumed = p.consumed(_time(objective.budget)) if objective else p.BUDGET
    told = story(journal, policy, paths)
    return d.Draft(
        ref=incident.ref,
        header=_header(incident, journal, table, known, consumed, ask),
        summary=d.Summary(
            summary=_notes(found, NoteKind.SUMMARY, "Executive Summary", p.SUMMARY, ask),
            root_cause=_text(found.root, "Root Cause", p.ROOT, ask),
            learnings=_notes(found, NoteKind.LEARNING, "Key Learnings", p.LEARNING, ask),
        ),
        timeline=tuple(told),
        dated=len(days(moment.at for moment in told)) > 1,
        times_dated=len(days(point.at for point in _points(table))) > 1,
        root_cause=_root_cause(found, ask),
        factors=_notes(found, NoteKind.FACTOR, "Contributing Factors", p.FACTOR, ask),
        impact=_impact(table, known, ask),
        resolution=d.Resolution(
            immediate=_immediate(found, ask),
            permanent=_notes(found, NoteKind.PERMANENT, "Permanent Fix", p.PERMANENT, ask),
        ),
        actions=_actions(found, gaps),
        lessons=d.Lessons(
            well=_notes(found, NoteKind.WELL, "What Went Well", p.WELL, ask),
            poorly=_notes(found, NoteKind.POORLY, "What Went Poorly", p.POORLY, ask),
            lucky=_notes(found, NoteKind.LUCKY, "Where We Got Lucky", p.LUCKY, ask),
        ),
        metrics=_metrics(incident, journal, table, known, objective, consumed, ask),
        supporting=_supporting(found, journal, incident, roles, ask),
        closing=_closing(found, journal, incident, roles, known["draft_number"], gaps),
        gaps=p.merged(gaps.found),
    )


def _time(fact: Fact) -> str:
    return with_fraction(fact.value) if isinstance(fact.value, int | float) else ""


def _points(table: Sequence[Fact]) -> list[Point]:
    return [point for fact in table for point in (fact.start, fact.end) if point]


def _text(text: str, section: str, asking: Asking, ask: Ask) -> d.Text:
    return d.Text(text, None if text.strip() else ask(section, asking))


def _notes(found: Gathered, kind: NoteKind, section: str, asking: Asking, ask: Ask) -> d.Notes:
    items = found.of(kind)
    return d.Notes(items, None if items else ask(section, asking))


def _figures(items: Sequence[Fact], section: str, asking: Asking, ask: Ask) -> d.Figures:
    return d.Figures(tuple(items), None if items else ask(section, asking))


def _header(
    incident: Incident,
    journal: Sequence[e.Entry],
    table: Sequence[Fact],
    known: dict[str, Fact],
    consumed: Asking,
    ask: Ask,
) -> d.Header:
    opened = incident.times.get(Milestone.DETECTED)
    if opened is None and journal:
        opened = journal[0].occurred_at
    users = impact_figures(table, ImpactArea.USER)
    stated = [fact for fact in table if fact.key.startswith("impact.")]
    line = next((f for f in stated if f.name.strip().casefold() == "impact"), None)
    first = line or next(iter([*users, *stated]), None)
    impact = "" if first is None else str(first.value)
    if first is not None and first is not line:
        impact = f"{first.name}: {first.value}"
    stated_budget = next((fact for fact in stated if _is_budget_line(fact.name)), None)
    return d.Header(
        title=incident.title,
        private=incident.private,
        date=utc(opened).date() if opened else None,
        ic=incident.ic,
        ic_prompt=None if incident.ic else ask("Incident Commander", p.TIMES["IC assigned"]),
        severity=incident.severity.label,
        duration=known["declared_duration"],
        over=incident.is_over,
        cancelled=incident.status is Status.CANCELLED,
        impact=_text(impact, "Impact", p.USER, ask),
        error_budget=_text(
            str(stated_budget.value) if stated_budget else "", "Error Budget Impact", consumed, ask
        ),
    )


def _is_budget_line(name: str) -> bool:
    words = name.casefold()
    return "budget" in words and ("consumed" in words or "impact" in words or "used" in words)


def _root_cause(found: Gathered, ask: Ask) -> d.RootCause:
    return d.RootCause(
        problem=_text(found.problem, "Five Whys", p.PROBLEM, ask),
        whys=tuple(text for _, text in sorted(found.whys.items())),
        why_prompt=None if found.whys else ask("Five Whys", p.WHY),
        root_cause=_text(found.root, "Five Whys", p.ROOT, ask),
        technical=_notes(found, NoteKind.TECHNICAL, "Technical Details", p.TECHNICAL, ask),
    )


def _impact(table: Sequence[Fact], known: dict[str, Fact], ask: Ask) -> d.Impact:
    of = partial(impact_figures, table)
    durations = (known["impact_duration"], known["declared_duration"])
    user = _figures(of(ImpactArea.USER), "User Impact", p.USER, ask)
    system = _figures(of(ImpactArea.SYSTEM), "System Impact", p.SYSTEM, ask)
    slo = _figures(of(ImpactArea.SLO), "SLO Impact", p.SLO, ask)
    return d.Impact(
        user=user,
        system=replace(system, durations=durations),
        slo=replace(slo, sources=_sources(slo.items)),
        sentiment=_figures(of(ImpactArea.SENTIMENT), "Customer Sentiment", p.SENTIMENT, ask),
    )


def _sources(items: Sequence[Fact]) -> str:
    """`Supplied by Alice Smith (@alice) in #31, #32, and by …`; empty for nothing."""
    numbers: dict[str, list[int]] = {}
    for fact in items:
        if fact.by is not None:
            known = numbers.setdefault(flat(who(fact.by)), [])
            known.extend(n for n in fact.evidence if n not in known)
    said = [f"{name} in {', '.join(f'#{n}' for n in own)}" for name, own in numbers.items()]
    return f"Supplied by {', and by '.join(said)}. The bot computed none of it." if said else ""


def _immediate(found: Gathered, ask: Ask) -> d.Notes:
    items = found.of(NoteKind.FIX) or ((found.resolved,) if found.resolved else ())
    return d.Notes(items, None if items else ask("Immediate Fix", p.FIX))


def _actions(found: Gathered, gaps: p.Gaps) -> tuple[d.ActionTable, ...]:
    tables = []
    for kind, heading in ACTION_TABLES.items():
        items = tuple(found.actions.get(kind, ()))
        prompt = None
        if not items:
            prompt = gaps.ask(
                f"Action Items: {heading.partition(' (')[0]}",
                "ic",
                "what should be done?",
                f"/incident action {kind} P1 TEXT @owner due DATE ticket KEY",
                optional=bool(found.actions),
            )
        tables.append(d.ActionTable(heading, items, prompt))
    return tuple(tables)


def _metrics(
    incident: Incident,
    journal: Sequence[e.Entry],
    table: Sequence[Fact],
    known: dict[str, Fact],
    objective: Budget | None,
    consumed: Asking,
    ask: Ask,
) -> d.Metrics:
    slo = impact_figures(table, ImpactArea.SLO)
    about = [fact for fact in slo if any(w in fact.name.casefold() for w in _ABOUT_BUDGET)]
    figures = _figures(about, "Error Budget", consumed, ask)
    rows = metric_rows(table)
    rows_prompt = None if rows else ask("Performance Impact", p.METRIC)
    business = _figures(
        impact_figures(table, ImpactArea.BUSINESS), "Business Impact", p.BUSINESS, ask
    )
    times = tuple(known[key] for key in _TIMES)
    missing = dict.fromkeys(name for fact in times for name in fact.missing)
    if incident.status is Status.CANCELLED:
        missing.pop("resolved", None)
    return d.Metrics(
        objective=objective,
        budget=replace(figures, sources=_sources(about)),
        rows=rows,
        rows_prompt=rows_prompt,
        business=business,
        times=times,
        disorder=tuple(disorder(table)),
        reopened=reopenings(journal),
        times_prompts=tuple(ask("Response Times", p.TIMES[name]) for name in missing),
    )


def _supporting(
    found: Gathered,
    journal: Sequence[e.Entry],
    incident: Incident,
    roles: Sequence[Role],
    ask: Ask,
) -> d.Supporting:
    references = []
    if incident.room is not None:
        name = flat(incident.room.name).lstrip("#")
        address = f"https://slack.com/app_redirect?channel={flat(incident.room.channel_id)}"
        references.append(d.Reference("War room", f"#{name}", web_address(address)))
    alerts = list(found.alerts.values())
    for alert in alerts[:ALERTS_LISTED]:
        number = f"#{alert.number} " if alert.number is not None else ""
        url = web_address(alert.url or "")
        references.append(d.Reference("PagerDuty alert", f"{number}{flat(alert.title)}", url))
    if (more := len(alerts) - ALERTS_LISTED) > 0:
        where = f"{more} more, each in timeline-{incident.ref}.md"
        references.append(d.Reference("PagerDuty alerts", where, None))
    written = found.of(NoteKind.REFERENCE)
    for note in written:
        url = web_address(note.details)
        shown = url.partition("://")[2] if url else flat(note.details)
        references.append(d.Reference(note.headline, shown, url))
    return d.Supporting(
        references=tuple(references),
        references_prompt=None if written else ask("References", p.REFERENCE),
        attendees=attendees(journal, incident, roles, found.of(NoteKind.ATTENDEE)),
        follow_up=_notes(found, NoteKind.FOLLOW_UP, "Follow-up", p.FOLLOW_UP, ask),
    )


def _closing(
    found: Gathered,
    journal: Sequence[e.Entry],
    incident: Incident,
    roles: Sequence[Role],
    number: Fact,
    gaps: p.Gaps,
) -> d.Closing:
    """Final only when the incident is over, nothing is to be written, and the IC approved it as
    it stands."""
    approved = ic_approval(found.approvals, incident)
    why = []
    if not incident.is_over:
        why.append("the incident is not over")
    if any(not gap.optional for gap in gaps.found):
        why.append("parts are still to write")
    if approved is None:
        why.append("the Incident Commander has not approved it")
        gaps.ask("Approval", *p.APPROVAL)
    else:
        since = [
            x.seq for x in journal if x.seq > approved.entry.seq and not isinstance(x.body, _SILENT)
        ]
        if since:
            entries = ", ".join(f"#{n}" for n in since)
            why.append(f"it changed after the Incident Commander approved it ({entries})")
            gaps.ask("Approval", *p.APPROVAL)
    return d.Closing(
        approvals=approvals(found.approvals, incident, roles),
        version=f"0.{number.value}" if why else "1.0",
        final=not why,
        why_draft="; ".join(why),
    )
